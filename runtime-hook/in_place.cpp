// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/in_place.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>

#include "runtime-hook/plain_mutex.h"
#include "runtime-hook/plain_rwlock.h"
#include "runtime-hook/plain_semaphore.h"

namespace gordian::hook {

bool lies_in_glibc(const void* function) {
  Dl_info found;
  Dl_info glibc;
  return dladdr(function, &found) != 0 &&
         dladdr(reinterpret_cast<const void*>(gnu_get_libc_version), &glibc) != 0 &&
         found.dli_fbase == glibc.dli_fbase;
}

void check_in_place() {
  check_plain_mutexes();
  check_plain_rwlocks();
  check_plain_semaphores();
}

}  // namespace gordian::hook
