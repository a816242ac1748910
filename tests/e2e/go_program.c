// SPDX-License-Identifier: Apache-2.0
// A program of Go's is known by a note that Go's linker leaves; this one has it, and is told from the outside
// in no other way. Its C code is watched.
//
// expect: lock-order-cycle tier=plausible locks=2
// says: is a Go program
#include "tests/e2e/abba.h"

__asm__(
    ".pushsection .note.go.buildid, \"a\", @note\n"
    ".align 4\n"
    ".long 4, 4, 4\n"
    ".asciz \"Go\\0\"\n"
    ".long 0\n"
    ".popsection\n");

int main(void) {
  run_abba();
  return 0;
}
