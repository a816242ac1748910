// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_RUNTIME_HOOK_EXPORTED_SYMBOL_H
#define GORDIAN_RUNTIME_HOOK_EXPORTED_SYMBOL_H

#include <dlfcn.h>

namespace gordian::hook {

// The address of what a mapped object itself exports under `name`; null if it exports no such thing. Found in
// the object's own hash table: unlike dlsym, this takes no loader lock, allocates nothing and looks nowhere
// else.
void* exported_symbol(const dl_find_object& object, const char* name);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_EXPORTED_SYMBOL_H
