// SPDX-License-Identifier: Apache-2.0
//
// What POSIX and System V semaphores have in common. A semaphore is a lock if whoever waits for it posts it
// again, and a signal if one thread posts what another waits for. Which of the two it is shows in its use:
// one that is made with permits is watched as a lock until it is posted by a thread that had not waited for
// it. One that is made without, that turned out to be a signal, or that was made before the watch began, is
// left alone. The rest of the judgement is ingest's.
#ifndef GORDIAN_RUNTIME_HOOK_SEMAPHORE_H
#define GORDIAN_RUNTIME_HOOK_SEMAPHORE_H

#include "runtime-hook/cancellable_wait.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/try_then_wait.h"

namespace gordian::hook {

inline bool is_watched(Identity known) {
  return known.lock != kSignal && known.lock_class != format::StackRef::none;
}
inline bool is_watched(Lockable semaphore) {
  return is_watched(known_identity(semaphore));
}

// The same, before one is taken. Python makes all its locks with one permit: one that is not known is older
// than the trace, as in the child of a fork.
inline bool is_to_be_watched(Lockable semaphore, CallSite site) {
  const Identity known = known_identity(semaphore);
  if (is_watched(known)) return true;
  if (known.lock == kSignal || context.inside || !waits_if_it_fails(site.return_address)) return false;
  const InsideHook inside;
  if (attach() == nullptr) return false;
  begin_taken(semaphore, stack_of_path(find_path(site, script_key(semaphore, site.return_address))));
  return is_watched(semaphore);
}

// `attempt` says whether it has taken a permit; `block` waits for one and answers as the program's call does.
template <typename Attempt, typename Block>
int wait_for_permit(Lockable semaphore, CallSite site, How how, Attempt attempt, Block block) {
  if (!is_to_be_watched(semaphore, site)) {
    // It may have become a signal while this thread was taking it.
    release_all(semaphore);
    return block();
  }
  HeldEntry* entry = prepare(semaphore, site, how);
  if (entry == nullptr) return block();
  if (attempt()) {
    commit(entry);
    return 0;
  }
  const bool waits = is_taken(semaphore, *entry);
  const int result = wait_cancellably(semaphore, *entry, block);
  if (waits) note_wait(semaphore, *entry);
  // Whoever posted it may not have waited for it.
  result == 0 && is_watched(semaphore) ? commit(entry) : withdraw();
  return result;
}

// After a wait that did not block.
inline void note_permit(Lockable semaphore, CallSite site, How how) {
  if (!is_to_be_watched(semaphore, site)) return;
  if (HeldEntry* entry = prepare(semaphore, site, how)) commit(entry);
}

// Posts come from signal handlers too. One that interrupted the hook finds the held set in use: there it only
// marks. (The few instructions in which a free mutex is taken or released are not told from others.)
inline void note_permit_returned(Lockable semaphore) {
  const Identity known = known_identity(semaphore);
  if (!is_watched(known)) return;
  bool by_holder;
  if (context.inside || context.acquiring) {
    by_holder = find_held(semaphore) != nullptr;
    revoke(semaphore);
  } else {
    by_holder = release_last(semaphore.address) || release_slowly(semaphore);
  }
  // Of a lock that was never nested, a post by its holder says nothing new.
  if (!by_holder || known.lock != format::LockRef::none) note_post(semaphore, by_holder);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_SEMAPHORE_H
