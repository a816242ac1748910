// SPDX-License-Identifier: Apache-2.0
//
// The two ways to give up system calls (seccomp); libseccomp goes by the second. Their arguments are passed
// on as they lie in registers, however many the call has.
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

namespace {

struct Arguments {
  long at[6];
  explicit Arguments(va_list list) {
    for (long& argument : at) argument = va_arg(list, long);
  }
};

// Also asked for to learn whether there is such a thing: without a filter then.
bool gives_up_calls(long operation, long filter) {
  return operation == SECCOMP_SET_MODE_STRICT || (operation == SECCOMP_SET_MODE_FILTER && filter != 0);
}

}  // namespace

GORDIAN_EXPORT int prctl(int option, ...) {
  ensure_resolved();
  va_list list;
  va_start(list, option);
  const Arguments given(list);
  va_end(list);
  if (option == PR_SET_SECCOMP) confine();
  return real.prctl(option, given.at[0], given.at[1], given.at[2], given.at[3]);
}

GORDIAN_EXPORT long syscall(long number, ...) {
  ensure_resolved();
  va_list list;
  va_start(list, number);
  const Arguments given(list);
  va_end(list);
  if (number == SYS_seccomp && gives_up_calls(given.at[0], given.at[2])) confine();
  if (number == SYS_prctl && given.at[0] == PR_SET_SECCOMP) confine();
  return real.syscall(number, given.at[0], given.at[1], given.at[2], given.at[3], given.at[4], given.at[5]);
}
