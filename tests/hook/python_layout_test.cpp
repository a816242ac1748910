// SPDX-License-Identifier: Apache-2.0
//
// What the hook takes for the interpreter's structures, against the interpreter's own headers.
#include "runtime-hook/python_layout.h"

#include <gtest/gtest.h>

#include <cstddef>

#if __has_include(<python3.11/Python.h>)
#define Py_BUILD_CORE 1
#include <python3.11/Python.h>
#include <python3.11/internal/pycore_frame.h>
#include <python3.11/opcode.h>
#endif

namespace gordian::hook::python {
namespace {

TEST(PythonLayout, IsThatOfTheInterpretersHeaders) {
#ifdef Py_BUILD_CORE
  EXPECT_EQ(PY_VERSION_HEX >> 16, kVersion);

  EXPECT_EQ(offsetof(ThreadState, frame), offsetof(PyThreadState, cframe));
  EXPECT_EQ(offsetof(CallFrame, current), offsetof(_PyCFrame, current_frame));
  EXPECT_EQ(offsetof(Frame, code), offsetof(_PyInterpreterFrame, f_code));
  EXPECT_EQ(offsetof(Frame, previous), offsetof(_PyInterpreterFrame, previous));
  EXPECT_EQ(offsetof(Frame, instruction), offsetof(_PyInterpreterFrame, prev_instr));

  EXPECT_EQ(offsetof(Code, constants), offsetof(PyCodeObject, co_consts));
  EXPECT_EQ(offsetof(Code, first_line), offsetof(PyCodeObject, co_firstlineno));
  EXPECT_EQ(offsetof(Code, file), offsetof(PyCodeObject, co_filename));
  EXPECT_EQ(offsetof(Code, qualified_name), offsetof(PyCodeObject, co_qualname));
  EXPECT_EQ(offsetof(Code, instructions), offsetof(PyCodeObject, co_code_adaptive));

  EXPECT_EQ(offsetof(Tuple, size), offsetof(PyVarObject, ob_size));
  EXPECT_EQ(offsetof(Tuple, items), offsetof(PyTupleObject, ob_item));
  EXPECT_EQ(offsetof(Number, digits), offsetof(PyVarObject, ob_size));
  EXPECT_EQ(offsetof(Text, length), offsetof(PyASCIIObject, length));
  EXPECT_EQ(sizeof(Text), sizeof(PyASCIIObject));
  EXPECT_EQ(sizeof(WideText), sizeof(PyCompactUnicodeObject));

  Text text{};
  auto& real = reinterpret_cast<PyASCIIObject&>(text);
  real.state.kind = PyUnicode_2BYTE_KIND;
  real.state.compact = 1;
  EXPECT_EQ(text.bytes_each, 2U);
  EXPECT_EQ(text.compact, 1U);
  EXPECT_EQ(text.ascii, 0U);
  real.state.ascii = 1;
  EXPECT_EQ(text.ascii, 1U);

  EXPECT_EQ(kLoadConstant, LOAD_CONST);
  EXPECT_EQ(kKeywordNames, KW_NAMES);
#else
  GTEST_SKIP() << "there are no headers of Python 3.11";
#endif
}

}  // namespace
}  // namespace gordian::hook::python
