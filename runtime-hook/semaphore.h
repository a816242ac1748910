// SPDX-License-Identifier: Apache-2.0
//
// What POSIX and System V semaphores have in common. A semaphore is a lock if it has one permit and whoever
// waits for it posts it again; a pool if the same is true of several permits; and a signal if one thread
// posts what another waits for. Which of them it is shows in its use: one that is made with permits is
// watched until it is posted by a thread that had not waited for it. One that is made without, that turned
// out to be a signal, or that was made before the watch began, is left alone. The rest of the judgement is
// ingest's.
//
// A pool is in the held set once, with as many re-entries as the thread has further permits of it.
#ifndef GORDIAN_RUNTIME_HOOK_SEMAPHORE_H
#define GORDIAN_RUNTIME_HOOK_SEMAPHORE_H

#include <errno.h>

#include <type_traits>

#include "runtime-hook/cancellable_wait.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/permits.h"
#include "runtime-hook/try_then_wait.h"

namespace gordian::hook {

inline bool is_watched(const Untagged* semaphore) {
  return semaphore != nullptr && permits_of(*semaphore) != 0;
}
inline bool is_watched(Lockable semaphore) {
  return is_watched(find_untagged(semaphore));
}

// What is known of a semaphore before a permit of it is taken; null: it is to be left alone. Python makes all
// its locks with one permit: one that is not known is older than the trace, as in the child of a fork.
inline Untagged* find_to_watch(Lockable semaphore, CallSite site) {
  Untagged* const known = find_untagged(semaphore);
  if (is_watched(known)) return known;
  const bool is_signal = known != nullptr && identity_in(load(known->tag)).lock == kSignal;
  if (is_signal || context.inside || !waits_if_it_fails(site.return_address)) return nullptr;
  const InsideHook inside;
  if (attach() == nullptr) return nullptr;
  begin_taken(semaphore, stack_of_path(find_path(site, script_key(semaphore, site.return_address))));
  Untagged* const begun = find_untagged(semaphore);
  return is_watched(begun) ? begun : nullptr;
}

// The calls with a time limit judge their arguments before they look at the semaphore: a trial could succeed
// where they fail. Whether they had to wait shows only when they give up.
struct NoTrial {
  bool operator()() const { return false; }
};
inline bool gave_up(int result) {
  return result != 0 && (errno == ETIMEDOUT || errno == EAGAIN);
}

// A thread of Python, which nobody joins in libc's sense, holds a lock for as long as it runs: who waits for
// that lock waits for its end.
inline Awaited awaited_signal(Lockable semaphore, How how) {
  const auto thread = thread_record_of(semaphore.address);
  if (thread == format::ThreadRef::none) return awaited(semaphore, how);
  return {WaitKind::thread, {static_cast<uint64_t>(thread), semaphore.kind}, how};
}

// `attempt` says whether it has taken a permit; `block` waits for one and answers as the program's call does.
template <typename Attempt, typename Block>
int wait_for_permit(Lockable semaphore, CallSite site, How how, Attempt attempt, Block block) {
  Untagged* const known = find_to_watch(semaphore, site);
  if (known == nullptr) {
    release_all(semaphore);  // it may have become a signal while this thread was taking it
    return attempt() ? 0 : wait_cancellably(awaited_signal(semaphore, how), site, {}, block);
  }
  how.pool = permits_of(*known) > 1;
  HeldEntry* entry = prepare(semaphore, site, how);
  if (entry == nullptr) return block();
  if (attempt()) {
    commit(entry);
    return 0;
  }
  constexpr bool had_trial = !std::is_same_v<Attempt, NoTrial>;
  const bool of_others = entry == top_of(*context.own);
  if (had_trial && of_others) note_awaited(*known);
  const bool waits = is_taken(semaphore, *entry);
  const int result = wait_cancellably(awaited(semaphore, how), site, {entry, OnCancel::withdraw}, block);
  if (!had_trial && of_others && gave_up(result)) note_awaited(*known);
  if (waits) measure_wait(semaphore, *entry);
  // Whoever posted it may not have waited for it.
  result == 0 && is_watched(known) ? commit(entry) : withdraw();
  return result;
}

// After a wait that did not block.
inline void note_permits(Lockable semaphore, CallSite site, How how, uint32_t permits = 1) {
  const Untagged* const known = find_to_watch(semaphore, site);
  if (known == nullptr) {
    release_all(semaphore);  // it may have become a signal while this thread was taking it
    return;
  }
  how.pool = permits_of(*known) > 1;
  if (HeldEntry* entry = prepare(semaphore, site, how)) {
    commit(entry);
    entry->recursion += permits - 1;
  }
}

// Posts come from signal handlers too. One that interrupted the hook finds the held set in use: there it only
// marks. (The few instructions in which a free mutex is taken or released are not told from others.)
inline void note_permit_returned(Lockable semaphore, CallSite site) {
  Untagged* const known = find_untagged(semaphore);
  const uint32_t permits = known != nullptr ? permits_of(*known) : 0;
  if (permits == 0) {
    if (known != nullptr && python::is_interpreter(site.return_address)) note_script_thread_end(semaphore);
    return;
  }
  const bool interrupted = context.inside || context.acquiring;
  const bool by_holder = interrupted ? give_back_interrupted(semaphore)
                                     : release_last(semaphore.address) || release_slowly(semaphore, {});
  if (by_holder) {
    note_given_back(*known, permits > 1);
  } else if (!python::is_finalizing(site.return_address)) {
    make_signal(*known);
  }
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_SEMAPHORE_H
