// SPDX-License-Identifier: Apache-2.0
//
// Locks that are free are taken and released in place instead of by a call, where glibc's way of doing it is
// known: plain_mutex.h, plain_rwlock.h, plain_semaphore.h.
//
// Why: a lock that is free is taken without waiting, so its bookkeeping may come after it. The processor then
// works on that while it goes on, instead of holding the locked instruction back until all is looked up; and
// the calls that are saved pay for it. Whatever is not as simple as that (the lock is taken, somebody waits
// for it) is left to glibc, from the beginning.
//
// Soundness: each checks layout and meaning of what it touches against the glibc at hand before it is relied
// upon, and is not used at all if another library stands in front of glibc: that wants to see the calls.
#ifndef GORDIAN_RUNTIME_HOOK_IN_PLACE_H
#define GORDIAN_RUNTIME_HOOK_IN_PLACE_H

namespace gordian::hook {

bool lies_in_glibc(const void* function);

// Once, after resolve_real().
void check_in_place();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_IN_PLACE_H
