// SPDX-License-Identifier: Apache-2.0
//
// The few services the hook takes from the kernel, and guards that hide them from the program.
#ifndef GORDIAN_RUNTIME_HOOK_SYS_H
#define GORDIAN_RUNTIME_HOOK_SYS_H

#include <errno.h>
#include <pthread.h>
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

// For as long as it lives, what the hook does for itself has no effect on the calling thread: errno stays,
// and no cancellation is acted upon (opening a file, say, is a cancellation point; taking a mutex is none).
class Unobtrusive {
 public:
  Unobtrusive() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_); }
  ~Unobtrusive() { pthread_setcancelstate(cancel_state_, nullptr); }
  Unobtrusive(const Unobtrusive&) = delete;
  Unobtrusive& operator=(const Unobtrusive&) = delete;

 private:
  KeepErrno errno_;
  int cancel_state_;
};

// Zeroed private memory, committed page by page as it is touched, also where the system would rather commit
// 2 MB at the first touch; null when the kernel refuses.
template <typename T>
T* map_zeroed(size_t count) {
  void* memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  madvise(memory, count * sizeof(T), MADV_NOHUGEPAGE);
  return static_cast<T*>(memory);
}

inline uint64_t monotonic_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// Past our own hook of syscall(). The result, or an error number below 0.
inline long call_kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  long result = number;
  register long fourth asm("r10") = d;
  asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}

inline uint32_t current_tid() {
  return static_cast<uint32_t>(call_kernel(SYS_gettid));
}

// Whether a word of memory is there to be read, asked of the kernel: it reads the signal set before it finds
// that there is no such operation on it.
inline bool is_readable(uint64_t address) {
  return address != 0 &&
         call_kernel(SYS_rt_sigprocmask, ~0L, static_cast<long>(address), 0, sizeof(uint64_t)) != -EFAULT;
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
