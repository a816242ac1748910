// SPDX-License-Identifier: Apache-2.0
//
// The structures of CPython 3.11 that say what a thread is executing, as far as they are read here. They are
// the interpreter's own affair and differ from one minor version to the next; within one they stay, since
// extension modules are compiled against them. tests/hook compares these with the interpreter's headers,
// where there are any.
#ifndef GORDIAN_RUNTIME_HOOK_PYTHON_LAYOUT_H
#define GORDIAN_RUNTIME_HOOK_PYTHON_LAYOUT_H

#include <cstdint>

namespace gordian::hook::python {

inline constexpr uint64_t kVersion =
    0x030B;  // major and minor, as in the upper half of the symbol Py_Version

struct Object {
  int64_t references;
  const void* type;
};

// A string in one piece, as all that the compiler puts into a code object are. ASCII text follows this part,
// other text the longer one.
struct Text {
  Object object;
  int64_t length;  // characters
  int64_t hash;
  uint32_t interned : 2;
  uint32_t bytes_each : 3;  // 1, 2 or 4
  uint32_t compact : 1;
  uint32_t ascii : 1;
  uint32_t ready : 1;
  void* wide;
};
struct WideText {
  Text head;
  int64_t utf8_length;
  void* utf8;
  int64_t wide_length;
};

struct Tuple {
  Object object;
  int64_t size;
  const struct Number* items[1];
};

// An integer, of which 0 has no digits; a bool is one.
struct Number {
  Object object;
  int64_t digits;
};

struct Code {
  Object object;
  int64_t size;
  const struct Tuple* constants;
  void* names[2];
  int32_t flags;
  int16_t warmup;
  int16_t line_array_entry;
  int32_t arguments[4];
  int32_t first_line;
  int32_t variables[5];
  void* variable_names[2];
  const Text* file;
  const Text* name;
  const Text* qualified_name;
  void* tables[4];
  int32_t first_traceable;
  void* extra;
  uint16_t instructions[1];
};

// An instruction is a word: in its low byte what to do, in its high byte an operand. Calls are made by CALL,
// behind PRECALL, a cache word and, if there are keywords, KW_NAMES.
inline constexpr uint8_t kLoadConstant = 100;
inline constexpr uint8_t kKeywordNames = 172;

struct Frame {
  void* function[4];
  const Code* code;
  void* object;
  const Frame* previous;
  const uint16_t* instruction;  // the one being executed
};

struct CallFrame {
  uint8_t traced;
  const Frame* current;
};

struct ThreadState {
  void* links[3];
  int32_t state[7];
  const CallFrame* frame;
};

}  // namespace gordian::hook::python

#endif  // GORDIAN_RUNTIME_HOOK_PYTHON_LAYOUT_H
