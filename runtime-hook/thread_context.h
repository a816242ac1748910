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
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/step.h"
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
  uint64_t hash;      // of the chain of this acquisition and all held outside it; 0: not worked out
  Step* step;         // null: not known; what is taken inside will ask
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

// What another lock may follow on in an entry, see held_set.h. In HeldEntry::repeat.
enum class Repeat : uint8_t {
  none,
  flat,     // any: nothing is held outside
  by_kind,  // one of the same class, if the entry's step knows the summary for the order of addresses
};

inline void drop_memo(HeldEntry& entry) {
  entry.repeat = static_cast<uint8_t>(Repeat::none);
  private_of(entry).memo_tag = kNoMemo;
  private_of(entry).step = nullptr;
}

inline constexpr size_t kPathCache = 1024;
inline constexpr uint32_t kPathWays = 4;
// One acquisition of so many at each depth of the held set takes the slow way, where counts are added up and
// its time is taken (contention.h). A prime: no rhythm in which a program comes to its locks falls in with
// it.
inline constexpr uint16_t kSampleEvery = 1021;
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

// A wait that is not noted yet, see contention.h.
struct MeasuredWait {
  uint64_t ns;
  Lockable lock;
  Identity known;
  CallPath* path;  // null: there is none
};

struct ThreadCache {
  CallPath* paths[kPathCache];        // of path_generation, as the steps are
  PendingTimes times[kPendingTimes];  // see contention.h
  MeasuredWait waited;
  Steps steps;
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

inline Steps& steps_of(ThreadSlot& slot) {
  return private_of(slot).cache->steps;
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
  uint64_t semaphore;                           // the one used last, and its entry in the table
  Untagged* semaphore_entry;
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

inline KnownChain* known_of(HeldEntry& entry) {
  const Step* const step = private_of(entry).step;
  return step != nullptr ? load(step->known) : nullptr;
}

// Adds the acquisitions that only the countdown of an entry tells of to what its thread has counted.
inline void flush_hits(ThreadSlot& slot, HeldEntry& entry) {
  const auto hits = static_cast<uint16_t>(entry.counted_from - entry.countdown);
  if (hits == 0) return;
  entry.counted_from = entry.countdown;
  slot.acquisitions += hits;
  if (KnownChain* known = known_of(entry)) count(slot, *known, hits);
}

// Adds all that the thread has counted to the trace.
void flush_counts(ThreadSlot& slot);

// After forget_paths(): no path known to the thread is compared with any more.
void refresh_paths(ThreadSlot& slot);

// No memo holds any more, and no step is known of any entry: the next acquisitions are looked up again.
void forget_memos(ThreadSlot& slot);

// No chain is known any more: the next ones are looked up in the process-wide table again.
void forget_chains(ThreadSlot& slot);

// Gives `slot` a larger held array. False when there is no room.
bool grow_held(ThreadSlot& slot);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_THREAD_CONTEXT_H
