// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_RUNTIME_HOOK_WAIT_WORD_H
#define GORDIAN_RUNTIME_HOOK_WAIT_WORD_H

#include "runtime-hook/call_path.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// "This thread waits for that lock, or at that barrier, since then, at this stack": published in the hot file
// for as long as it lives. The address is stored last and cleared first, so a reader that sees it finds the
// rest right. A cancellation that unwinds past it (these waits are no cancellation points) is not expected.
class WaitWord {
 public:
  WaitWord(Lockable lock, HeldEntry& wanted) : WaitWord(lock.address, *private_of(wanted).path) {}
  // Of an attached thread.
  WaitWord(uint64_t address, CallPath& path) : slot_(*context.own) {
    const InsideHook inside;
    store(slot_.waiting_stack, stack_of_path(path));
    store(slot_.waiting_since_ns, monotonic_ns());
    store(slot_.waiting_for, address, std::memory_order_release);
  }
  ~WaitWord() { store(slot_.waiting_for, uint64_t{0}, std::memory_order_release); }
  WaitWord(const WaitWord&) = delete;
  WaitWord& operator=(const WaitWord&) = delete;

 private:
  ThreadSlot& slot_;
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_WAIT_WORD_H
