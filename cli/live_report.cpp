// SPDX-License-Identifier: Apache-2.0
#include "cli/live_report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

#include "cli/reporting.h"
#include "cli/traces.h"
#include "viz/json.h"
#include "viz/text.h"

namespace gordian {

void add_live_options(CLI::App& command, LiveOptions& options) {
  command
      .add_option("--stuck", options.stuck_seconds,
                  "report who holds a lock for which somebody has waited that many seconds, and what they do "
                  "(default: 10)")
      ->check(CLI::Range(0.01, 1e9));
  command
      .add_option("--on-deadlock", options.on_deadlock,
                  "what becomes of a deadlocked process: report only; abort: it is killed; core: it gets "
                  "SIGABRT (default: report)")
      ->check(CLI::IsMember({"report", "abort", "core"}));
}

LiveReport::LiveReport(const std::filesystem::path& traces, const LiveOptions& options,
                       Suppressions suppressions)
    : watcher_(traces, {static_cast<uint64_t>(options.stuck_seconds * 1e9)}),
      suppressions_(std::move(suppressions)),
      file_(file_of_findings(traces)),
      on_deadlock_(options.on_deadlock) {}

void LiveReport::tick() {
  for (LiveFinding& found : watcher_.look()) {
    if (suppressions_.suppress(found.finding)) {
      keep(std::move(found));
      continue;
    }
    std::ostringstream text;
    text << "gordian: " << (found.again ? "still so, while the program runs:" : "while the program runs:")
         << '\n';
    write_text(text, found.finding, {wants_colour(stderr), false});
    // In one piece, so that it does not mix with what the program prints.
    std::fputs(text.str().c_str(), stderr);
    std::fflush(stderr);
    const bool ends = found.finding.tier == Tier::actual && on_deadlock_ != "report";
    const std::vector<uint32_t> pids = found.finding.pids;
    found.finding.told = true;
    keep(std::move(found));
    // Last: what is known is kept by now.
    for (const uint32_t pid : ends ? pids : std::vector<uint32_t>{})
      kill(static_cast<pid_t>(pid), on_deadlock_ == "core" ? SIGABRT : SIGKILL);
  }
}

void LiveReport::keep(LiveFinding found) {
  const auto same = std::ranges::find_if(findings_, [&](const Finding& known) {
    return known.rule == found.finding.rule && known.fingerprint == found.finding.fingerprint;
  });
  if (same != findings_.end()) {
    *same = std::move(found.finding);
  } else {
    findings_.push_back(std::move(found.finding));
  }
  Report report;
  report.findings = findings_;
  std::ostringstream text;
  write_json(text, report, false);
  // If it cannot be written, the terminal has it.
  const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = write(file, text.str().data(), text.str().size());
  close(file);
}

}  // namespace gordian
