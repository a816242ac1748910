// SPDX-License-Identifier: Apache-2.0
//
// gordian watch: started by the hook under a plain preload when a thread first has to wait, and over when the
// process is. Not for people, who have `gordian run`.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/decisions.h"
#include "cli/launch.h"
#include "cli/live_report.h"

namespace gordian {

namespace {

struct Options {
  LiveOptions live;
  DecisionOptions decisions;
  int pid = 0;
  std::string trace;
};

int watch(const Options& options) {
  pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, options.pid, 0)), POLLIN, 0};
  if (ended.fd < 0) return kToolFailed;
  const UserDecisions decisions = UserDecisions::or_none(options.decisions);
  LiveReport report(options.trace, options.live, decisions.suppressions());
  while (poll(&ended, 1, kTickMs) <= 0) report.tick();
  return kNothingFound;
}

}  // namespace

void add_watch_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("watch", "Watch one process while it runs.")->group("");
  const auto options = std::make_shared<Options>();
  add_live_options(*command, options->live);
  add_suppressions_option(*command, options->decisions);
  command->add_option("pid", options->pid)->required();
  command->add_option("trace", options->trace)->required();
  command->callback([options, &status] { status = watch(*options); });
}

}  // namespace gordian
