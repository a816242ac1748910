// SPDX-License-Identifier: Apache-2.0
//
// Recording a chain that the calling thread has not been through in this segment of its run: the only place
// where stacks are unwound for evidence and where chain and use records are written.
#ifndef GORDIAN_RUNTIME_HOOK_RECORD_CHAIN_H
#define GORDIAN_RUNTIME_HOOK_RECORD_CHAIN_H

#include "runtime-hook/call_path.h"
#include "runtime-hook/chains.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// `kind` and `chain` are the hashes of what `wanted`, wanted at `site`, makes with all that is held.
KnownChain* record_chain(ThreadSlot& slot, uint64_t kind, uint64_t chain, HeldEntry& wanted, CallSite site);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_RECORD_CHAIN_H
