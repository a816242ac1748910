// SPDX-License-Identifier: Apache-2.0
//
// sem_*, see semaphore.h. Everything here answers -1 and says why in errno, which a success must leave as it
// was.
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>

#include "runtime-hook/acquire.h"
#include "runtime-hook/destroy_in_use.h"
#include "runtime-hook/handoffs.h"
#include "runtime-hook/named_semaphores.h"
#include "runtime-hook/permits.h"
#include "runtime-hook/plain_semaphore.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/semaphore.h"
#include "runtime-hook/try_then_wait.h"

using namespace gordian::hook;

namespace {

bool take_free(sem_t* semaphore) {
  const KeepErrno keep;
  return real.sem_trywait(semaphore) == 0;
}

// Before a semaphore ends, or is made anew where there is one: nobody has to have posted it. One with all its
// permits is held by nobody. False: it is.
bool is_at_rest(sem_t* semaphore, int& permits) {
  const Untagged* const known = find_untagged(lockable(semaphore));
  if (!is_watched(known)) return true;
  return sem_getvalue(semaphore, &permits) != 0 || permits >= static_cast<int>(permits_of(*known));
}

// Whether this call made the semaphore or found it, its permits at this moment are taken for those it was
// made with: a lock at rest has its one. If another process has it just now, it passes for a signal. Opened
// again, it lies at the same address.
void note_opened(sem_t* semaphore, const char* name, CallSite site) {
  if (known_identity(lockable(semaphore)).lock_class != gordian::format::StackRef::none) return;
  int permits;
  if (sem_getvalue(semaphore, &permits) != 0) return;
  name_lock(lockable(semaphore), name);
  begin_generation(lockable(semaphore), site, static_cast<uint32_t>(permits));
}

// A thread of Python, which nobody joins in libc's sense, holds a lock for as long as it runs. Who waits for
// its end waits for that lock, and then destroys it.
void note_thread_over(Lockable semaphore) {
  const auto thread = thread_record_of(semaphore.address);
  if (thread == gordian::format::ThreadRef::none || thread == context.own->thread) return;
  know_handle(semaphore.address, gordian::format::ThreadRef::none);
  note_join(thread);
}

// Of sem_wait and its kin.
int after_wait(const sem_t* semaphore, int result) {
  if (result == 0) note_permit(semaphore);
  return result;
}

__attribute__((noinline)) int wait_slowly(sem_t* semaphore, CallSite site) {
  ensure_resolved();
  return after_wait(
      semaphore, wait_for_permit(
                     lockable(semaphore), site, {AcquireMode::blocking}, [=] { return take_free(semaphore); },
                     [=] { return real.sem_wait(semaphore); }));
}

// Threads that use a semaphore mostly use it again. Its place in the table never changes.
inline Untagged* find_last_used(const sem_t* semaphore) {
  const Lockable lock = lockable(semaphore);
  if (context.semaphore == lock.address) return context.semaphore_entry;
  Untagged* const entry = find_untagged_at_once(lock);
  if (entry != nullptr) {
    context.semaphore = lock.address;
    context.semaphore_entry = entry;
  }
  return entry;
}

// It may be no lock, or not known as one.
__attribute__((noinline)) int note_taken_permit(TaggedSemaphore lock, CallSite site, HeldEntry* top) {
  if (lock.entry != nullptr && has_one_permit(lock.tag()))
    return note_step<AcquireMode::blocking>(lock, site, top);
  const KeepErrno keep;
  note_permits(lockable(lock.object), site, {AcquireMode::blocking});
  note_permit(lock.object);
  return 0;
}

// Of one that has a record, where it is marked too.
__attribute__((noinline)) int post_recorded(sem_t* semaphore, Untagged& known, HeldEntry* last) {
  note_given_back(known, false);
  move_top(last);
  return real.sem_post(semaphore);
}

__attribute__((noinline)) int post_slowly(sem_t* semaphore, CallSite site) {
  ensure_resolved();
  note_permit_returned(lockable(semaphore), site);
  note_post(semaphore);
  return real.sem_post(semaphore);
}

}  // namespace

// As with mutexes, a permit that is there is taken first and noted then. glibc, too, acts upon a cancellation
// before it looks at the semaphore.
GORDIAN_EXPORT int sem_wait(sem_t* semaphore) {
  pthread_testcancel();
  const CallSite site = GORDIAN_CALL_SITE();
  HeldEntry* const top = context.top;
  if (top == nullptr || !are_semaphores_plain || !take_permit(semaphore)) [[unlikely]]
    return wait_slowly(semaphore, site);
  const TaggedSemaphore lock{semaphore, find_last_used(semaphore)};
  if (lock.entry == nullptr || !is_remembered(*context.slot, *top, lock, site)) [[unlikely]]
    return note_taken_permit(lock, site, top);
  move_top(top + 1);
  return 0;
}

GORDIAN_EXPORT int sem_timedwait(sem_t* semaphore, const timespec* until) {
  ensure_resolved();
  return after_wait(semaphore,
                    wait_for_permit(lockable(semaphore), GORDIAN_CALL_SITE(), {AcquireMode::timed}, NoTrial{},
                                    [=] { return real.sem_timedwait(semaphore, until); }));
}

GORDIAN_EXPORT int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* until) {
  ensure_resolved();
  return after_wait(semaphore,
                    wait_for_permit(lockable(semaphore), GORDIAN_CALL_SITE(), {AcquireMode::timed}, NoTrial{},
                                    [=] { return real.sem_clockwait(semaphore, clock, until); }));
}

GORDIAN_EXPORT int sem_trywait(sem_t* semaphore) {
  ensure_resolved();
  const CallSite site = GORDIAN_CALL_SITE();
  const int result = real.sem_trywait(semaphore);
  if (result == 0) {
    const bool would_wait = waits_if_it_fails(site.return_address);
    note_permits(lockable(semaphore), site, {would_wait ? AcquireMode::blocking : AcquireMode::try_only});
    note_permit(semaphore);
  } else {
    const KeepErrno keep;
    keep_script(lockable(semaphore), site.return_address);
  }
  return result;
}

// As with mutexes, released before the real post. Safe in a signal handler.
// The fast way is for one whose memo, in the entry of the lock taken last, says that it is still a lock; and
// not for a signal handler that has interrupted the hook.
GORDIAN_EXPORT int sem_post(sem_t* semaphore) {
  HeldEntry* const top = context.top;
  if (top == nullptr || context.acquiring || !are_semaphores_plain) [[unlikely]]
    return post_slowly(semaphore, GORDIAN_CALL_SITE());
  HeldEntry* const last = top - 1;
  Untagged* const known = find_last_used(semaphore);
  const TaggedSemaphore lock{semaphore, known};
  if (known == nullptr || last->recursion != 1 || !is_of(*last, lock)) [[unlikely]]
    return post_slowly(semaphore, GORDIAN_CALL_SITE());
  if (identity_of_held(lock.tag()).lock != gordian::format::LockRef::none)
    return post_recorded(semaphore, *known, last);
  add_given_back(*known);
  move_top(last);
  return post_unwaited(semaphore) ? 0 : real.sem_post(semaphore);
}

GORDIAN_EXPORT int sem_init(sem_t* semaphore, int shared, unsigned value) {
  ensure_resolved();
  int permits;
  if (!is_at_rest(semaphore, permits)) release_everywhere(lockable(semaphore));
  const int result = real.sem_init(semaphore, shared, value);
  if (result != 0) return result;
  begin_generation(lockable(semaphore), GORDIAN_CALL_SITE(), value);
  note_semaphore_made(semaphore, shared == 0 ? value : gordian::format::kUnusable);
  return result;
}

GORDIAN_EXPORT int sem_destroy(sem_t* semaphore) {
  ensure_resolved();
  note_destroy_in_use(lockable(semaphore), GORDIAN_CALL_SITE());
  int permits;
  if (!is_at_rest(semaphore, permits)) {
    note_permits_lost(lockable(semaphore), permits, GORDIAN_CALL_SITE());
    release_everywhere(lockable(semaphore));
  }
  const DyingLock dying = before_destroy(lockable(semaphore));
  const int result = real.sem_destroy(semaphore);
  if (result == 0) {
    end_generation(dying, GORDIAN_CALL_SITE());
    note_thread_over(lockable(semaphore));
  }
  return result;
}

GORDIAN_EXPORT sem_t* sem_open(const char* name, int flags, ...) {
  ensure_resolved();
  sem_t* semaphore;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    const auto value = va_arg(rest, unsigned);
    va_end(rest);
    const bool makes = (flags & O_EXCL) != 0 || find_named_semaphore(name) == 0;
    semaphore = real.sem_open(name, flags, mode, value);
    if (makes && semaphore != SEM_FAILED) note_semaphore_made(name, GORDIAN_CALL_SITE());
  } else {
    semaphore = real.sem_open(name, flags);
  }
  if (semaphore != SEM_FAILED) note_opened(semaphore, name, GORDIAN_CALL_SITE());
  return semaphore;
}

// glibc counts how often a semaphore is open; the last close unmaps it.
GORDIAN_EXPORT int sem_close(sem_t* semaphore) {
  ensure_resolved();
  const Lockable lock = lockable(semaphore);
  const DyingLock dying = before_destroy(lock);
  int permits;
  const bool at_rest = is_at_rest(semaphore, permits);
  const int result = real.sem_close(semaphore);
  if (result == 0 && dying.word != nullptr && !is_readable(lock.address)) {
    if (!at_rest) note_permits_lost(lock, permits, GORDIAN_CALL_SITE());
    release_everywhere(lock);
    end_generation(dying, GORDIAN_CALL_SITE());
    name_lock(lock, "");
  }
  return result;
}
