// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/contention.h"

#include "core/format/durations.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

namespace {

using format::ContentionRecord;
using format::ContentionRef;
using format::Durations;
using format::LockRef;
using format::StackRef;

struct ClassSlot {
  uint64_t key;  // class and kind; 0: free
  ContentionRef record;
};
Table<ClassSlot, &ClassSlot::key, 14> classes;

// A lock is not given a class for this: which one it gets must not depend on chance.
Identity identity_for(Lockable lock, const HeldEntry& entry) {
  return entry.id != LockRef::none ? recorded_identity(entry.id) : known_identity(lock);
}

// None: nobody holds that lock, or there is no room.
ContentionRef record_of(Lockable lock, Identity known, StackRef taken) {
  if (known.lock == kSignal) return ContentionRef::none;
  const StackRef lock_class = known.lock_class != StackRef::none ? known.lock_class : taken;
  const uint64_t key =
      uint64_t{static_cast<uint32_t>(lock_class)} << 8 | (static_cast<uint64_t>(lock.kind) + 1);
  ClassSlot* const slot = classes.find_or_add(key);
  if (slot == nullptr) {
    recorder().drop(format::Dropped::contention_table);
    return ContentionRef::none;
  }
  ContentionRef record = load(slot->record, std::memory_order_acquire);
  if (record != ContentionRef::none) return record;
  const InsideHook inside;
  const auto written = recorder().append<ContentionRef, ContentionRecord>(
      format::RecordType::contention, 0, [&](ContentionRecord& fresh, char*) {
        fresh.lock = known.lock;
        fresh.taken = taken;
        fresh.address = lock.address;
        fresh.kind = lock.kind;
        fresh.sampled_one_in = kSampleEvery;
      });
  // Two threads may do it at once: both records stay, and all goes into the one entered first.
  return written == ContentionRef::none || exchange_if(slot->record, record, written) ? written : record;
}

Durations& durations_of(ContentionRecord& record, bool holds) {
  return holds ? record.holds : record.waits;
}

void flush(PendingTimes& times) {
  if (times.count == 0) return;
  Durations& durations = durations_of(recorder().at<ContentionRecord>(times.record), times.holds != 0);
  std::atomic_ref(durations.count).fetch_add(times.count, std::memory_order_relaxed);
  std::atomic_ref(durations.total_ns).fetch_add(times.total_ns, std::memory_order_relaxed);
  std::atomic_ref(durations.buckets[times.bucket]).fetch_add(times.count, std::memory_order_relaxed);
  times.count = 0;
  times.total_ns = 0;
}

void note_longest(Durations& durations, uint64_t ns, StackRef where) {
  uint64_t longest = load(durations.max_ns);
  while (longest < ns) {
    if (!exchange_if(durations.max_ns, longest, ns)) continue;
    store(durations.longest_at, where);
    return;
  }
}

void note(ThreadCache& cache, bool holds, Lockable lock, Identity known, CallPath& path, uint64_t ns) {
  const StackRef taken = stack_of_path(path);
  const ContentionRef record = record_of(lock, known, taken);
  if (record == ContentionRef::none) return;
  note_longest(durations_of(recorder().at<ContentionRecord>(record), holds), ns, taken);
  const auto bucket = static_cast<uint8_t>(format::bucket_of(ns));
  PendingTimes& times = cache.times[(bucket ^ static_cast<uint32_t>(record)) % kPendingTimes];
  if (times.record != record || times.holds != (holds ? 1 : 0) || times.bucket != bucket ||
      times.count == kFlushEvery) {
    flush(times);
    times.record = record;
    times.holds = holds ? 1 : 0;
    times.bucket = bucket;
  }
  times.count += 1;
  times.total_ns += ns;
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

void measure_wait(Lockable lock, HeldEntry& wanted) {
  if (context.inside) return;
  private_of(*context.own).cache->waited = {monotonic_ns() - context.own->waiting_since_ns, lock,
                                            identity_for(lock, wanted), private_of(wanted).path};
}

void note_last_wait(ThreadCache& cache) {
  const MeasuredWait waited = cache.waited;
  // finish(), in another thread, may be at it too.
  if (waited.path == nullptr || std::atomic_ref(cache.waited.path).exchange(nullptr) == nullptr) return;
  note(cache, false, waited.lock, waited.known, *waited.path, waited.ns);
}

void mark_sampled(HeldEntry& entry) {
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
  if (context.inside) return;
  const Lockable lock{load(entry.lock), entry.kind};
  note(*private_of(*context.own).cache, true, lock, identity_for(lock, entry), *private_of(entry).path, ns);
}

void flush_times(ThreadCache& cache) {
  note_last_wait(cache);
  for (PendingTimes& times : cache.times) flush(times);
}

bool create_contention_table() {
  return classes.create();
}

void clear_contention_table() {
  classes.clear();
}

}  // namespace gordian::hook
