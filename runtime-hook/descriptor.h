// SPDX-License-Identifier: Apache-2.0
//
// What a descriptor stands for: what its calls wait for, and the file's path or the peer's address.
#ifndef GORDIAN_RUNTIME_HOOK_DESCRIPTOR_H
#define GORDIAN_RUNTIME_HOOK_DESCRIPTOR_H

#include "core/format/blocking_call.h"

namespace gordian::hook {

struct Descriptor {
  format::WaitsFor kind;
  char text[512];  // cut at its size
};

// Leaves `kind` alone where that does not depend on the descriptor, and where the descriptor is not open.
// Changes errno.
void describe(int fd, Descriptor& into);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_DESCRIPTOR_H
