// SPDX-License-Identifier: Apache-2.0
//
// Module records: which ELF object an address belongs to, written when a stack first touches it.
#ifndef GORDIAN_RUNTIME_HOOK_MODULES_H
#define GORDIAN_RUNTIME_HOOK_MODULES_H

#include <cstdint>

namespace gordian::hook {

// Lock-free; two threads that meet a module at once may both record it, which readers accept.
void note_module_of(uint64_t pc);

// Something was unloaded, or a new trace begins: every module is recorded again when it is next met.
void forget_modules();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_MODULES_H
