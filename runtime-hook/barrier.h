// SPDX-License-Identifier: Apache-2.0
//
// What glibc keeps in a pthread_barrier_t.
#ifndef GORDIAN_RUNTIME_HOOK_BARRIER_H
#define GORDIAN_RUNTIME_HOOK_BARRIER_H

#include <pthread.h>

#include <cstdint>

namespace gordian::hook {

struct GlibcBarrier {
  uint32_t arrived;
  uint32_t round;
  uint32_t threads;  // that it is for
  uint32_t shared;   // not 0: other processes use it too
  uint32_t left;
};
static_assert(sizeof(GlibcBarrier) <= sizeof(pthread_barrier_t));

inline const GlibcBarrier& layout_of(const pthread_barrier_t* barrier) {
  return *reinterpret_cast<const GlibcBarrier*>(barrier);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_BARRIER_H
