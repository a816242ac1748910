// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_LIVE_SYSTEM_CALL_H
#define GORDIAN_CORE_LIVE_SYSTEM_CALL_H

#include <cstdint>
#include <string>

namespace gordian {

// Where the kernel says a thread is.
struct SystemCall {
  enum class State : uint8_t { running, in_call, unknown } state = State::unknown;
  long number = -1;
  uint64_t arguments[6] = {};
  uint64_t pc = 0;
};

SystemCall system_call(uint32_t pid, uint32_t tid);

// "is in read() on pipe:[4711]", "is running", "is in connect() to 10.0.0.1:80".
std::string in_words(const SystemCall& call, uint32_t pid);

// A stop of the thread in this call does not show in what the call answers: it is restarted, or goes on.
bool survives_stop(const SystemCall& call, uint32_t pid);

}  // namespace gordian

#endif  // GORDIAN_CORE_LIVE_SYSTEM_CALL_H
