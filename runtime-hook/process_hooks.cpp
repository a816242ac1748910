// SPDX-License-Identifier: Apache-2.0
//
// The ends of a process that no destructor sees, forks that run no handlers, and code that is unloaded.
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/modules.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

using gordian::format::EndReason;

GORDIAN_EXPORT void _exit(int status) {
  ensure_resolved();
  finish(EndReason::quick_exit, status);
  real._exit(status);
  __builtin_unreachable();
}

GORDIAN_EXPORT void _Exit(int status) {
  ensure_resolved();
  finish(EndReason::quick_exit, status);
  real._Exit(status);
  __builtin_unreachable();
}

GORDIAN_EXPORT pid_t _Fork() {
  ensure_resolved();
  before_fork();
  const pid_t child = real._Fork();
  if (child == 0) {
    leave_parents_trace();
  } else {
    after_fork();
  }
  return child;
}

GORDIAN_EXPORT int dlclose(void* library) {
  ensure_resolved();
  const int result = real.dlclose(library);
  // Other code may soon lie at the addresses of what is gone.
  forget_code();
  return result;
}
