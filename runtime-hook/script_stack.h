// SPDX-License-Identifier: Apache-2.0
//
// Call paths of interpreted programs. Where an interpreter calls a lock function, the native path
// (call_path.h) is the same for every line of the program, so the innermost frames of the script take part in
// it.
//
// They are known by the hash of the instructions they are at, which costs a few loads a frame. What is behind
// an unknown hash is read once and kept as text, in memory of our own: code may be gone when its stack is
// written, and the trace of a forked child needs all names again.
//
// Thread safety: a script is read and learned under its interpreter's lock, so by one thread at a time; what
// was learned stays, and is read by all.
#ifndef GORDIAN_RUNTIME_HOOK_SCRIPT_STACK_H
#define GORDIAN_RUNTIME_HOOK_SCRIPT_STACK_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/python_frames.h"

namespace gordian::hook {

// So many frames take part in a path. Further ones are taken from the live stack when evidence is written.
inline constexpr uint32_t kScriptFrames = 8;
inline constexpr uint32_t kMostScriptFrames = 64;

// A line of a function, by where its text is kept.
enum class ScriptPlace : uint32_t { none = 0 };

struct alignas(64) ScriptStack {
  uint64_t key;        // see script_key()
  uint64_t outermost;  // python::key_of() of the last frame; 0: there are no frames beyond
  python::Purpose purpose;
  uint8_t count;
  ScriptPlace frames[kScriptFrames];
};

// Those learned so far. The first is none.
extern ScriptStack* script_stacks __attribute__((visibility("hidden")));

// Before an acquisition is recorded that has not been met before: it may be the first of an interpreter.
inline void find_interpreter(Lockable lock, uint64_t return_address) {
  if (lock.kind == LockKind::semaphore) python::find_interpreter(return_address);
}

// Hash of the frames that the calling thread is in. 0: they cannot be read, and no trial of `lock` was kept.
uint64_t read_script_key(Lockable lock);

// The same for a call that takes `lock` and returns to `return_address`; 0 where that is no script's doing.
// Python's locks are semaphores; the mutexes of an interpreter are its own.
inline uint64_t script_key(Lockable lock, uint64_t return_address) {
  if (lock.kind != LockKind::semaphore || !python::is_interpreter(return_address)) return 0;
  return read_script_key(lock);
}

// After a trial that failed, and that a call which waits may follow: by then the interpreter's lock has been
// let go, and the frames may not be read any more. The wait is taken for one from the same place.
void keep_script(Lockable lock, uint64_t return_address);

// The frames behind a key that script_key() has just given, by their place among `script_stacks`; 0: there is
// no room.
uint32_t learn_script(uint64_t key);

// How stacks refer to script frames: see format::ScriptFrameRecord. These write at most kMostScriptFrames of
// them, and give how many.
uint32_t addresses_of(const ScriptStack& stack, uint64_t* into);
// The callers of `stack`, as they are now, if it is still running.
uint32_t addresses_of_callers(const ScriptStack& stack, uint64_t* into);
// All frames of the calling thread; none when they cannot be read.
uint32_t addresses_of_script(uint64_t* into);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_SCRIPT_STACK_H
