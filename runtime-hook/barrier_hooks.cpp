// SPDX-License-Identifier: Apache-2.0
//
// pthread_barrier_wait. A barrier is held by nobody; but who waits at one is published as who waits for a
// lock is.
#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/wait_while_holding.h"
#include "runtime-hook/wait_word.h"

using namespace gordian::hook;

namespace {

// Null: this thread is not, or not now, watched.
CallPath* path_of_wait(CallSite site) {
  if (context.inside) return nullptr;
  const InsideHook inside;
  return attach() != nullptr ? &find_path(site) : nullptr;
}

}  // namespace

GORDIAN_EXPORT int pthread_barrier_wait(pthread_barrier_t* barrier) {
  ensure_resolved();
  note_wait_while_holding(gordian::format::WaitedFor::barrier, GORDIAN_CALL_SITE());
  CallPath* path = path_of_wait(GORDIAN_CALL_SITE());
  if (path == nullptr) return real.pthread_barrier_wait(barrier);
  const WaitWord waiting(reinterpret_cast<uint64_t>(barrier), *path);
  return real.pthread_barrier_wait(barrier);
}
