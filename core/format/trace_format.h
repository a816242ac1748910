// SPDX-License-Identifier: Apache-2.0
//
// The trace format, version 1: what libgordian.so writes and core/format/trace_reader.h reads.
//
// A process leaves two files, both mapped shared by the hook, so that what was stored survives `kill -9`:
//
//   record file   NAME.gordian: one FileHeader, then records appended one after the other. It only grows, and
//   it
//                 grows with the number of *distinct* facts (a lock, a call path, a chain of held locks),
//                 never with run time.
//   hot file      NAME.hot, in memory-backed storage where there is some: one ThreadSlot per live thread,
//   holding
//                 its held set and what it waits for. It is overwritten at every lock operation.
//
// Appending without a lock, safe against death between any two instructions: a writer claims room by a
// compare-and-swap of the record's first word from 0 to {size, type, claimed} at the tail, and only then
// moves the tail past it (any other writer that finds the claim helps to move the tail). So every record has
// a readable size from the moment its room is taken, and the reader can step over one that was never
// committed.
//
// References between records are record offsets divided by 8 (records are 8-byte aligned); 0 refers to
// nothing. All integers are little endian. The full description, with the reader's rules, is
// docs/trace-format.md.
#ifndef GORDIAN_CORE_FORMAT_TRACE_FORMAT_H
#define GORDIAN_CORE_FORMAT_TRACE_FORMAT_H

#include <cstddef>
#include <cstdint>

namespace gordian::format {

inline constexpr char kRecordMagic[8] = {'G', 'O', 'R', 'D', 'I', 'A', 'N', '\n'};
inline constexpr char kHotMagic[8] = {'G', 'O', 'R', 'D', 'H', 'O', 'T', '\n'};
inline constexpr uint32_t kVersion = 1;
inline constexpr uint32_t kOldestReadableVersion = 1;
inline constexpr size_t kHeaderSize = 4096;
inline constexpr size_t kRecordAlignment = 8;

// References to records of one type each: offset in the record file / 8.
enum class ModuleRef : uint32_t { none = 0 };
enum class StackRef : uint32_t { none = 0 };
enum class LockRef : uint32_t { none = 0 };
enum class ThreadRef : uint32_t { none = 0 };
enum class ChainRef : uint32_t { none = 0 };
enum class UseRef : uint32_t { none = 0 };
enum class ScriptFrameRef : uint32_t { none = 0 };
enum class EventRef : uint32_t { none = 0 };
enum class ContentionRef : uint32_t { none = 0 };
enum class HandoffRef : uint32_t { none = 0 };
enum class SharedLockRef : uint32_t { none = 0 };

// Why something was not recorded. Counted in FileHeader::dropped, reported by every view.
enum class Dropped : uint32_t {
  trace_full,           // the record file reached its size limit, or the disk is full
  call_path_table,      // no room for another call path: later stacks are cut short
  stack_table,          // no room to recognise repeated stacks: stacks may be stored twice
  chain_table,          // no room for another chain: later nestings are not recorded
  untagged_lock_table,  // no room for another lock that carries no tag
  thread_slot,          // no room for another thread: its lock operations are not recorded
  held_overflow,        // a thread held more locks than could be stored
  foreign_unlock,       // a lock released that is taken, but that no thread was seen to take
  script_frames,        // an interpreter whose frames cannot be read, or no room for more of them
  deep_binding,         // a library opened so that its calls go past the hook
  event_table,          // no room to recognise what happened to a lock
  contention_table,     // no room for another class of locks: its waits and holds are not measured
  handoff,              // a semaphore posted while the hook was at work: nothing is said of their order
  count_                // number of reasons
};

enum class LockKind : uint8_t { mutex = 0, rwlock, spinlock, semaphore, file_lock, system_v_semaphore };
inline constexpr uint32_t kLockKinds = 6;
constexpr bool is_semaphore(LockKind kind) {
  return kind == LockKind::semaphore || kind == LockKind::system_v_semaphore;
}

// How a lock is taken. Edges into a lock exist only for the modes that can block.
enum class AcquireMode : uint8_t {
  blocking,   // lock(): waits until it has it
  timed,      // timedlock(), clocklock(): waits, but not for ever
  try_only,   // trylock(): never waits
  reacquire,  // taken again on return from a condition wait
};

enum class RecordType : uint16_t {
  module = 1,
  stack,
  lock,
  lock_end,
  thread,
  thread_name,
  chain,
  use,
  sync,
  end,
  lock_name,
  script_frame,
  event,
  path,
  contention,
  handoff,
  shared_lock,
};

enum class RecordState : uint16_t { claimed = 1, committed = 2 };

struct RecordHeader {
  uint32_t size;  // bytes, this header included; a multiple of 8
  RecordType type;
  RecordState state;
};
static_assert(sizeof(RecordHeader) == 8);

// A mapped ELF object, written when a stack first touches it. Pcs of later stacks fall in the newest module
// record before them that covers the address. Followed by `path_length` bytes of path, no terminator.
struct ModuleRecord {
  RecordHeader header;
  uint64_t start;           // first mapped address
  uint64_t end;             // one past the last mapped address
  uint64_t load_bias;       // address = ELF virtual address + load_bias
  uint8_t build_id_length;  // bytes, 0..20
  uint8_t build_id[20];
  uint8_t reserved[3];
  uint32_t path_length;
  uint32_t reserved2;
};

// A place in an interpreted function, as stacks refer to it. Followed by the file's name and the function's,
// no terminators. Both are what the interpreter calls them: `<string>` may be a file.
struct ScriptFrameRecord {
  RecordHeader header;
  uint32_t line;  // 0: none
  uint32_t file_length;
  uint32_t function_length;
  uint32_t reserved;
};

// In a stack, an address of this shape, which no code has, stands for a script frame.
inline constexpr uint64_t kScriptFrameTag = 0xF0FF'0000'0000'0000;
inline constexpr uint64_t address_of(ScriptFrameRef frame) {
  return kScriptFrameTag | static_cast<uint32_t>(frame);
}
inline constexpr bool is_script_frame(uint64_t address) {
  return (address & ~uint64_t{0xffffffff}) == kScriptFrameTag;
}

// Return addresses, innermost first. Followed by `count` uint64_t. The first `proven` are certain. Those
// behind, of a lock held, were on the stack when the lock inside it was wanted, called by the same function:
// they are its callers unless that function returned and was entered again in between.
struct StackRecord {
  RecordHeader header;
  uint32_t count;
  uint16_t proven;
  uint16_t truncated;  // 1: outer frames are missing
  uint64_t hash;
};

// One generation of one lock: an address may have several over time.
struct LockRecord {
  RecordHeader header;
  uint64_t address;
  LockKind kind;
  uint8_t type;        // mutex: 0 normal, 1 recursive, 2 errorcheck, 3 adaptive; rwlock: glibc's kind, 0..2;
                       // file lock: FileLockType
  uint8_t attributes;  // LockAttribute bits
  uint8_t reserved;
  StackRef created;      // where it was initialised; none for a static initialiser or std::mutex
  StackRef first_taken;  // where the recorder first needed it: its acquisition in the first nesting seen
  uint32_t
      value;  // semaphore: its permits when it was made; 0: none, or not known
              // file lock: open file descriptions it was wanted through, as far as they could be told apart
};

// Whose a file lock is. Threads wait for each other only where each has an owner of its own.
enum class FileLockType : uint8_t {
  flock,               // an open file description's, by flock()
  process_record,      // the process's, by lockf() and fcntl(F_SETLK)
  description_record,  // an open file description's, by fcntl(F_OFD_SETLK)
};

enum class LockAttribute : uint8_t {
  process_shared = 1,
  robust = 2,
  priority_inheritance = 4,
  priority_ceiling = 8,
  posted_by_holder = 16,  // semaphore: a thread that had waited for it posted it; set when that is seen
  posted_by_other = 32,   // semaphore: a thread that had not, did, or permits came from nobody knows where
  awaited = 64,           // semaphore: a thread had to wait for a permit that it did not have itself
};

// From here on in the trace, the lock at this address is called so: a named semaphore, a file. Followed by
// `length` bytes, no terminator.
struct LockNameRecord {
  RecordHeader header;
  uint64_t address;
  LockKind kind;
  uint8_t reserved[3];
  uint32_t length;
};

// A lock lies in memory that other processes may map too. Follows the lock's record. File locks and System V
// semaphores need none: their address is a key already.
struct SharedLockRecord {
  RecordHeader header;
  LockRef lock;
  uint32_t reserved;
  uint64_t key;  // see shared_key.h
};

// The end of a lock's life: it was destroyed.
struct LockEndRecord {
  RecordHeader header;
  LockRef lock;
  StackRef where;
};

struct ThreadRecord {
  RecordHeader header;
  uint32_t tid;
  uint32_t parent_segment;  // segment of the parent in which this thread was created
  ThreadRef parent;         // none: the main thread, or one not made through pthread_create
  StackRef created;
  uint64_t start_routine;
};  // tid 0: the thread was never started

struct ThreadNameRecord {
  RecordHeader header;
  ThreadRef thread;
  uint32_t reserved;
  char name[16];  // zero-terminated
};

// One node of the tree of held chains: `lock` was wanted, at `stack`, while the locks of `outer`, `outer`'s
// outer, and so on were held. A node is written the first time its chain is seen, before the lock is waited
// for. Two locks are of one class if `created` is the same in their records, or, where there is none,
// `first_taken`.
struct ChainRecord {
  RecordHeader header;
  ChainRef outer;  // none: nothing else was held
  LockRef lock;
  StackRef stack;
  AcquireMode mode;
  uint8_t more_uses;  // 1: more than kMaxUsesPerChain threads went through it
  uint8_t summary;  // 1: stands, and counts, for later chains of its kind too: each lock for any of its class
  uint8_t shared;   // 1: taken as a read lock
  uint64_t count;   // times seen, updated in place: exact after a clean exit, a lower bound after a kill
};

// A thread went through a chain, in the segments from `first_segment` to `last_segment`, or in some of them.
// Where it comes back later, it gets a record more, up to kMaxRangesPerUse; then the last of them is
// extended. Up to kMaxUsesPerChain threads a chain.
struct UseRecord {
  RecordHeader header;
  ChainRef chain;
  ThreadRef thread;
  uint32_t first_segment;
  uint32_t last_segment;  // updated in place
  UseRef previous;        // of the same chain
  uint32_t range;         // how many records the same thread has had for it before
};
inline constexpr uint32_t kMaxUsesPerChain = 64;
inline constexpr uint32_t kMaxRangesPerUse = 4;

// A call path of the hook's, by its address in the process, and the stack that all calls along it have. Held
// locks of the hot file refer to it.
struct PathRecord {
  RecordHeader header;
  uint64_t path;
  StackRef stack;
  uint32_t reserved;
};

// What happened to a lock besides that it was taken. `where` and `held_at` are as in EventRecord.
enum class EventKind : uint16_t {
  unlock_unheld = 1,  // released at `where`, though nobody had taken it; detail: what the call answers
  unlock_by_other,    // released at `where` by a thread that had not taken it: `other` had, at `held_at`;
                      // detail: what the call answers
  destroy_in_use,    // destroyed at `where` while `other`, or the thread itself, held it, taken at `held_at`,
                     // or while somebody waited for it; detail: see DestroyedWhile
  freed_while_held,  // at `where`, the memory of a lock taken at `held_at` was found to be something else
  kept_at_thread_end,  // the thread ended, holding the lock taken at `held_at`; detail: permits of a
                       // semaphore
  kept_at_exit,        // the process ended by a call of this thread, which held the lock; detail: permits
  wait_while_holding,  // waited at `where` with the lock held; detail: see WaitedFor
  blocking_call,       // made a call that may block with the lock held; detail: see blocking_call.h
  two_mutexes,         // waited at `where` with a condition for which another waits with another mutex
  permits_lost,        // a semaphore ended at `where` while permits of it were held; detail: how many by this
                       // thread
  semaphore_left,  // a named semaphore that the process made at `where` and nobody removed; text: its name
  count_           // one above the last
};

// Of EventKind::wait_while_holding. Condition waits need no event: their mutex is taken again, with what was
// held.
enum class WaitedFor : uint16_t {
  condition = 1,
  thread,  // joined
  barrier,
};

// Of EventKind::destroy_in_use. The last two are no locks, and the event names none.
enum class DestroyedWhile : uint16_t {
  held = 1,             // and so it was
  held_and_refused,     // it was not destroyed: the call answered EBUSY
  awaited,              // by a thread that waits for it, or will when its condition wait ends
  awaited_and_refused,  // the same, and the call answered EBUSY
  condition_awaited,    // a condition, for which a thread waits that nobody has woken
  barrier_awaited,      // a barrier, at which threads wait for others
};

enum class SyncKind : uint32_t {
  join = 1,  // `thread` joined `other`; `segment` is the joiner's segment after it
  detach,    // `thread` detached `other`, or created it detached; none: it joined or detached one that is not
             // known
  end,       // `thread` has ended
};

// A thread's run is cut into segments, numbered from 0, at each create, each join and each handoff.
struct SyncRecord {
  RecordHeader header;
  ThreadRef thread;
  ThreadRef other;
  SyncKind kind;
  uint32_t segment;
};

enum class HandoffKind : uint32_t {
  barrier = 1,     // waited at the barrier `object`, which is for `value` threads
  semaphore_made,  // made the semaphore `object` with `value` permits; kUnusable: other processes use it too
  post,            // is about to post it
  permit,          // got a permit of it
  once_done,       // ran the routine of the once control `object`, in its segments from `value` on
  once_returned,   // found that done, for the first time
  untold,          // from here on, handoffs of the family `value` may be missing
};
inline constexpr uint32_t kUnusable = 0xffffffff;

// Handoffs are recorded up to so many a thread of each family. What is left out then, HandoffKind::untold
// says.
enum class HandoffFamily : uint32_t { barriers, semaphores, onces };
inline constexpr uint32_t kHandoffFamilies = 3;
inline constexpr uint32_t kMaxHandoffs = 256;

// How threads order each other besides by create and join. `segment` is the thread's first one behind it.
struct HandoffRecord {
  RecordHeader header;
  ThreadRef thread;
  uint32_t segment;
  HandoffKind kind;
  uint32_t value;
  uint64_t object;  // address
};

// Something that happened to a lock, once for each kind, detail, class of lock, `where` and `held_at`; from
// then on counted in place. Followed by `text_length` bytes of text, no terminator.
struct EventRecord {
  RecordHeader header;
  EventKind kind;
  uint16_t detail;
  uint32_t text_length;
  LockRef lock;      // of the first; none: it cannot be named
  ThreadRef thread;  // that did it, the first time
  ThreadRef other;   // none, or a second thread that it concerns
  StackRef where;
  StackRef held_at;
  uint32_t given_back;  // of a semaphore: permits that threads which had taken them had posted by then
  uint64_t count;
  uint64_t total_ns;  // of what takes time
  uint64_t max_ns;
};

inline constexpr uint32_t kDurationBuckets = 152;

// See durations.h.
struct Durations {
  uint64_t count;
  uint64_t total_ns;
  uint64_t max_ns;
  StackRef longest_at;  // where the longest one was asked for
  uint32_t reserved;
  uint32_t buckets[kDurationBuckets];
};

// How long the locks of a class were waited for and held. One a class, updated in place. Of locks that are of
// no class yet, since they were neither nested nor made by a call, one for each call path that takes them.
struct ContentionRecord {
  RecordHeader header;
  LockRef lock;      // the first of them; none: it has no record
  StackRef taken;    // where that one was
  uint64_t address;  // and its address
  LockKind kind;
  uint8_t reserved[3];
  uint32_t sampled_one_in;  // acquisitions, to measure how long the lock is held
  Durations waits;          // each
  Durations holds;
};

enum class EndReason : uint32_t { exit = 1, quick_exit };

struct EndRecord {
  RecordHeader header;
  EndReason reason;
  int32_t status;
};

// First 4096 bytes of the record file. Fields after `tail` change while the process runs.
struct FileHeader {
  char magic[8];
  uint32_t version;
  uint32_t header_size;
  uint64_t nonce;  // random; the same in the hot file
  uint32_t pid;
  uint32_t parent_pid;
  uint64_t start_realtime_ns;
  uint64_t start_ticks;   // field 22 of /proc/PID/stat: tells this process from a later one with its pid
  uint64_t tail;          // bytes of the file in use
  uint64_t capacity;      // bytes of the file backed by storage
  uint64_t acquisitions;  // counted when a thread ends
  uint64_t threads;
  uint64_t dropped[32];
  char executable[1024];
  char command[1024];        // arguments separated by zero bytes, cut at the field's size
  char hot_path[512];        // empty: the hot state was private memory
  uint64_t end_realtime_ns;  // 0: not ended
  uint64_t run;           // random; the same in all processes that were forked from one another since an exec
  uint64_t boot;          // the same for all processes since the machine was started, and for no others
  uint64_t shared_locks;  // locks recorded that other processes may use
};
static_assert(sizeof(FileHeader) <= kHeaderSize);
static_assert(static_cast<size_t>(Dropped::count_) <= 32);

// ---- the hot file
// ---------------------------------------------------------------------------------------------

inline constexpr size_t kSlotSize = 4096;

struct HotHeader {
  char magic[8];
  uint32_t version;
  uint32_t slot_size;
  uint64_t nonce;
  uint64_t slots_end;  // bytes in use, this header's page included
  uint64_t last_slot;  // offset of the ThreadSlot made last; 0: none
};

// HeldEntry::recursion, but for the hook's own mark.
inline constexpr uint32_t kTimesTaken = 0x7fffffff;

// HeldEntry::shared.
inline constexpr uint8_t kReadLock = 1;
inline constexpr uint8_t kOfPool =
    2;  // permits, one for each of `recursion`, of a semaphore that has several
inline constexpr uint8_t kUndone =
    4;  // a permit of a System V semaphore that comes back when the process ends

// One lock in a thread's held set, in order of acquisition.
struct HeldEntry {
  uint64_t lock;  // address; 0: released by another thread
  LockRef id;     // none as long as it was never nested
  AcquireMode mode;
  uint8_t repeat;  // the hook's own
  LockKind kind;
  uint8_t shared;      // see above
  uint32_t recursion;  // 1 + number of re-entries
  uint16_t countdown;  // the hook's own, like what follows, but for kPathWord
  uint16_t ascents;
  uint64_t private_[5];
};
inline constexpr size_t kPathWord = 1;  // of private_: the call path it was taken along, see PathRecord
static_assert(sizeof(HeldEntry) == 64);

// ending: the thread is past its last destructor that can be known of; the slot is free once its tid is gone.
// left_behind: of a thread that only the process has which forked this one; what it held stays held here.
enum class SlotState : uint32_t { free = 0, live = 1, ending = 2, left_behind = 3 };

// What a thread may wait for.
enum class WaitKind : uint8_t {
  nothing,  // not known to wait
  // waiting_for: its address, or the key of what has none; waiting_with: of a mutex, the tid of its owner; of
  // a semaphore, the permits it was made with, or 0
  lock,
  condition,  // waiting_for: its address; waiting_with: the address of its mutex
  barrier,    // waiting_for: its address; waiting_with: how many threads it is for
  thread,     // its end; waiting_for: its ThreadRef
};

enum WaitFlag : uint8_t {
  kWaitsToRead = 1,         // for a read lock
  kWaitsBehindWriters = 2,  // for one that waiting writers keep from it
  kWaitsForOthers = 4,      // other processes use the object too
  kWaitsForHolder = 8,      // for a semaphore that was posted by who had waited for it, and by nobody else
  kWaitsInScript = 16,      // for a lock of an interpreter's
};

// A live thread. Written by its own thread only, but for `revoked`.
struct ThreadSlot {
  SlotState state;
  uint32_t tid;
  ThreadRef thread;
  uint32_t segment;
  uint64_t top;      // address, in the process, one past the last HeldEntry of the held set
  uint64_t bottom;   // address of the first: the set is what lies between
  uint32_t revoked;  // not 0: another thread released a lock of this held set
  StackRef waiting_stack;
  uint64_t acquisitions;   // up to the last flush
  uint64_t held;           // offset in the hot file of the HeldEntry array
  uint64_t held_capacity;  // entries
  // The wait at hand. `waiting` is stored last and cleared first; `waits` counts the waits begun, so that
  // whoever reads the same count twice has read of one and the same wait.
  uint64_t waiting_for;
  uint64_t waiting_with;
  uint64_t waiting_since_ns;  // CLOCK_MONOTONIC
  uint32_t waits;
  WaitKind waiting;
  LockKind waiting_lock;     // kind of the lock
  AcquireMode waiting_mode;  // timed: it will give up
  uint8_t waiting_flags;     // WaitFlag bits
  StackRef
      waiting_unheard;  // a condition's last signal before the wait, if nobody heard it; none: somebody did
  uint32_t reserved;
  uint64_t previous;     // offset of the ThreadSlot made before this one; 0: none
  uint64_t private_[7];  // the hook's own
  // An inline held array fills the rest of the page.
};
inline constexpr size_t kInlineHeldOffset =
    256;  // leaves room for one entry of the hook's own before the array
static_assert(sizeof(ThreadSlot) + sizeof(HeldEntry) <= kInlineHeldOffset);
inline constexpr size_t kInlineHeld = (kSlotSize - kInlineHeldOffset) / sizeof(HeldEntry);

}  // namespace gordian::format

#endif  // GORDIAN_CORE_FORMAT_TRACE_FORMAT_H
