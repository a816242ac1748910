// SPDX-License-Identifier: Apache-2.0
//
// The few services the hook takes from the kernel, and a guard that keeps errno as the program left it.
#ifndef GORDIAN_RUNTIME_HOOK_SYS_H
#define GORDIAN_RUNTIME_HOOK_SYS_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gordian::hook {

class KeepErrno {
 public:
  KeepErrno() : saved_(errno) {}
  ~KeepErrno() { errno = saved_; }
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;

 private:
  int saved_;
};

// Zeroed private memory, committed page by page as it is touched; null when the kernel refuses.
template <typename T>
T* map_zeroed(size_t count) {
  void* memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<T*>(memory);
}

inline uint64_t monotonic_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

inline uint32_t current_tid() {
  return static_cast<uint32_t>(syscall(SYS_gettid));
}

// Shared plain memory that several threads, or a reader in another process, look at.
template <typename T>
T load(const T& from, std::memory_order order = std::memory_order_relaxed) {
  return std::atomic_ref<T>(const_cast<T&>(from)).load(order);
}
template <typename T>
void store(T& into, T value, std::memory_order order = std::memory_order_relaxed) {
  std::atomic_ref<T>(into).store(value, order);
}
template <typename T>
bool exchange_if(T& at, T& expected, T desired) {
  return std::atomic_ref<T>(at).compare_exchange_strong(expected, desired, std::memory_order_acq_rel);
}

// One step of a 64-bit hash chain: order matters, one multiplication.
inline uint64_t mix(uint64_t hash, uint64_t value) {
  const uint64_t product = ((hash << 25 | hash >> 39) ^ value) * 0x9E3779B97F4A7C15ULL;
  return product ^ (product >> 32);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_SYS_H
