// SPDX-License-Identifier: Apache-2.0
//
// Starting the program under the shim and waiting for it, so that it feels as if started directly: its
// signals reach it, its exit status is kept.
#ifndef GORDIAN_CLI_LAUNCH_H
#define GORDIAN_CLI_LAUNCH_H

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace gordian {

struct Exit {
  int status = 0;  // exit status, or 128 + signal as a shell would say
  int signal = 0;  // that ended it; 0: none
};

// libgordian.so as it lies beside this executable. Throws std::runtime_error when it is not there.
std::filesystem::path find_hook();

// What will keep the shim from seeing `program`, in one sentence; empty when nothing is known to. Throws
// std::runtime_error when the program does not exist or cannot be executed.
std::string obstacle(const std::string& program);

// How often launch() calls back.
inline constexpr int kTickMs = 20;

// Runs `command` with the shim loaded and traces going to `trace_dir`; returns when it has ended. Meanwhile
// it calls `tick` now and then.
Exit launch(const std::vector<std::string>& command, const std::filesystem::path& hook,
            const std::filesystem::path& trace_dir, const std::function<void()>& tick);

}  // namespace gordian

#endif  // GORDIAN_CLI_LAUNCH_H
