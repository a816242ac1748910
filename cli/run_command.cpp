// SPDX-License-Identifier: Apache-2.0
//
// gordian run: a program and its children under the shim, then the report of what they recorded.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/live_report.h"
#include "cli/reporting.h"
#include "cli/traces.h"

namespace gordian {

namespace fs = std::filesystem;

namespace {

struct Options {
  ReportingOptions reporting;
  std::string trace_dir;
  bool keep_exit_status = false;
  LiveOptions live;
  std::vector<std::string> command;
};

fs::path make_trace_dir(const std::string& wanted) {
  if (!wanted.empty()) {
    if (mkdir(wanted.c_str(), 0700) != 0 && errno != EEXIST) {
      throw std::runtime_error(
          fmt::format("cannot make the trace directory {}: {}", wanted, std::strerror(errno)));
    }
    return fs::canonical(wanted);
  }
  std::string pattern = (fs::temp_directory_path() / "gordian-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error(fmt::format("cannot make a directory in {}: {}",
                                         fs::temp_directory_path().string(), std::strerror(errno)));
  }
  return pattern;
}

int run(const Options& options) {
  const UserDecisions decisions(options.reporting.decisions);
  const fs::path hook = find_hook();
  const std::string problem = obstacle(options.command.front());
  const fs::path trace_dir = make_trace_dir(options.trace_dir);
  if (trace_dir.string().find(':') != std::string::npos) {
    throw std::runtime_error(
        fmt::format("the trace directory {} must not have a colon in its path", trace_dir.string()));
  }
  if (!problem.empty()) fmt::print(stderr, "gordian: {}\n", problem);

  LiveReport live(trace_dir, options.live, decisions.suppressions());
  const Exit ended = launch(options.command, hook, trace_dir, [&] { live.tick(); });
  // Our own exit status speaks of findings.
  if (ended.signal != 0) {
    fmt::print(stderr, "gordian: {} was ended by SIG{} ({})\n", options.command.front(),
               sigabbrev_np(ended.signal), sigdescr_np(ended.signal));
  } else if (ended.status != 0) {
    fmt::print(stderr, "gordian: {} exited with status {}\n", options.command.front(), ended.status);
  }
  const std::vector<fs::path> traces = traces_in(trace_dir);
  if (traces.empty() && !problem.empty()) {
    if (options.trace_dir.empty()) fs::remove_all(trace_dir);
    return options.keep_exit_status ? ended.status : kToolFailed;
  }
  SymbolFiles files;
  MergedReport merged;
  if (traces.empty()) {
    merged.add_warning(fmt::format("{} took no lock that the shim can see", options.command.front()));
  } else {
    merged = merge_traces({trace_dir.string()}, files, graph_wanted(options.reporting, decisions),
                          decisions.order());
  }
  const int verdict =
      report(merged, files, options.reporting, decisions, stderr, Say::all, live.take_findings());

  if (options.trace_dir.empty()) {
    if (verdict == kNothingFound) {
      fs::remove_all(trace_dir);
    } else {
      fmt::print(stderr, "gordian: traces kept in {}; look at the graph with: gordian graph {}\n",
                 trace_dir.string(), trace_dir.string());
    }
  }
  return options.keep_exit_status ? ended.status : verdict;
}

}  // namespace

void add_run_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("run", "Run a program and its children under the shim, and report.");
  const auto options = std::make_shared<Options>();
  add_reporting_options(*command, options->reporting);
  command->add_option("--trace-dir", options->trace_dir,
                      "directory for the traces; kept (default: a temporary one)");
  command->add_flag("--keep-exit-status", options->keep_exit_status,
                    "exit as the program did (128 + signal if it was killed) instead of by findings");
  add_live_options(*command, options->live);
  command->add_option("command", options->command, "program and arguments, behind --")->required();
  command->positionals_at_end();
  command->prefix_command(false);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace gordian
