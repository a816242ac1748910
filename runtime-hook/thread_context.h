// SPDX-License-Identifier: Apache-2.0
//
// What the hook keeps for each thread: a pointer to its slot in the hot file, and caches of its own.
//
// The context is initial-exec TLS: one instruction to reach, never allocated. `slot` and `top` are null until
// the thread's first lock operation; every hook that finds them null takes the slow way. They stay set to the
// thread's very end: no moment can be known after which a thread runs no more destructors, so its slot is
// taken over only when the thread is gone.
#ifndef GORDIAN_RUNTIME_HOOK_THREAD_CONTEXT_H
#define GORDIAN_RUNTIME_HOOK_THREAD_CONTEXT_H

#include <pthread.h>

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

using format::HeldEntry;
using format::ThreadSlot;

// A chain this thread has been through, as one word of its chain cache: the chain's hash but for the low
// byte, and in that the times it was seen and not yet added to the chain's record. One word, because a
// program with thousands of locks of one kind knows many chains, and then the cost of finding one is a cache
// miss.
struct KnownChain {
  uint64_t word;  // 0: free
};
inline constexpr uint64_t kPendingMask = 0xff;
inline constexpr uint32_t kFlushEvery = 64;

// Capacity and content lie in one piece, so that finish(), in another thread, never sees the one without the
// other.
struct ChainCache {
  uint32_t capacity;  // power of two
  uint32_t used;
  KnownChain* chains() { return reinterpret_cast<KnownChain*>(this + 1); }
  format::ChainRef* refs() { return reinterpret_cast<format::ChainRef*>(chains() + capacity); }
};

// The hook's part of a HeldEntry.
struct HeldPrivate {
  uint64_t memo_tag;  // tag word of the lock when the entry was filled; kNoMemo: it must be filled anew
  CallPath* path;     // never null
  uint64_t frame;     // stack position of the call, see CallSite
  uint64_t hash;  // of the chain of this acquisition and all held outside it, or, once there are summaries,
                  // of its kind (chains.h says which of them it is); 0: not worked out
  KnownChain* known;  // null: nothing was held outside
};
static_assert(sizeof(HeldPrivate) == sizeof(HeldEntry::private_));

inline How how_of(const HeldEntry& entry) {
  return {entry.mode, (entry.shared & format::kReadLock) != 0};
}

// A pool is a semaphore with several permits. Who has one keeps nobody out: pools have no place in chains.
inline bool is_of_pool(const HeldEntry& entry) {
  return (entry.shared & format::kOfPool) != 0;
}

inline HeldPrivate& private_of(HeldEntry& entry) {
  return reinterpret_cast<HeldPrivate&>(entry.private_);
}

inline constexpr uint64_t kNoMemo = ~uint64_t{0};

// What another lock may follow on in an entry, see held_set.h. In HeldEntry::repeat. Nested ones are of the
// same class, at an address above that of the lock outside or below.
enum class Repeat : uint8_t {
  none,
  flat,        // any: nothing is held outside
  descending,  // one below, like the last
  ascending,
  either_descending = descending | 4,  // one above or below; the last was below
  either_ascending = ascending | 4,
};
inline bool may_be_either(Repeat repeat) {
  return (static_cast<uint8_t>(repeat) & 4) != 0;
}
inline Repeat in_order(Repeat repeat, bool ascending) {
  return static_cast<Repeat>((static_cast<uint8_t>(repeat) & ~1U) | (ascending ? 1U : 0U));
}
inline bool is_ascending(Repeat repeat) {
  return repeat != Repeat::flat && (static_cast<uint8_t>(repeat) & 1) != 0;
}

inline void drop_memo(HeldEntry& entry) {
  entry.repeat = static_cast<uint8_t>(Repeat::none);
  private_of(entry).memo_tag = kNoMemo;
  private_of(entry).known = nullptr;
}
// A memo serves so many acquisitions before its hits are added up.
inline constexpr uint32_t kMemoHits = 1024;

inline constexpr size_t kPathCache = 1024;
inline constexpr uint32_t kPathWays = 4;
// One acquisition of so many is followed to its release, see contention.h; as many as a memo serves, so that
// even the one place that a program locks at is asked often enough.
inline constexpr uint32_t kSampleEvery = kMemoHits;
inline constexpr uint32_t kSampledPaths = 256;
inline constexpr uint32_t kSampledDepths = 16;

// Times of one bucket of a record, measured and not added to it yet.
struct PendingTimes {
  uint64_t total_ns;
  format::ContentionRef record;
  uint8_t holds;  // 1: of those; 0: of the waits
  uint8_t bucket;
  uint16_t count;
};
inline constexpr uint32_t kPendingTimes = 16;

struct ThreadCache {
  CallPath* paths[kPathCache];        // of path_generation
  uint32_t unsampled[kSampledPaths];  // acquisitions since the last sample, by number of path
  PendingTimes times[kPendingTimes];  // see contention.h
};

// The hook's part of a ThreadSlot. Survives the thread: the slot's next thread takes the memory over.
struct SlotPrivate {
  ChainCache* chains;
  ThreadCache* cache;
  void* (*start_routine)(void*);
  void* argument;
  uint32_t high_water;  // held entries ever used, so as to know which to clear
  uint32_t path_generation;
  char name[16];  // last recorded
};
static_assert(sizeof(SlotPrivate) == sizeof(ThreadSlot::private_));

inline SlotPrivate& private_of(ThreadSlot& slot) {
  return reinterpret_cast<SlotPrivate&>(slot.private_);
}

inline uint32_t& unsampled_on(ThreadSlot& slot, const CallPath& path) {
  return private_of(slot).cache->unsampled[number_of(path) % kSampledPaths];
}

struct HeldAtFork;  // see forked_locks.h

struct OnceCall;
inline constexpr uint32_t kOncesKnown = 32;

struct ThreadContext {
  HeldEntry* top;    // the slot's, where the hot path finds it first; null whenever `slot` is
  ThreadSlot* slot;  // null: not attached, or inside the hook
  ThreadSlot* own;   // null: not attached
  uint32_t tid;
  bool is_forked;       // this thread was its parent's: locks that it holds may bear that one's tid
  bool inside;          // the hook's slow path: nested calls stand aside
  uint8_t exit_rounds;  // rounds of key destructors that have begun
  bool acquiring;  // between prepare() and commit() or withdraw(): the entries of the held set must not move
  HeldAtFork* forked;                           // from before the fork until after it
  uint64_t held_since_ns[kSampledDepths];       // by place in the held set, of entries that are sampled
  uint32_t handoffs[format::kHandoffFamilies];  // recorded, see handoffs.h
  OnceCall* once;                       // the call whose routine has not begun yet, see once_hooks.cpp
  const void* onces_done[kOncesKnown];  // once controls that are no news to this thread, by address
};

extern thread_local constinit ThreadContext context
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

inline HeldEntry* top_of(const ThreadSlot& slot) {
  return reinterpret_cast<HeldEntry*>(load(slot.top));
}
inline HeldEntry* bottom_of(const ThreadSlot& slot) {
  return reinterpret_cast<HeldEntry*>(load(slot.bottom));
}
// Also of another thread's slot, whose array may move to a higher place between the two loads.
inline uint32_t depth_of(const ThreadSlot& slot) {
  const uint64_t depth = (load(slot.top, std::memory_order_acquire) - load(slot.bottom)) / sizeof(HeldEntry);
  return depth <= load(slot.held_capacity) ? static_cast<uint32_t>(depth) : 0;
}
inline void set_top(ThreadSlot& slot, HeldEntry* top) {
  store(slot.top, reinterpret_cast<uint64_t>(top), std::memory_order_release);
  if (context.slot == &slot) context.top = top;
}

// Marks the thread as inside the hook for as long as it lives, so that a lock taken below us (by the
// unwinder, by a signal handler) is left alone.
class InsideHook {
 public:
  InsideHook() {
    context.inside = true;
    context.slot = nullptr;
    context.top = nullptr;
  }
  ~InsideHook() {
    context.slot = context.own;
    context.top = context.own != nullptr ? top_of(*context.own) : nullptr;
    context.inside = false;
  }
  InsideHook(const InsideHook&) = delete;
  InsideHook& operator=(const InsideHook&) = delete;

 private:
  Unobtrusive unobtrusive_;
};

// The slot of the calling thread, made on first use. Null: stand aside. Only inside the hook.
ThreadSlot* attach();

// For pthread_create: a slot with its thread record, ready for the new thread to adopt; null when there is no
// room.
ThreadSlot* prepare_thread(void* (*start_routine)(void*), void* argument, CallSite site);
void adopt(ThreadSlot* slot);
void discard(ThreadSlot* slot);  // the thread was not created after all

// Begins a new segment of the calling thread's run: after a create, a join or a handoff.
void begin_segment();

// A handle and the record of its thread. Noted by the creator, since it may join a thread that has not begun
// to run, and by the thread itself, since it may pass its handle on before its creator has returned.
void know_handle(pthread_t thread, format::ThreadRef record);

// After the end of a thread was waited for, in whatever way.
void note_join(format::ThreadRef joined);

// It was detached, or made so; none: a thread that is not known was joined or detached.
void note_detached(format::ThreadRef thread);

// The record of a thread that has not been joined yet; none when it is not known.
format::ThreadRef thread_record_of(pthread_t thread);

// The record of a thread that the process which forked this one has.
format::ThreadRef record_parents_thread(uint32_t tid, const char* name);

// Records the calling thread's name, as the kernel has it, if it changed.
void note_name(ThreadSlot& slot);
void record_name(format::ThreadRef thread, const char* name);

// Once per process, and once more in the child of a fork.
bool create_thread_tables();
void reset_after_fork();

// Counts `times` more of a chain; now and then that goes into the chain's record.
void add_to_record(ThreadSlot& slot, KnownChain& known, uint64_t times);
inline void count(ThreadSlot& slot, KnownChain& known, uint32_t times) {
  const uint64_t pending = (known.word & kPendingMask) + times;
  if (pending >= kFlushEvery) return add_to_record(slot, known, times);
  known.word += times;
}

// Hits of a memo that served both orders of addresses, so many of them ascending: there are two chains to
// count.
void count_either(ThreadSlot& slot, HeldEntry& entry, uint32_t ascending, uint32_t descending);

// How many hits of a memo were ascending is not counted one by one: `ascents` is the sum of the countdowns at
// which runs of them began, less those at which they ended. Modulo 2^16 it needs no order, and no branch.
inline void begin_hits(HeldEntry& entry) {
  entry.countdown = kMemoHits;
  entry.ascents = is_ascending(static_cast<Repeat>(entry.repeat)) ? kMemoHits : 0;
}
inline void note_order(HeldEntry& entry, bool ascending) {
  const bool before = (entry.repeat & 1) != 0;
  entry.ascents = static_cast<uint16_t>(entry.ascents + (ascending - before) * entry.countdown);
  entry.repeat = static_cast<uint8_t>((entry.repeat & ~1U) | (ascending ? 1U : 0U));
}
// False: the entry, not a flat one, cannot be followed by a lock in this order to the one outside.
inline bool takes_order(HeldEntry& entry, bool ascending) {
  const auto repeat = static_cast<Repeat>(entry.repeat);
  if (may_be_either(repeat)) {
    note_order(entry, ascending);
    return true;
  }
  return repeat >= Repeat::descending && is_ascending(repeat) == ascending;
}

// Adds the hits of a memo to what its thread has counted.
inline void flush_hits(ThreadSlot& slot, HeldEntry& entry) {
  if (entry.countdown == kMemoHits) return;
  // A memo that has run out: the acquisition that used it up is being recorded by itself.
  if (entry.countdown == 0) entry.countdown = 1;
  const uint32_t hits = kMemoHits - entry.countdown;
  slot.acquisitions += hits;
  unsampled_on(slot, *private_of(entry).path) += hits;
  const auto repeat = static_cast<Repeat>(entry.repeat);
  if (may_be_either(repeat)) {
    note_order(entry, false);
    const uint32_t ascending = entry.ascents;
    entry.repeat = static_cast<uint8_t>(repeat);
    count_either(slot, entry, ascending, hits - ascending);
  } else if (private_of(entry).known != nullptr) {
    count(slot, *private_of(entry).known, hits);
  }
  begin_hits(entry);
}

// Adds all that the thread has counted to the trace.
void flush_counts(ThreadSlot& slot);

// After forget_paths(): no path known to the thread is compared with any more.
void refresh_paths(ThreadSlot& slot);

// No memo holds any more: the next acquisitions are looked up again.
void forget_memos(ThreadSlot& slot);

// No chain is known any more: the next ones are looked up in the process-wide table again.
void forget_chains(ThreadSlot& slot);

// Gives `slot` a larger held array. False when there is no room.
bool grow_held(ThreadSlot& slot);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_THREAD_CONTEXT_H
