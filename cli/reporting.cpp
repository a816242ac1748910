// SPDX-License-Identifier: Apache-2.0
#include "cli/reporting.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "cli/commands.h"
#include "viz/dot.h"
#include "viz/json.h"
#include "viz/text.h"

namespace gordian {

namespace {

void write_to(std::FILE* file, const std::string& text, const std::string& name) {
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size() || std::fflush(file) != 0) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", name, std::strerror(errno)));
  }
}

void write_file(const std::string& path, const std::string& text) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "we"), close);
  if (file == nullptr) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  write_to(file.get(), text, path);
}

int exit_code(const Report& report, const std::string& fail_on) {
  if (fail_on == "never") return kNothingFound;
  const Severity least = fail_on == "warning" ? Severity::warning : Severity::error;
  const bool failed = std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return !finding.suppressed && finding.severity >= least;
  });
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
          "text, json or dot; may be given several times, each with its own --output (default: text)")
      ->check(CLI::IsMember({"text", "json", "dot"}))
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
  command
      .add_option(
          "--fail-on", options.fail_on,
          "exit with 2 when a finding is at least this severe: error, warning, never (default: error)")
      ->check(CLI::IsMember({"error", "warning", "never"}));
}

std::optional<Fold> graph_wanted(const ReportingOptions& options) {
  return std::ranges::find(options.views, "dot", &View::format) != options.views.end()
             ? std::optional(Fold::classes)
             : std::nullopt;
}

int report(const MergedReport& merged, SymbolFiles& files, const ReportingOptions& options,
           std::FILE* terminal, Say say, std::vector<Finding> seen) {
  const Report report = merged.report(files, std::move(seen));
  const int status = exit_code(report, options.fail_on);
  if (say == Say::findings && status == kNothingFound) return status;
  std::vector<View> views = options.views;
  if (views.empty()) views.push_back({"text", ""});
  for (const View& view : views) {
    std::ostringstream out;
    if (view.format == "json") {
      write_json(out, report, options.all_tiers);
    } else if (view.format == "dot") {
      write_dot(out, merged.graph(report), {});
    } else {
      write_text(out, report,
                 {view.output.empty() && wants_colour(terminal), options.all_tiers, view.output.empty(),
                  options.contention});
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
