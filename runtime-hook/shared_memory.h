// SPDX-License-Identifier: Apache-2.0
//
// Memory that other processes map too: what a place in it is known by to all of them.
#ifndef GORDIAN_RUNTIME_HOOK_SHARED_MEMORY_H
#define GORDIAN_RUNTIME_HOOK_SHARED_MEMORY_H

#include <cstdint>

namespace gordian::hook {

// See core/format/shared_key.h. 0: the memory is this process's alone, or it cannot be told. Reads the list
// of mappings from /proc, some 10 us and more with each mapping: once a lock, when its record is written.
uint64_t shared_key_at(uint64_t address);

// See format::FileHeader::boot. 0: it cannot be told.
uint64_t boot_key();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_SHARED_MEMORY_H
