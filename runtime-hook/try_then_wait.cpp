// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/try_then_wait.h"

#include <dlfcn.h>

#include "runtime-hook/exported_symbol.h"

namespace gordian::hook {

namespace {

// Looked for in the object that the call comes from: the interpreter may be loaded at any time. Not in the
// function alone, which the linker copies into its callers; no other code of the interpreter tries a
// semaphore.
bool comes_from_owner_of(uint64_t return_address, const char* function) {
  dl_find_object object;
  return _dl_find_object(reinterpret_cast<void*>(return_address), &object) == 0 &&
         exported_symbol(object, function) != nullptr;
}

}  // namespace

uint64_t try_verdicts[kTryVerdicts];

bool judge_try(uint64_t return_address) {
  const bool waits = comes_from_owner_of(return_address, "PyThread_acquire_lock_timed");
  store(try_verdicts[return_address % kTryVerdicts], return_address | (waits ? kWaits : 0));
  return waits;
}

}  // namespace gordian::hook
