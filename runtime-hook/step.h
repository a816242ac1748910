// SPDX-License-Identifier: Apache-2.0
//
// Steps: what a thread knows of an acquisition before it looks at the lock.
//
// Which locks a thread takes changes all the time; the ways in which it takes them do not. A step is one such
// way: the call path, how the lock is taken, its class, and the step of what is held outside. Steps form a
// trie in which the thread moves down with every lock and up again with every unlock; the held set keeps the
// step of each entry (HeldPrivate). So one look-up by {outer step, call site} stands for all the hashes along
// the held set, and what was found there for the kind of nesting is at hand: its summary, for either order of
// addresses (chains.h).
//
// A step does not say that the acquisition needs no record: without a summary that is a matter of the very
// locks. And it never ends: it says nothing that could become wrong but what points into the thread's chain
// cache, which forget_known() clears along with that.
//
// Thread safety: a thread's own. finish(), in another thread, may read `known`.
// Cost: the look-up compares up to kStepWays steps; 64 bytes for each step, 128 kB for each thread at most.
#ifndef GORDIAN_RUNTIME_HOOK_STEP_H
#define GORDIAN_RUNTIME_HOOK_STEP_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

struct KnownChain;

// The class of a lock, its kind, and how it is taken, in one word.
enum class Taken : uint64_t {};
constexpr Taken taken_as(format::StackRef lock_class, LockKind kind, How how) {
  return static_cast<Taken>(uint64_t{static_cast<uint32_t>(lock_class)} << 32 |
                            uint64_t{static_cast<uint8_t>(kind)} << 16 |
                            uint64_t{static_cast<uint8_t>(how.mode)} << 8 | (how.shared ? 1 : 0));
}

struct alignas(64) Step {
  const Step* outer;  // null: nothing is held outside
  CallPath* path;
  Taken taken;
  uint64_t kind;           // hash of the chain of kinds that ends here, see chains.h
  KnownChain* of_kind[2];  // the summary of that kind; [1] where the lock lies above the one outside. Null:
                           // there is none, or none is known
  KnownChain* known;       // of the last acquisition by this step; null: nothing was held outside
};
inline format::StackRef class_in(Taken taken) {
  return static_cast<format::StackRef>(static_cast<uint32_t>(static_cast<uint64_t>(taken) >> 32));
}

inline constexpr uint32_t kSteps = 2048;
inline constexpr uint32_t kStepWays = 4;
inline constexpr uint32_t kStepCache = 1024;

struct Steps {
  Step* ways[kStepCache];      // by outer step and call site
  uint16_t index[2 * kSteps];  // by all that a step is; its number, from 1 on
  uint32_t count;
  Step steps[kSteps];
};

inline Step** ways_of(Steps& steps, const Step* outer, CallSite site) {
  const uint64_t hash = mix(site.return_address ^ reinterpret_cast<uint64_t>(outer), site.frame);
  return steps.ways + (hash & (kStepCache - kStepWays));
}

// The step of a call; null: the thread has not made it yet, or not from this place on its stack.
inline Step* find_step(Steps& steps, const Step* outer, CallSite site, Taken taken) {
  Step** const ways = ways_of(steps, outer, site);
  for (uint32_t way = 0; way < kStepWays; ++way) {
    Step* const step = ways[way];
    if (step == nullptr) return nullptr;
    if (step->outer == outer && step->taken == taken && is_on_path(*step->path, site)) return step;
  }
  return nullptr;
}

// The same by its path alone, which makes it if need be. Null: there is no room. Then all have to be
// forgotten, also by the held set.
Step* make_step(Steps& steps, const Step* outer, CallPath& path, Taken taken);

// From now on find_step() gives `step` for a call from `site`, which is on its path.
void keep_way(Steps& steps, Step* step, CallSite site);

inline bool has_room(const Steps& steps) {
  return steps.count < kSteps;
}
void forget_known(Steps& steps);
void forget_steps(Steps& steps);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_STEP_H
