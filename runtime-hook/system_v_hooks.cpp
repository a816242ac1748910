// SPDX-License-Identifier: Apache-2.0
//
// semop, semtimedop and semctl: System V semaphores, see semaphore.h. They come in sets, are known by number
// and have no room for a tag. Only those are watched whose value this process has set.
#include <stdarg.h>
#include <sys/sem.h>

#include "runtime-hook/permits.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/semaphore.h"

using namespace gordian::hook;

namespace {

constexpr size_t kMostOperations = 500;  // Linux's limit, above which the call fails

bool values_were_set;  // here: otherwise nothing is watched

bool takes_permit(int set, const sembuf& operation) {
  return operation.sem_op < 0 && is_watched(lockable_in_set(set, operation.sem_num));
}

// A call's operations are done all at once: it waits for all its semaphores before it has any. So an edge
// leads to each of them from what is held outside, and none from one to the other.
template <typename Call>
int operate(int set, const sembuf* operations, size_t count, How how, CallSite site, Call call) {
  if (!load(values_were_set) || count == 0 || count > kMostOperations ||
      !is_readable(reinterpret_cast<uint64_t>(operations)) ||
      !is_readable(reinterpret_cast<uint64_t>(operations + count) - sizeof(uint64_t))) {
    return call();
  }
  const sembuf* const end = operations + count;
  const sembuf* waits = nullptr;
  for (const sembuf* at = operations; at != end; ++at) {
    if (!takes_permit(set, *at) || (at->sem_flg & IPC_NOWAIT) != 0) continue;
    if (waits != nullptr && prepare(lockable_in_set(set, waits->sem_num), site, how) != nullptr) withdraw();
    waits = at;
  }
  const auto undone = [](const sembuf& operation) { return (operation.sem_flg & SEM_UNDO) != 0; };
  How waiting = how;
  waiting.undone = waits != nullptr && undone(*waits);
  const int result =
      waits != nullptr ? wait_for_permit(lockable_in_set(set, waits->sem_num), site, waiting, NoTrial{}, call)
                       : call();
  if (result != 0) return result;
  for (const sembuf* at = operations; at != end; ++at) {
    const Lockable semaphore = lockable_in_set(set, at->sem_num);
    const int taken = -at->sem_op - (at == waits ? 1 : 0);
    if (taken > 0)
      note_permits(semaphore, site, {.mode = AcquireMode::try_only, .undone = undone(*at)},
                   static_cast<uint32_t>(taken));
    for (int i = 0; i < at->sem_op; ++i) note_permit_returned(semaphore, site);
  }
  return 0;
}

int size_of(int set) {
  const KeepErrno keep;
  semid_ds status;
  return real.semctl(set, 0, IPC_STAT, &status) == 0 ? static_cast<int>(status.sem_nsems) : 0;
}

void begin(int set, int number, unsigned value, CallSite site) {
  const Lockable semaphore = lockable_in_set(set, number);
  store(values_were_set, true);
  release_everywhere(semaphore);
  begin_generation(semaphore, site, value);
}

// Permits at the end; those of a larger set are not asked for.
constexpr int kCounted = 256;
struct Permits {
  unsigned short of[kCounted];
  bool known;
};

// Before a set is removed.
void count(int set, int size, Permits& permits) {
  const KeepErrno keep;
  permits.known = load(values_were_set) && size <= kCounted && real.semctl(set, 0, GETALL, permits.of) == 0;
}

void end(int set, int number, const Permits& permits, CallSite site) {
  const Lockable semaphore = lockable_in_set(set, number);
  if (known_identity(semaphore).lock_class == gordian::format::StackRef::none) return;
  if (permits.known) note_permits_lost(semaphore, permits.of[number], site);
  release_everywhere(semaphore);
  end_generation(before_destroy(semaphore), site);
}

}  // namespace

GORDIAN_EXPORT int semop(int set, sembuf* operations, size_t count) {
  ensure_resolved();
  return operate(set, operations, count, {AcquireMode::blocking}, GORDIAN_CALL_SITE(),
                 [=] { return real.semop(set, operations, count); });
}

GORDIAN_EXPORT int semtimedop(int set, sembuf* operations, size_t count, const timespec* limit) {
  ensure_resolved();
  const How how{limit != nullptr ? AcquireMode::timed : AcquireMode::blocking};
  return operate(set, operations, count, how, GORDIAN_CALL_SITE(),
                 [=] { return real.semtimedop(set, operations, count, limit); });
}

// The argument is a union of an int and pointers; like glibc, this takes it for granted.
GORDIAN_EXPORT int semctl(int set, int number, int command, ...) {
  ensure_resolved();
  va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  const CallSite site = GORDIAN_CALL_SITE();
  const int removed = command == IPC_RMID ? size_of(set) : 0;
  Permits permits;
  if (removed > 0) count(set, removed, permits);
  const int result = real.semctl(set, number, command, argument);
  if (result != 0) return result;
  if (command == SETVAL) {
    begin(set, number, static_cast<unsigned>(reinterpret_cast<uint64_t>(argument)), site);
  } else if (command == SETALL) {
    const auto* values = static_cast<const unsigned short*>(argument);
    for (int i = size_of(set); i-- > 0;) begin(set, i, values[i], site);
  }
  for (int i = 0; i < removed; ++i) end(set, i, permits, site);
  return result;
}
