// SPDX-License-Identifier: Apache-2.0
//
// Call paths: which code asked for a lock, known exactly and almost for free.
//
// The problem: the stack of a held lock is wanted only later, when a second lock is taken inside it; by then
// the frames of lock_guard, std::mutex::lock and their kin have returned. Unwinding at every acquisition
// costs 100 times the lock itself. A cache by return address would be wrong: in unoptimised code every
// std::mutex in the program is locked from the one same instruction.
//
// The idea: unwind each distinct path once, remember at what distance from the stack pointer each return
// address lies, and from then on *verify* instead of unwinding. The frame layout of a function at one call
// instruction is fixed (that is what unwind tables say), so if the return address is the known one, the next
// return address lies at the known distance; if the word there is the known one too, the same holds one frame
// further out. Comparing kVerified words thus proves the innermost 1 + kVerified frames. Paths form a trie
// over return addresses; finding an unknown path's known prefix walks it, and only a path never seen by any
// thread is unwound.
//
// Frames of variable size (alloca) break the premise: a node whose distance is seen to vary ends its path
// there.
//
// Frames beyond the verified ones are not part of a path. stack_of_held() takes them from the live stack, as
// far as that shows the path's outermost function still running, and marks them as seen later; otherwise the
// stack is cut.
//
// Where the caller is an interpreter, the innermost frames of the script it runs are a further level of the
// trie (script_stack.h): one native path goes on as many paths of scripts.
//
// Thread safety: find_path() is lock-free and may be called by any thread; the trie only grows.
#ifndef GORDIAN_RUNTIME_HOOK_CALL_PATH_H
#define GORDIAN_RUNTIME_HOOK_CALL_PATH_H

#include <cstddef>
#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/record_file.h"
#include "runtime-hook/script_stack.h"
#include "runtime-hook/sys.h"
#include "runtime-hook/unwind.h"

namespace gordian::hook {

inline constexpr uint32_t kVerified = 4;

// One cache line: in a program that does more than lock, most of an acquisition's time goes into fetching it.
struct alignas(64) CallPath {
  uint64_t return_address;
  uint64_t caller[kVerified];   // return addresses further out; on a shorter path, this one repeated
  int16_t distance[kVerified];  // of caller[i]'s stack slot from the call site's frame address
  uint16_t callers;             // how many there are
  uint16_t whole;               // 1: the stack has no frames beyond
  uint32_t trace_epoch;         // `stack` belongs to the trace of this epoch (fork starts another)
  format::StackRef stack;
  uint32_t script;  // the place of its frames among script_stacks; 0: not a script's
};
static_assert(sizeof(CallPath) == 64);

inline uint64_t word_at(uint64_t frame, int64_t distance) {
  return *reinterpret_cast<const uint64_t*>(frame + static_cast<uint64_t>(distance));
}

// Where a hook was called from. `frame` is the address just above the return address (the hook's CFA).
struct CallSite {
  uint64_t return_address;
  uint64_t frame;
};

// Expands in the hook itself: the CFA is that of the function it stands in.
#define GORDIAN_CALL_SITE()                                  \
  ::gordian::hook::CallSite {                                \
    reinterpret_cast<uint64_t>(__builtin_return_address(0)), \
        reinterpret_cast<uint64_t>(__builtin_dwarf_cfa())    \
  }

// One frame after the other: each comparison is what makes reading the next word safe.
inline bool is_on_path(const CallPath& path, CallSite site) {
  if (path.return_address != site.return_address) return false;
  // All distances in one load: what a lock operation waits for is room for its loads.
  static_assert(sizeof path.distance == sizeof(uint64_t));
  uint64_t distances;
  __builtin_memcpy(&distances, path.distance, sizeof distances);
#pragma GCC unroll 4
  for (uint32_t i = 0; i < kVerified; ++i, distances >>= 16) {
    if (word_at(site.frame, static_cast<int16_t>(distances)) != path.caller[i]) return false;
  }
  return true;
}

// Whether a path that a call is on is the one for `script`, which script_key() gave for the call. Calls for
// which that is never asked are on no path of a script.
inline bool is_from(const CallPath& path, uint64_t script) {
  return path.script == 0 ? script == 0 : script_stacks[path.script].key == script;
}

inline python::Purpose purpose_of(const CallPath& path) {
  return path.script != 0 ? script_stacks[path.script].purpose : python::Purpose::any;
}

// All paths. The first is no path: it stands where a path cannot be told, and no call is on it.
extern CallPath* paths __attribute__((visibility("hidden")));
inline uint32_t number_of(const CallPath& path) {
  return static_cast<uint32_t>(&path - paths);
}
inline bool is_known(const CallPath& path) {
  return &path != paths;
}

// The path of this call; one that is not known when the tables are full, which is counted. `script` is what
// script_key() gave for it.
CallPath& find_path(CallSite site, uint64_t script = 0);

// The recorded stack of a path, written to the trace at its first use, with a PathRecord.
format::StackRef stack_of_path(CallPath& path);
inline bool has_stack(const CallPath& path) {
  return load(path.trace_epoch, std::memory_order_acquire) == load(trace_epoch);
}

// The stack of the call that this thread is in, on `path`.
format::StackRef stack_of_now(const CallPath& path, const Unwound& now);

// The stack of an acquisition made by this thread along `path` with frame address `frame`, as far as `now`
// and the words still on the stack confirm it.
format::StackRef stack_of_held(CallPath& path, uint64_t frame, const Unwound& now);

// Whether the function that made a call along `path` with frame address `frame` may still be running. A
// caller that is not known may be any.
bool may_still_run(const CallPath& path, uint64_t frame, const Unwound& now);

// Makes all paths unknown again: code may have been unloaded and other code mapped in its place. References
// to paths stay good, but no call is to be compared with a path of an earlier generation.
void forget_paths();
uint32_t path_generation();

bool create_path_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CALL_PATH_H
