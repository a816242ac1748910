// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/forked_locks.h"

#include <string.h>

#include "runtime-hook/contention.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/object_state.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

using format::SlotState;

struct LeftBehind {
  HeldEntry entry;
  uint32_t tid;
  char name[16];
};

struct HeldAtFork {
  size_t bytes;  // of this mapping
  uint32_t own;
  uint32_t others;
  HeldEntry* own_entries() { return reinterpret_cast<HeldEntry*>(this + 1); }
  LeftBehind* left_behind() { return reinterpret_cast<LeftBehind*>(own_entries() + own); }
};

namespace {

// In a child, until its trace begins.
HeldAtFork* from_parent;
// Some slot has a lock that was left behind.
bool have_left_behind;

void release(HeldAtFork* held) {
  if (held != nullptr) munmap(held, held->bytes);
}

// Calls `visit` for what threads other than the calling one hold.
template <typename Visit>
void for_each_of_others(Visit visit) {
  hot().for_each([&](ThreadSlot& slot) {
    const SlotState state = load(slot.state, std::memory_order_acquire);
    if (&slot == context.own || (state != SlotState::live && state != SlotState::left_behind)) return;
    HeldEntry* const bottom = bottom_of(slot);
    for (uint32_t i = 0, depth = depth_of(slot); i < depth; ++i) visit(slot, bottom[i]);
  });
}

// Not what another thread has released (its address is 0) or the program has freed; nor record locks and
// those in shared memory. What was known of semaphores is not known in the child.
bool is_inherited(HeldEntry& entry) {
  const Lockable lock{entry.lock, entry.kind};
  if (!has_owner(lock.kind)) return lock.address != 0 && private_of(entry).path->script != 0;
  return is_readable(lock.address) && !is_process_shared(lock);
}

// Whether the child's copy of the object says that a thread of the parent has it. An object that processes
// share is the parent's as much as the child's: its holder is there.
bool is_left_taken(const HeldEntry& entry, uint32_t tid) {
  const Lockable lock{entry.lock, entry.kind};
  if (lock.address == 0 || !is_readable(lock.address)) return false;
  switch (lock.kind) {
    case LockKind::mutex:
      return is_taggable(reinterpret_cast<const pthread_mutex_t*>(lock.address)) &&
             is_still_taken(lock, false, tid);
    case LockKind::rwlock:
      return rwlock_state(lock).__shared == 0 &&
             is_still_taken(lock, (entry.shared & format::kReadLock) != 0, tid);
    case LockKind::semaphore: {
      const auto* semaphore = reinterpret_cast<const sem_t*>(lock.address);
      return !is_process_shared(semaphore) && load(*reinterpret_cast<const uint32_t*>(semaphore)) == 0;
    }
    default:
      return false;
  }
}

// Held from now on, along the path that it was taken along in the parent.
void put(ThreadSlot& slot, const HeldEntry& held) {
  if (depth_of(slot) == slot.held_capacity - 1 && !grow_held(slot)) {
    recorder().drop(format::Dropped::held_overflow);
    return;
  }
  HeldEntry& entry = *top_of(slot);
  entry = held;
  entry.id = format::LockRef::none;
  begin_hits(entry);
  entry.recursion = times_taken(entry);
  entry.repeat = static_cast<uint8_t>(Repeat::none);
  private_of(entry) = {kNoMemo, private_of(entry).path, private_of(entry).frame, 0, nullptr};
  stack_of_path(*private_of(entry).path);
  set_top(slot, &entry + 1);
  private_of(slot).high_water = depth_of(slot);
}

// A slot for a thread of the parent; null when there is no room.
ThreadSlot* take_slot(const LeftBehind& left) {
  ThreadSlot* const slot = hot().take();
  if (slot == nullptr) {
    recorder().drop(format::Dropped::thread_slot);
    return nullptr;
  }
  slot->tid = left.tid;
  slot->thread = record_parents_thread(left.tid, left.name);
  slot->waiting = format::WaitKind::nothing;
  const auto bottom = reinterpret_cast<uint64_t>(hot().held_of(slot));
  store(slot->bottom, bottom);
  store(slot->top, bottom);
  store(slot->state, SlotState::left_behind, std::memory_order_release);
  return slot;
}

}  // namespace

void copy_held() {
  const uint32_t own = context.own != nullptr ? depth_of(*context.own) : 0;
  uint32_t others = 0;
  for_each_of_others([&](const ThreadSlot&, const HeldEntry&) { ++others; });
  if (own == 0 && others == 0) return;
  const size_t bytes = sizeof(HeldAtFork) + own * sizeof(HeldEntry) + others * sizeof(LeftBehind);
  auto* held = reinterpret_cast<HeldAtFork*>(map_zeroed<char>(bytes));
  if (held == nullptr) return;
  held->bytes = bytes;
  held->own = own;
  if (own != 0) memcpy(held->own_entries(), bottom_of(*context.own), own * sizeof(HeldEntry));
  // They go on meanwhile.
  for_each_of_others([&](ThreadSlot& slot, const HeldEntry& entry) {
    if (held->others == others) return;
    LeftBehind& left = held->left_behind()[held->others++];
    left.entry = entry;
    left.tid = slot.tid;
    memcpy(left.name, private_of(slot).name, sizeof left.name);
  });
  context.forked = held;
}

void discard_copy() {
  release(context.forked);
  context.forked = nullptr;
}

void inherit_held() {
  store(have_left_behind, false);
  release(from_parent);
  from_parent = context.forked;
  context.forked = nullptr;
  if (from_parent == nullptr || from_parent->own == 0) return;
  const InsideHook inside;
  attach();
}

void take_over_held() {
  HeldAtFork* held = load(from_parent);
  if (held == nullptr || !exchange_if(from_parent, held, static_cast<HeldAtFork*>(nullptr))) return;
  for (uint32_t i = 0; i < held->own; ++i) {
    HeldEntry& entry = held->own_entries()[i];
    if (!is_inherited(entry)) continue;
    put(*context.own, entry);
    if (private_of(entry).path->script != 0)
      begin_taken({entry.lock, entry.kind}, stack_of_path(*private_of(entry).path));
  }
  const LeftBehind* last = nullptr;
  ThreadSlot* slot = nullptr;
  for (uint32_t i = 0; i < held->others; ++i) {
    const LeftBehind& left = held->left_behind()[i];
    if (!is_left_taken(left.entry, left.tid)) continue;
    if (last == nullptr || last->tid != left.tid) slot = take_slot(left);
    last = &left;
    if (slot != nullptr) put(*slot, left.entry);
  }
  if (last != nullptr) store(have_left_behind, true);
  release(held);
}

void forget_left_behind(Lockable lock) {
  if (!load(have_left_behind)) return;
  hot().for_each([&](ThreadSlot& slot) {
    if (load(slot.state, std::memory_order_acquire) != SlotState::left_behind) return;
    for (uint32_t i = 0, depth = depth_of(slot); i < depth; ++i) {
      HeldEntry& entry = bottom_of(slot)[i];
      if (entry.lock == lock.address && entry.kind == lock.kind) store(entry.lock, uint64_t{0});
    }
  });
}

}  // namespace gordian::hook
