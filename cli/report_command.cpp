// SPDX-License-Identifier: Apache-2.0
//
// gordian report: analyses recorded traces again, several at once as one.
#include <unistd.h>

#include <fmt/format.h>
#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/reporting.h"
#include "cli/traces.h"

namespace gordian {

namespace {

struct Options {
  ReportingOptions reporting;
  std::vector<std::string> paths;
  bool at_exit = false;
};

// Called by the hook when a process under plain LD_PRELOAD exits. Its stderr is the program's, so nothing is
// printed unless there is something to say, and a trace in the default directory that says nothing is not
// kept.
int report_at_exit(const Options& options) {
  const UserDecisions decisions = UserDecisions::or_none(options.reporting.decisions);
  SymbolFiles files;
  const MergedReport merged =
      merge_traces(options.paths, files, graph_wanted(options.reporting, decisions), decisions.order());
  const std::filesystem::path trace = options.paths.front();
  const bool complete = merged.is_complete();
  const int status =
      report(merged, files, options.reporting, decisions, stderr, complete ? Say::findings : Say::all);
  if (status == kNothingFound && complete) {
    if (trace.parent_path().filename() == fmt::format("gordian-{}", geteuid()))
      std::filesystem::remove(trace);
    return status;
  }
  fmt::print(stderr, "gordian: trace kept in {}\n", trace.string());
  return status;
}

}  // namespace

void add_report_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("report", "Analyse recorded traces again; several are merged.");
  const auto options = std::make_shared<Options>();
  add_reporting_options(*command, options->reporting);
  command->add_option("trace", options->paths, "traces (*.gordian), or directories of them")->required();
  command->add_flag("--at-exit", options->at_exit)->group("");
  command->callback([options, &status] {
    if (options->at_exit) {
      status = report_at_exit(*options);
      return;
    }
    const UserDecisions decisions(options->reporting.decisions);
    SymbolFiles files;
    MergedReport merged =
        merge_traces(options->paths, files, graph_wanted(options->reporting, decisions), decisions.order());
    std::vector<Finding> seen = findings_seen(options->paths, merged);
    status = report(merged, files, options->reporting, decisions, stdout, Say::all, std::move(seen));
  });
}

}  // namespace gordian
