// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/condition_mutexes.h"

#include <string.h>

#include "runtime-hook/events.h"

namespace gordian::hook {

namespace {

// The check is the condition xor the rest: of words that two writers stored, it does not come out.
struct LastWaiter {
  uint64_t mutex;
  uint64_t path_and_thread;
  uint64_t check;
};
constexpr size_t kConditions = 4096;
LastWaiter last_waiters[kConditions];

// Mutexes have other addresses in other processes.
bool others_wait(const pthread_cond_t* condition) {
  constexpr unsigned kProcessShared = 1;
  const unsigned references = load(condition->__data.__wrefs);
  return references >> 3 != 0 && (references & kProcessShared) == 0;
}

}  // namespace

void note_condition_mutex(const pthread_cond_t* condition, HeldEntry& entry, CallSite site) {
  const auto address = reinterpret_cast<uint64_t>(condition);
  LastWaiter& place = last_waiters[mix(1, address) & (kConditions - 1)];
  const LastWaiter last{load(place.mutex), load(place.path_and_thread), load(place.check)};
  const bool is_known = (last.mutex ^ last.path_and_thread ^ last.check) == address;
  if (is_known && last.mutex != entry.lock && others_wait(condition)) {
    HeldEntry theirs = entry;
    theirs.id = format::LockRef::none;
    private_of(theirs).path = paths + (last.path_and_thread >> 32);
    note_event({.kind = format::EventKind::two_mutexes,
                .lock = {entry.lock, LockKind::mutex},
                .site = site,
                .held = &theirs,
                .other = static_cast<format::ThreadRef>(last.path_and_thread & 0xffffffff)});
  }
  const uint64_t path_and_thread =
      uint64_t{number_of(*private_of(entry).path)} << 32 | static_cast<uint32_t>(context.own->thread);
  store(place.mutex, uint64_t{entry.lock});
  store(place.path_and_thread, path_and_thread);
  store(place.check, entry.lock ^ path_and_thread ^ address);
}

void forget_condition_mutexes() {
  memset(last_waiters, 0, sizeof last_waiters);
}

}  // namespace gordian::hook
