// SPDX-License-Identifier: Apache-2.0
#include "cli/live_report.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

#include "cli/reporting.h"
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

LiveReport::LiveReport(const std::filesystem::path& traces, const LiveOptions& options)
    : watcher_(traces, {static_cast<uint64_t>(options.stuck_seconds * 1e9)}),
      on_deadlock_(options.on_deadlock) {}

void LiveReport::tick() {
  for (LiveFinding& found : watcher_.look()) {
    std::ostringstream text;
    text << "gordian: " << (found.again ? "still so, while the program runs:" : "while the program runs:")
         << '\n';
    write_text(text, found.finding, {wants_colour(stderr), false});
    // In one piece, so that it does not mix with what the program prints.
    std::fputs(text.str().c_str(), stderr);
    std::fflush(stderr);
    if (found.finding.tier == Tier::actual && on_deadlock_ != "report") {
      for (const uint32_t pid : found.pids)
        kill(static_cast<pid_t>(pid), on_deadlock_ == "core" ? SIGABRT : SIGKILL);
    }
    keep(std::move(found));
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
}

}  // namespace gordian
