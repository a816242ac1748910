// SPDX-License-Identifier: Apache-2.0
//
// What is found while the program runs: printed at once, and kept for the report at the end.
#ifndef GORDIAN_CLI_LIVE_REPORT_H
#define GORDIAN_CLI_LIVE_REPORT_H

#include <CLI/App.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/findings/suppressions.h"
#include "core/live/watcher.h"

namespace gordian {

struct LiveOptions {
  double stuck_seconds = 10;
  std::string on_deadlock = "report";
};

void add_live_options(CLI::App& command, LiveOptions& options);

class LiveReport {
 public:
  // `traces`: a directory of traces, or one trace.
  LiveReport(const std::filesystem::path& traces, const LiveOptions& options, Suppressions suppressions);

  // Looks, prints what is new on stderr, keeps it beside the traces, and ends deadlocked processes if the
  // user wants that. What is suppressed is only kept, for a later report, which may see it otherwise.
  void tick();

  // Each once, as it was seen last.
  std::vector<Finding> take_findings() { return std::move(findings_); }

 private:
  void keep(LiveFinding found);

  Watcher watcher_;
  Suppressions suppressions_;
  std::filesystem::path file_;  // where the findings are kept
  std::string on_deadlock_;
  std::vector<Finding> findings_;
};

}  // namespace gordian

#endif  // GORDIAN_CLI_LIVE_REPORT_H
