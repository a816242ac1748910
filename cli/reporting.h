// SPDX-License-Identifier: Apache-2.0
//
// What every subcommand that reports shares: the options, the views, the exit code.
#ifndef GORDIAN_CLI_REPORTING_H
#define GORDIAN_CLI_REPORTING_H

#include <CLI/App.hpp>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "cli/decisions.h"
#include "core/findings/class_graph.h"
#include "core/findings/finding.h"
#include "core/merge/merged_report.h"

namespace gordian {

// One --format with its --output; an empty path is the terminal.
struct View {
  std::string format;
  std::string output;
};

struct ReportingOptions {
  std::vector<View> views;  // empty: text on the terminal
  bool all_tiers = false;
  bool contention = false;
  bool show_suppressed = false;
  bool show_known = false;
  std::string source_root;  // empty: the current directory
  std::string fail_on = "error";
  DecisionOptions decisions;
};

void add_reporting_options(CLI::App& command, ReportingOptions& options);

// The class graph that the views and the decisions need; nothing: none does.
std::optional<Fold> graph_wanted(const ReportingOptions& options, const UserDecisions& decisions);

// Holds what was merged against what the user has decided, writes every view, and gives the exit code. Views
// without a file go to `terminal`, a FILE of stdio (stdout or stderr). Throws std::runtime_error when a file
// cannot be written. With Say::findings nothing is written unless the exit code says that there are some.
enum class Say : uint8_t { all, findings };
// `seen`: findings made while the program ran, for what the analysis does not find again.
int report(const MergedReport& merged, SymbolFiles& files, const ReportingOptions& options,
           const UserDecisions& decisions, std::FILE* terminal, Say say = Say::all,
           std::vector<Finding> seen = {});

bool wants_colour(std::FILE* file);

}  // namespace gordian

#endif  // GORDIAN_CLI_REPORTING_H
