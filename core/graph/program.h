// SPDX-License-Identifier: Apache-2.0
//
// Everything one analysis knows, before any judgement: the processes that were watched, their threads, locks
// and stacks, and the lock graph over them. Ingest fills it, findings read it, views only see what findings
// made of it.
#ifndef GORDIAN_CORE_GRAPH_PROGRAM_H
#define GORDIAN_CORE_GRAPH_PROGRAM_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/format/trace_format.h"
#include "core/graph/ids.h"
#include "core/graph/intended_order.h"
#include "core/graph/lock_graph.h"
#include "core/graph/thread_state.h"

namespace gordian {

// A mapped ELF object of a process. `first_seen` orders modules and stacks of one process: a pc of a stack
// belongs to the newest module with first_seen <= stack.seen that covers it (after dlclose another may take
// the range).
struct Module {
  std::string path;
  std::vector<uint8_t> build_id;
  uint64_t start = 0;
  uint64_t end = 0;
  uint64_t load_bias = 0;
  uint64_t first_seen = 0;
};

// A line of an interpreted function.
struct ScriptFrame {
  std::string function;
  std::string file;
  unsigned line = 0;  // 0: unknown
};

struct Process {
  std::string trace_file;
  std::string executable;
  std::vector<std::string> command;
  uint32_t pid = 0;
  uint32_t parent_pid = 0;
  uint64_t nonce = 0;       // of its trace
  uint64_t started_ns = 0;  // when its trace was begun, since 1970; 0: not known
  uint64_t acquisitions = 0;
  uint64_t now_ns = 0;             // CLOCK_MONOTONIC at the moment of ThreadState; 0: it does not run
  bool joined_unknown = false;     // a thread was joined or detached that could not be told
  bool all_threads_known = false;  // of ThreadState; nobody but these can wake one of them
  uint64_t run_ns = 0;             // from the start of the trace to its end; 0: it has none
  bool ended =
      false;  // it reached exit(); false: it was killed, crashed, replaced itself by exec, or still runs
  std::vector<Module> modules;
  std::unordered_map<uint64_t, ScriptFrame> script_frames;  // by the address that stands for it in stacks
};

// The newest module that covers the address and was there when it was seen. A module is recorded when a stack
// first touches it, which may be later than its data is seen: then the first one recorded afterwards. Null:
// none.
const Module* module_at(const Process& process, uint64_t address, uint64_t seen);

struct Stack {
  ProcessId process{};
  uint64_t seen = 0;  // see Module::first_seen
  bool truncated = false;
  std::vector<uint64_t> return_addresses;  // innermost first
  size_t proven = SIZE_MAX;                // so many of them are certain: see format::StackRecord
};

struct Thread {
  ProcessId process{};
  uint32_t tid = 0;
  bool main = false;
  std::string name;  // the last one it had
  ThreadId parent = kNoThread;
  uint32_t parent_segment = 0;
  StackId created = kNoStack;
  uint64_t start_routine = 0;
  bool ended = false;  // before its process did
  bool detached = false;
};

// A thread waited for the end of another: what `joined` did lies before what `joiner` did from `segment` on.
struct Join {
  ThreadId joiner{};
  ThreadId joined{};
  uint32_t segment = 0;
};

// See format::LockKind, of which this is the analysis side.
enum class LockKind : uint8_t { mutex, rwlock, spinlock, semaphore, file_lock, system_v_semaphore };

constexpr bool is_semaphore(LockKind kind) {
  return kind == LockKind::semaphore || kind == LockKind::system_v_semaphore;
}
std::string_view name(LockKind kind);  // "mutex", "rwlock" ...

struct Lock {
  ProcessId process{};
  uint64_t address = 0;
  LockKind kind = LockKind::mutex;
  bool recursive = false;
  uint8_t attributes = 0;  // format::LockAttribute
  uint32_t permits = 0;    // semaphore: that it was made with; 0: not known
  uint64_t seen = 0;       // see Module::first_seen
  StackId created = kNoStack;
  StackId first_taken = kNoStack;
  uint64_t shared_key =
      0;  // the same for all processes that use this lock; 0: it is this process's alone, or not known
  std::string name;        // what a person would call it: g_state.lock, item_locks[37]
  std::string class_name;  // what all locks of its kind share: item_locks[]

  bool has(format::LockAttribute attribute) const {
    return (attributes & static_cast<uint8_t>(attribute)) != 0;
  }
};

// Where a segment of a thread begins.
struct Boundary {
  ThreadId thread{};
  uint32_t segment = 0;
};

enum class OrderedBy : uint8_t { create_and_join, barrier, semaphore, once };

// What the threads of `before` did before their boundaries lies before what those of `after` do behind
// theirs. Of one `object`, a later handoff to a thread implies the earlier ones.
struct Handoff {
  OrderedBy by{};
  uint32_t object = 0;
  std::vector<Boundary> before;
  std::vector<Boundary> after;
};

// A routine that runs once, in the segments from `first` to before `end` of `thread`, lies before what is
// behind `returns`. Nothing else follows for that thread: another might have run it.
struct OnceRoutine {
  ThreadId thread{};
  uint32_t first = 0;
  uint32_t end = 0;
  std::vector<Boundary> returns;
};

// Something that happened to a lock besides that it was taken, as often as it happened at one place. See
// format::EventRecord, of which this is the analysis side.
struct Event {
  ProcessId process{};
  format::EventKind kind{};
  uint16_t detail = 0;
  LockId lock = kNoLock;
  ThreadId thread = kNoThread;
  ThreadId other = kNoThread;
  StackId where = kNoStack;
  StackId held_at = kNoStack;
  uint64_t given_back = 0;
  uint64_t count = 0;
  uint64_t total_ns = 0;
  uint64_t max_ns = 0;
  std::string text;
};

// How long something took. See format::Durations, of which this is the analysis side.
struct Durations {
  uint64_t count = 0;
  uint64_t total_ns = 0;
  uint64_t max_ns = 0;
  StackId longest_at = kNoStack;
  std::vector<uint64_t> buckets;
};

// How long the locks of a class were waited for and held. See format::ContentionRecord.
struct Contention {
  ProcessId process{};
  LockId lock = kNoLock;     // one of the class; none: see below
  StackId taken = kNoStack;  // where it was
  uint64_t address = 0;      // and what it is, if it was never nested
  LockKind kind = LockKind::mutex;
  Durations waits;
  Durations holds;  // of a sample
  uint32_t sampled_one_in = 0;
};

// Something not recorded, and why, in words that follow the count: "stacks not recorded: too many of them".
struct Loss {
  ProcessId process{};
  std::string reason;
  uint64_t count = 0;
};

// Of a program made of many runs, in which a lock may stand for its class and a thread for its role: see
// core/merge/merged_orders.h.
struct Runs {
  Table<ChainId, std::string> shown_by;  // a run that went through the chain, in words
  std::vector<std::unordered_set<ChainId>>
      known;  // chains of one run that close cycles there: it has judged them
};

struct Program {
  Table<ProcessId, Process> processes;
  Table<ThreadId, Thread> threads;
  Table<LockId, Lock> locks;
  Table<StackId, Stack> stacks;
  std::vector<Join> joins;
  std::vector<Handoff> handoffs;
  std::vector<OnceRoutine> once_routines;
  std::vector<Event> events;
  std::vector<ThreadState> states;  // of processes that still run, or were killed
  uint64_t stuck_ns = 0;            // a wait as long as that makes its holder a stuck one; 0: none does
  IntendedOrder intended_order;     // of lock classes; that nobody has written down by default
  std::vector<Contention> contention;
  std::vector<Loss> losses;
  std::vector<std::string> warnings;  // what the traces could not tell, one sentence each
  LockGraph graph;                    // its LockIds are those of `locks`
  std::unordered_map<uint64_t, LockId>
      shared_locks;          // vertices that several processes may share, by their key
  std::optional<Runs> runs;  // none: it is one run
};

// Numbers the classes of locks by Lock::class_name, so that they need not be compared as texts. O(locks).
Table<LockId, ClassId> classes_by_name(const Program& program);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_PROGRAM_H
