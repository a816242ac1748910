// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CLI_COMMANDS_H
#define GORDIAN_CLI_COMMANDS_H

#include <CLI/App.hpp>

namespace gordian {

// Exit codes of every subcommand.
inline constexpr int kNothingFound = 0;
inline constexpr int kToolFailed = 1;
inline constexpr int kFindings = 2;

// Each adds one subcommand to `app`; its action leaves the exit code in `status` and throws std::exception
// with one sentence for the user when it cannot do its work.
void add_run_command(CLI::App& app, int& status);
void add_report_command(CLI::App& app, int& status);
void add_graph_command(CLI::App& app, int& status);
void add_watch_command(CLI::App& app, int& status);

}  // namespace gordian

#endif  // GORDIAN_CLI_COMMANDS_H
