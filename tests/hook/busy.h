// SPDX-License-Identifier: Apache-2.0
//
// What busy.cpp tells killed_test.cpp through a shared file: which locks it has, and which it has had nested.
#ifndef GORDIAN_TESTS_HOOK_BUSY_H
#define GORDIAN_TESTS_HOOK_BUSY_H

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gordian {

inline constexpr size_t kBusyLocks = 200;

struct BusyProgress {
  std::atomic<uint32_t> started;
  std::atomic<uint64_t> address[kBusyLocks];
  std::atomic<bool> nested[kBusyLocks][kBusyLocks];  // set once the second lock is held
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_HOOK_BUSY_H
