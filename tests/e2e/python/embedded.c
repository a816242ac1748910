// SPDX-License-Identifier: Apache-2.0
// A program with the interpreter inside, as a shared library. It does what the interpreter's own program
// does, and is expected to be told of as the script that it is given says.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

int main(int count, char** arguments) {
  return Py_BytesMain(count, arguments);
}
