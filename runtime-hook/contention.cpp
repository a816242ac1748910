// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/contention.h"

#include "core/format/durations.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

using format::ContentionRecord;
using format::ContentionRef;
using format::Durations;
using format::LockRef;
using format::StackRef;

constexpr size_t kClasses = 1 << 14;

struct ClassSlot {
  uint64_t key;  // class and kind; 0: free
  ContentionRef record;
};
ClassSlot* classes;

ClassSlot* find_class(uint64_t key) {
  for (uint64_t probe = 0; probe < 64; ++probe) {
    ClassSlot& slot = classes[(mix(1, key) + probe) & (kClasses - 1)];
    uint64_t found = load(slot.key, std::memory_order_acquire);
    if (found == 0 && exchange_if(slot.key, found, key)) found = key;
    if (found == key) return &slot;
  }
  return nullptr;
}

// Null: nobody holds that lock, or there is no room. A lock is not given a class for this: which one it gets
// must not depend on chance.
ContentionRecord* record_of(Lockable lock, const HeldEntry& entry, CallPath& path) {
  const Identity known = entry.id != LockRef::none ? recorded_identity(entry.id) : known_identity(lock);
  if (known.lock == kSignal) return nullptr;
  const StackRef taken = stack_of_path(path);
  const StackRef lock_class = known.lock_class != StackRef::none ? known.lock_class : taken;
  const uint64_t key =
      uint64_t{static_cast<uint32_t>(lock_class)} << 8 | (static_cast<uint64_t>(lock.kind) + 1);
  ClassSlot* const slot = find_class(key);
  if (slot == nullptr) {
    recorder().drop(format::Dropped::contention_table);
    return nullptr;
  }
  ContentionRef record = load(slot->record, std::memory_order_acquire);
  if (record == ContentionRef::none) {
    const auto written = recorder().append<ContentionRef, ContentionRecord>(
        format::RecordType::contention, 0, [&](ContentionRecord& fresh, char*) {
          fresh.lock = known.lock;
          fresh.taken = taken;
          fresh.address = lock.address;
          fresh.kind = lock.kind;
          fresh.sampled_one_in = kSampleEvery;
        });
    if (written == ContentionRef::none) return nullptr;
    // Two threads may do it at once: both records stay, and all goes into the one entered first.
    if (exchange_if(slot->record, record, written)) record = written;
  }
  return &recorder().at<ContentionRecord>(record);
}

void add(Durations& durations, uint64_t ns, StackRef where) {
  std::atomic_ref(durations.count).fetch_add(1, std::memory_order_relaxed);
  std::atomic_ref(durations.total_ns).fetch_add(ns, std::memory_order_relaxed);
  std::atomic_ref(durations.buckets[format::bucket_of(ns)]).fetch_add(1, std::memory_order_relaxed);
  uint64_t longest = load(durations.max_ns);
  while (longest < ns) {
    if (!exchange_if(durations.max_ns, longest, ns)) continue;
    store(durations.longest_at, where);
    return;
  }
}

void note(Durations ContentionRecord::*which, Lockable lock, HeldEntry& entry, uint64_t ns) {
  if (context.inside) return;
  const InsideHook inside;
  CallPath& path = *private_of(entry).path;
  if (ContentionRecord* record = record_of(lock, entry, path)) add(record->*which, ns, stack_of_path(path));
}

uint32_t place_of(const HeldEntry& entry) {
  return static_cast<uint32_t>(&entry - bottom_of(*context.own));
}

}  // namespace

bool is_taken(Lockable lock, const HeldEntry& wanted) {
  if (&wanted != top_of(*context.own)) return false;  // a re-entry
  switch (lock.kind) {
    case LockKind::mutex:
      return load(reinterpret_cast<const pthread_mutex_t*>(lock.address)->__data.__lock) != 0;
    case LockKind::rwlock: {
      const auto& data = reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data;
      return load(data.__cur_writer) != 0 || load(data.__readers) >> 3 != 0;
    }
    case LockKind::semaphore:
      return load(*reinterpret_cast<const uint32_t*>(lock.address)) == 0;  // glibc's value
    default:
      return false;
  }
}

void note_wait(Lockable lock, HeldEntry& wanted) {
  note(&ContentionRecord::waits, lock, wanted, monotonic_ns() - context.own->waiting_since_ns);
}

void sample_if_due(ThreadSlot& slot, HeldEntry& entry) {
  uint32_t& unsampled = unsampled_on(slot, *private_of(entry).path);
  if (++unsampled < kSampleEvery) return;
  unsampled %= kSampleEvery;
  if (place_of(entry) >= kSampledDepths) return;
  entry.recursion |= kSampled;
  begin_sample(entry);
}

void begin_sample(const HeldEntry& entry) {
  context.held_since_ns[place_of(entry)] = monotonic_ns();
}

void end_sample(HeldEntry& entry) {
  const uint64_t ns = monotonic_ns() - context.held_since_ns[place_of(entry)];
  entry.recursion = times_taken(entry);
  note(&ContentionRecord::holds, {load(entry.lock), entry.kind}, entry, ns);
}

bool create_contention_table() {
  classes = map_zeroed<ClassSlot>(kClasses);
  return classes != nullptr;
}

void clear_contention_table() {
  madvise(classes, kClasses * sizeof(ClassSlot), MADV_DONTNEED);
}

}  // namespace gordian::hook
