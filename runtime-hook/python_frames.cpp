// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/python_frames.h"

#include <dlfcn.h>
#include <string.h>

#include "runtime-hook/exported_symbol.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook::python {

namespace {

struct Functions {
  const ThreadState* (*own_state)();      // of the calling thread
  const ThreadState* (*running_state)();  // of the thread that holds the interpreter's lock
  int (*line_at)(const Code*, int offset);
  int (*is_finalizing)();
};
Functions functions;  // of `interpreter`

template <typename Function>
bool look_up(const dl_find_object& object, const char* name, Function& into) {
  into = reinterpret_cast<Function>(exported_symbol(object, name));
  return into != nullptr;
}

// UTF-8, of which one character takes at most 4 bytes. A character from U+DC80 on stands for a byte of a file
// name that is no UTF-8 (PEP 383).
uint32_t put(uint32_t character, char* into) {
  const auto tail = [&](uint32_t shift) { return static_cast<char>(0x80 | (character >> shift & 0x3f)); };
  if (character < 0x80) {
    into[0] = static_cast<char>(character);
    return 1;
  }
  if (character < 0x800) {
    into[0] = static_cast<char>(0xc0 | character >> 6);
    into[1] = tail(0);
    return 2;
  }
  if (character >= 0xdc80 && character <= 0xdcff) {
    into[0] = static_cast<char>(character & 0xff);
    return 1;
  }
  if (character < 0x10000) {
    into[0] = static_cast<char>(0xe0 | character >> 12);
    into[1] = tail(6);
    into[2] = tail(0);
    return 3;
  }
  into[0] = static_cast<char>(0xf0 | character >> 18);
  into[1] = tail(12);
  into[2] = tail(6);
  into[3] = tail(0);
  return 4;
}

template <uint32_t size>
uint32_t copy(const Text& text, char (&into)[size]) {
  const void* const data =
      text.ascii != 0 ? &text + 1 : static_cast<const void*>(&reinterpret_cast<const WideText&>(text) + 1);
  uint32_t length = 0;
  for (int64_t i = 0; text.compact != 0 && i < text.length && length + 4 <= size; ++i) {
    const uint32_t character = text.bytes_each == 1   ? static_cast<const uint8_t*>(data)[i]
                               : text.bytes_each == 2 ? static_cast<const uint16_t*>(data)[i]
                                                      : static_cast<const uint32_t*>(data)[i];
    length += put(character, into + length);
  }
  return length;
}

bool is(const Description& description, const char* function) {
  return strlen(function) == description.function_length &&
         memcmp(description.function, function, description.function_length) == 0;
}

bool ends_with(const Description& description, const char* file) {
  const size_t length = strlen(file);
  return description.file_length >= length &&
         memcmp(description.file + description.file_length - length, file, length) == 0;
}

// Whether the frame calls something with one argument, a constant that is false: acquire(False),
// acquire(blocking=False), acquire(timeout=0).
bool passes_false(const Frame& frame) {
  const auto operand = [](uint16_t instruction) { return static_cast<uint8_t>(instruction >> 8); };
  const auto operation = [](uint16_t instruction) { return static_cast<uint8_t>(instruction); };
  const uint16_t* at = frame.instruction;
  const Tuple& constants = *frame.code->constants;
  // Of more constants, an operand does not give the whole number.
  if (at - frame.code->instructions < 4 || operand(*at) != 1 || constants.size > 256) return false;
  at -= 3;
  if (operation(*at) == kKeywordNames) --at;
  return operation(*at) == kLoadConstant && operand(*at) < constants.size &&
         constants.items[operand(*at)]->digits == 0;
}

}  // namespace

Interpreter interpreter;

void find_interpreter(uint64_t pc) {
  dl_find_object object;
  void* allocate_lock;
  const unsigned long* version;
  Functions found;
  if (load(interpreter.size) != 0 || _dl_find_object(reinterpret_cast<void*>(pc), &object) != 0 ||
      !look_up(object, "PyThread_allocate_lock", allocate_lock)) {
    return;
  }
  if (!look_up(object, "Py_Version", version) || *version >> 16 != kVersion ||
      !look_up(object, "PyGILState_GetThisThreadState", found.own_state) ||
      !look_up(object, "_PyThreadState_UncheckedGet", found.running_state) ||
      !look_up(object, "PyCode_Addr2Line", found.line_at) ||
      !look_up(object, "_Py_IsFinalizing", found.is_finalizing)) {
    recorder().drop(format::Dropped::script_frames);
    return;
  }
  functions = found;
  const auto start = reinterpret_cast<uint64_t>(object.dlfo_map_start);
  store(interpreter.start, start);
  store(interpreter.size, reinterpret_cast<uint64_t>(object.dlfo_map_end) - start, std::memory_order_release);
}

void forget_interpreter() {
  store(interpreter.size, uint64_t{0});
}

bool is_finalizing(uint64_t pc) {
  return is_interpreter(pc) && functions.is_finalizing() != 0;
}

const Frame* current_frame() {
  const ThreadState* const own = functions.own_state();
  return own != nullptr && own == functions.running_state() ? own->frame->current : nullptr;
}

void describe(const Frame& frame, Description& into) {
  const Code& code = *frame.code;
  const int line = functions.line_at(&code, static_cast<int>((frame.instruction - code.instructions) * 2));
  into.line = line > 0 ? static_cast<uint32_t>(line) : 0;
  into.file_length = copy(*code.file, into.file);
  into.function_length = copy(*code.qualified_name, into.function);
}

Purpose purpose_of(const Frame& frame) {
  Description description;
  describe(frame, description);
  if (ends_with(description, "/threading.py")) {
    if (is(description, "Condition.wait")) return Purpose::waiter;
    if (is(description, "Thread._set_tstate_lock") || is(description, "Thread._reset_internal_locks")) {
      return Purpose::thread_end;
    }
  }
  return passes_false(frame) ? Purpose::trial : Purpose::any;
}

}  // namespace gordian::hook::python
