// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/other_holders.h"

#include "runtime-hook/contention.h"
#include "runtime-hook/object_state.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

uint32_t find_other_holders(Lockable lock, Holder& one) {
  uint32_t count = 0;
  hot().for_each([&](ThreadSlot& slot) {
    const auto state = load(slot.state);
    if (&slot == context.own || state == format::SlotState::free || state == format::SlotState::left_behind)
      return;
    HeldEntry* const bottom = bottom_of(slot);
    for (HeldEntry* entry = bottom + depth_of(slot); entry-- > bottom;) {
      if (load(entry->lock, std::memory_order_acquire) != lock.address || entry->kind != lock.kind) continue;
      const Holder found{*entry, slot.thread, slot.tid};
      if (load(entry->lock) != lock.address) continue;  // it moved meanwhile
      count += times_taken(found.entry);
      one = found;
    }
  });
  return count;
}

bool is_anothers(Lockable lock, Holder& one) {
  const auto readers = [&] {
    return lock.kind == LockKind::rwlock ? load(rwlock_state(lock).__readers) >> kReaderShift : 0;
  };
  const unsigned before = readers();
  const uint32_t count = find_other_holders(lock, one);
  if (count == 0) return false;
  switch (lock.kind) {
    case LockKind::mutex:
      return static_cast<uint32_t>(load(mutex_state(lock).__owner)) == one.tid;
    case LockKind::rwlock:
      if (one.entry.shared == 0)
        return static_cast<uint32_t>(load(rwlock_state(lock).__cur_writer)) == one.tid;
      // Readers are but counted: if all of them are known, the calling thread is none.
      return before == count && readers() == count;
    default:
      return !is_free(lock);
  }
}

}  // namespace gordian::hook
