// SPDX-License-Identifier: Apache-2.0
//
// Where a Python program is. The native stack of a lock taken in Python is the interpreter's, and the same
// for every line of the program; this reads the frames of the program's own functions, which CPython 3.11
// keeps in a list: thread state -> innermost frame -> the one that called it ...
//
// Soundness: a thread reads its own list only, and only while it holds the interpreter's lock. It does so
// inside a call made from the innermost frame, so the list stands still, and what frames refer to is kept
// alive by them. Of the interpreter, four functions are called; none of them allocates, locks or touches a
// reference count.
//
// Other versions of CPython keep other structures (python_layout.h): their programs are watched, their frames
// are not seen, which is counted.
#ifndef GORDIAN_RUNTIME_HOOK_PYTHON_FRAMES_H
#define GORDIAN_RUNTIME_HOOK_PYTHON_FRAMES_H

#include <cstdint>

#include "runtime-hook/python_layout.h"
#include "runtime-hook/sys.h"

namespace gordian::hook::python {

// The mapped object that is the interpreter: the program itself, or libpython.
struct Interpreter {
  uint64_t start;
  uint64_t size;  // 0: there is none, or none that can be read
};
extern Interpreter interpreter __attribute__((visibility("hidden")));

inline bool is_interpreter(uint64_t pc) {
  return pc - load(interpreter.start) < load(interpreter.size, std::memory_order_acquire);
}

// Looks whether the object that `pc` lies in is an interpreter. A few dozen nanoseconds.
void find_interpreter(uint64_t pc);
void forget_interpreter();

// Whether `pc` lies in an interpreter that is taking itself apart: it frees all objects, and posts locks that
// are still taken before it does; its daemon threads end wherever they are.
bool is_finalizing(uint64_t pc);

// The innermost frame of the calling thread; null when it runs no Python code or does not hold the
// interpreter's lock.
const Frame* current_frame();

// A word that tells the instruction a frame is at from all others. Of the code object its address and what is
// next to it count: code that was freed may have left its place to other code.
inline uint64_t key_of(const Frame& frame) {
  const uint64_t address = reinterpret_cast<uint64_t>(frame.instruction);
  const uint64_t file = reinterpret_cast<uint64_t>(frame.code->file);
  return address ^ file << 20 ^ static_cast<uint64_t>(frame.code->first_line) << 48;
}

// What a person calls the place that a frame is at. Too long names are cut.
struct Description {
  uint32_t line;  // 0: none
  uint32_t file_length;
  uint32_t function_length;
  char file[1024];
  char function[256];
};
void describe(const Frame& frame, Description& into);

// What is known of a lock by the Python code that makes or takes it.
enum class Purpose : uint8_t {
  any,
  trial,       // taken only if it is free: lock.acquire(False)
  waiter,      // made for one thread to wait in a condition, until another releases it
  thread_end,  // made by a thread, which holds it until it ends; a join waits for it and then destroys it
};
Purpose purpose_of(const Frame& frame);

}  // namespace gordian::hook::python

#endif  // GORDIAN_RUNTIME_HOOK_PYTHON_FRAMES_H
