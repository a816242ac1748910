// SPDX-License-Identifier: Apache-2.0
#include "cli/reporting.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "cli/commands.h"
#include "cli/output_file.h"
#include "viz/dot.h"
#include "viz/json.h"
#include "viz/sarif.h"
#include "viz/text.h"

namespace gordian {

namespace {

int exit_code(const Report& report, const std::string& fail_on) {
  if (fail_on == "never") return kNothingFound;
  const Severity least = fail_on == "warning" ? Severity::warning : Severity::error;
  const bool failed = std::ranges::any_of(
      report.findings, [&](const Finding& finding) { return is_open(finding) && finding.severity >= least; });
  return failed ? kFindings : kNothingFound;
}

}  // namespace

bool wants_colour(std::FILE* file) {
  const char* no_colour = std::getenv("NO_COLOR");
  return (no_colour == nullptr || *no_colour == 0) && isatty(fileno(file)) != 0;
}

void add_reporting_options(CLI::App& command, ReportingOptions& options) {
  // Immediately, so that each --output belongs to the --format before it.
  command
      .add_option_function<std::string>(
          "--format",
          [&](const std::string& format) {
            options.views.push_back({format, ""});
          },
          "text, json, sarif or dot; may be given several times, each with its own --output (default: text)")
      ->check(CLI::IsMember({"text", "json", "sarif", "dot"}))
      ->trigger_on_parse();
  command
      .add_option_function<std::string>(
          "--output",
          [&](const std::string& file) {
            if (options.views.empty()) options.views.push_back({"text", ""});
            options.views.back().output = file;
          },
          "file for the --format before it (default: the terminal)")
      ->trigger_on_parse();
  command.add_flag("--all-tiers", options.all_tiers,
                   "also show notes: cycles that cannot become a deadlock, each with its reason");
  command.add_flag("--contention", options.contention,
                   "also show, by class of lock, how long locks were waited for and held");
  command.add_flag("--show-suppressed", options.show_suppressed,
                   "also show what is suppressed, each with its reason");
  command.add_flag("--show-known", options.show_known,
                   "show what the baseline knows in full, not in one line");
  command.add_option("--source-root", options.source_root,
                     "directory that file names in SARIF are relative to (default: the current one)");
  add_decision_options(command, options.decisions);
  command
      .add_option(
          "--fail-on", options.fail_on,
          "exit with 2 when a finding is at least this severe: error, warning, never (default: error)")
      ->check(CLI::IsMember({"error", "warning", "never"}));
}

std::optional<Fold> graph_wanted(const ReportingOptions& options, const UserDecisions& decisions) {
  return decisions.need_graph() ||
                 std::ranges::find(options.views, "dot", &View::format) != options.views.end()
             ? std::optional(Fold::classes)
             : std::nullopt;
}

int report(const MergedReport& merged, SymbolFiles& files, const ReportingOptions& options,
           const UserDecisions& decisions, std::FILE* terminal, Say say, std::vector<Finding> seen) {
  Report report = merged.report(files, std::move(seen));
  decisions.apply(report, [&] { return merged.graph(report); });
  const int status = decisions.accepts_all() ? kNothingFound : exit_code(report, options.fail_on);
  if (say == Say::findings && status == kNothingFound) return status;
  std::vector<View> views = options.views;
  if (views.empty()) views.push_back({"text", ""});
  for (const View& view : views) {
    std::ostringstream out;
    if (view.format == "json") {
      write_json(out, report, options.all_tiers);
    } else if (view.format == "sarif") {
      write_sarif(out, report, {options.source_root, GORDIAN_VERSION, options.all_tiers});
    } else if (view.format == "dot") {
      write_dot(out, merged.graph(report), {});
    } else {
      write_text(out, report,
                 {.colour = view.output.empty() && wants_colour(terminal),
                  .all_tiers = options.all_tiers,
                  .omit_told = view.output.empty(),
                  .contention = options.contention,
                  .show_suppressed = options.show_suppressed,
                  .show_known = options.show_known});
    }
    if (view.output.empty()) {
      write_to(terminal, out.str(), "the report");
    } else {
      write_file(view.output, out.str());
    }
  }
  return status;
}

}  // namespace gordian
