// SPDX-License-Identifier: Apache-2.0
//
// Code that tries to take a semaphore first, and waits for it if that fails: what looks like a trial there is
// the first half of a wait, and makes an edge as that does. One is known: CPython's
// PyThread_acquire_lock_timed, through which every threading.Lock is taken, and its inlined copies.
#ifndef GORDIAN_RUNTIME_HOOK_TRY_THEN_WAIT_H
#define GORDIAN_RUNTIME_HOOK_TRY_THEN_WAIT_H

#include <cstddef>
#include <cstdint>

#include "runtime-hook/sys.h"

namespace gordian::hook {

// The verdict on a return address: the address, and in its highest bit the answer.
inline constexpr size_t kTryVerdicts = 64;
inline constexpr uint64_t kWaits = uint64_t{1} << 63;
extern uint64_t try_verdicts[kTryVerdicts] __attribute__((visibility("hidden")));

bool judge_try(uint64_t return_address);

inline bool waits_if_it_fails(uint64_t return_address) {
  const uint64_t verdict = load(try_verdicts[return_address % kTryVerdicts]);
  if ((verdict & ~kWaits) == return_address) return (verdict & kWaits) != 0;
  return judge_try(return_address);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_TRY_THEN_WAIT_H
