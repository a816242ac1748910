// SPDX-License-Identifier: Apache-2.0
//
// "This thread waits for that, since then, at this stack": published in the hot file before the thread
// blocks, for whoever looks from outside. The hook itself concludes nothing from it.
#ifndef GORDIAN_RUNTIME_HOOK_WAIT_WORD_H
#define GORDIAN_RUNTIME_HOOK_WAIT_WORD_H

#include "runtime-hook/call_path.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

using format::WaitKind;

// What is waited for. `how` with a mode of `timed`: it will be given up. `with`: the mutex of a condition.
struct Awaited {
  WaitKind kind;
  Lockable object;
  How how;
  uint64_t with = 0;
};

inline Awaited awaited(Lockable lock, How how) {
  return {WaitKind::lock, lock, how};
}
inline Awaited awaited(WaitKind kind, const void* object, AcquireMode mode, const void* with = nullptr) {
  return {
      kind, {reinterpret_cast<uint64_t>(object), LockKind::mutex}, {mode}, reinterpret_cast<uint64_t>(with)};
}

// Stays published as long as it lives. A wait that may be cancelled goes by way of cancellable_wait.h.
class WaitWord {
 public:
  // `wanted`: the entry prepared for the lock; null: there is none.
  WaitWord(const Awaited& what, CallSite site, HeldEntry* wanted = nullptr);
  ~WaitWord() { end(); }
  WaitWord(const WaitWord&) = delete;
  WaitWord& operator=(const WaitWord&) = delete;

  static void end() {
    if (context.own != nullptr) store(context.own->waiting, WaitKind::nothing, std::memory_order_release);
  }
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_WAIT_WORD_H
