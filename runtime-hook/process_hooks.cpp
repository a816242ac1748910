// SPDX-License-Identifier: Apache-2.0
//
// The ends of a process that no destructor sees, forks that run no handlers, and code that is unloaded.
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/forked_locks.h"
#include "runtime-hook/modules.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"

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
  copy_held();
  const pid_t child = real._Fork();
  if (child == 0) {
    leave_parents_trace();
  } else {
    discard_copy();
  }
  return child;
}

// dlopen() asks who calls it, for that one's search path and namespace: the call must still come from there.
// So it is noted, and jumped to.
#define GORDIAN_PASS_ON(name, note)                  \
  GORDIAN_EXPORT __attribute__((naked)) void* name { \
    __asm__(                                         \
        "push %rdi\n.cfi_adjust_cfa_offset 8\n"      \
        "push %rsi\n.cfi_adjust_cfa_offset 8\n"      \
        "push %rdx\n.cfi_adjust_cfa_offset 8\n"      \
        "call " #note                                \
        "\n"                                         \
        "pop %rdx\n.cfi_adjust_cfa_offset -8\n"      \
        "pop %rsi\n.cfi_adjust_cfa_offset -8\n"      \
        "pop %rdi\n.cfi_adjust_cfa_offset -8\n"      \
        "jmp *%rax\n");                              \
  }

namespace {

// Of a library that takes its own or another libc's functions where ours were meant.
void note_past_the_hook() {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() != nullptr) recorder().drop(gordian::format::Dropped::deep_binding);
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) auto gordian_note_dlopen(const char*, int mode) {
  ensure_resolved();
  if ((mode & RTLD_DEEPBIND) != 0) note_past_the_hook();
  return real.dlopen;
}
extern "C" __attribute__((visibility("hidden"))) auto gordian_note_dlmopen(Lmid_t space) {
  ensure_resolved();
  if (space != LM_ID_BASE) note_past_the_hook();
  return real.dlmopen;
}

GORDIAN_PASS_ON(dlopen(const char*, int), gordian_note_dlopen)
GORDIAN_PASS_ON(dlmopen(Lmid_t, const char*, int), gordian_note_dlmopen)

GORDIAN_EXPORT int dlclose(void* library) {
  ensure_resolved();
  const int result = real.dlclose(library);
  // Other code may soon lie at the addresses of what is gone.
  forget_code();
  return result;
}
