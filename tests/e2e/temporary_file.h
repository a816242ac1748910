// SPDX-License-Identifier: Apache-2.0
//
// Files to lock, which are gone when the program ends.
#ifndef GORDIAN_TESTS_E2E_TEMPORARY_FILE_H
#define GORDIAN_TESTS_E2E_TEMPORARY_FILE_H

#include "tests/e2e/support.h"

typedef char Path[64];

// A new empty file, NAME in its name.
static inline void make_file(Path path, const char* name) {
  snprintf(path, sizeof(Path), "/tmp/gordian-%s-XXXXXX", name);
  const int file = mkstemp(path);
  CHECK(file >= 0);
  CHECK(close(file) == 0);
}

static inline int open_file(const char* path) {
  const int file = open(path, O_RDWR | O_CLOEXEC);
  CHECK(file >= 0);
  return file;
}

#endif  // GORDIAN_TESTS_E2E_TEMPORARY_FILE_H
