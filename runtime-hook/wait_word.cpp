// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/wait_word.h"

#include "runtime-hook/barrier.h"
#include "runtime-hook/command.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/unheard_signals.h"

namespace gordian::hook {

namespace {

template <typename Object>
const Object& as(const Awaited& what) {
  return *reinterpret_cast<const Object*>(what.object.address);
}

bool is_for_other_processes(const Awaited& what) {
  if (what.object.address == 0) return true;  // an object of unknown layout: it cannot be told
  if (what.kind == WaitKind::barrier) return as<GlibcBarrier>(what).shared != 0;
  if (what.kind == WaitKind::condition) return (as<pthread_cond_t>(what).__data.__wrefs & 1) != 0;
  if (what.kind != WaitKind::lock) return false;
  switch (what.object.kind) {
    case LockKind::mutex:
      return (as<pthread_mutex_t>(what).__data.__kind & kProcessShared) != 0;
    case LockKind::rwlock:
      return as<pthread_rwlock_t>(what).__data.__shared != 0;
    case LockKind::semaphore:
      return is_process_shared(&as<sem_t>(what));
    default:
      return what.object.kind != LockKind::spinlock;  // which does not say
  }
}

uint8_t flags_of(const Awaited& what, const CallPath& path) {
  uint8_t flags = is_for_other_processes(what) ? format::kWaitsForOthers : 0;
  if (what.kind == WaitKind::lock && is_semaphore(what.object.kind)) {
    const Untagged* known = find_untagged(what.object);
    if (known != nullptr && load(known->given_back) != 0) flags |= format::kWaitsForHolder;
    if (path.script != 0) flags |= format::kWaitsInScript;
  }
  if (what.kind != WaitKind::lock || !what.how.shared) return flags;
  flags |= format::kWaitsToRead;
  if (readers_queue(what.object)) flags |= format::kWaitsBehindWriters;
  return flags;
}

// A robust mutex whose owner is gone goes to the next.
uint64_t with_of(const Awaited& what) {
  if (what.kind == WaitKind::barrier) return as<GlibcBarrier>(what).threads;
  if (what.kind == WaitKind::lock && is_semaphore(what.object.kind)) {
    const Untagged* known = find_untagged(what.object);
    return known != nullptr ? permits_of(*known) : 0;
  }
  if (what.kind != WaitKind::lock || what.object.kind != LockKind::mutex) return what.with;
  const auto& mutex = as<pthread_mutex_t>(what).__data;
  return is_taggable(&as<pthread_mutex_t>(what)) ? static_cast<uint32_t>(load(mutex.__owner)) : 0;
}

// The path of a prepared lock, along which its thread waits; null: there is none. The entry of a lock that
// the thread holds already is that of its first acquisition.
CallPath* path_of(const HeldEntry* wanted) {
  const bool is_first = wanted != nullptr && context.own != nullptr && wanted == top_of(*context.own);
  return is_first ? private_of(*top_of(*context.own)).path : nullptr;
}

void publish(ThreadSlot& slot, const Awaited& what, CallPath& path) {
  store(slot.waiting_stack, stack_of_path(path));
  store(slot.waiting_since_ns, monotonic_ns());
  store(slot.waiting_for, what.object.address);
  store(slot.waiting_with, with_of(what));
  store(slot.waiting_lock, what.object.kind);
  store(slot.waiting_mode, what.how.mode);
  store(slot.waiting_flags, flags_of(what, path));
  const bool may_be_lost = what.kind == WaitKind::condition && what.object.address != 0;
  store(slot.waiting_unheard, may_be_lost ? unheard_signal(what.object.address) : format::StackRef::none);
  store(slot.waits, slot.waits + 1);
  store(slot.waiting, what.kind, std::memory_order_release);
}

}  // namespace

// Most waits are short, and their path is known: those call nothing that must be kept from the program, and
// save themselves the price of that.
WaitWord::WaitWord(const Awaited& what, CallSite site, HeldEntry* wanted) {
  if (context.inside) return;
  CallPath* const known = path_of(wanted);
  if (context.own != nullptr) note_last_wait(*private_of(*context.own).cache);
  if (known != nullptr && has_stack(*known) && !needs_watch()) {
    publish(*context.own, what, *known);
    return;
  }
  const InsideHook inside;
  ThreadSlot* const slot = attach();
  if (slot == nullptr) return;
  publish(*slot, what,
          known != nullptr ? *known : find_path(site, script_key(what.object, site.return_address)));
  if (needs_watch()) start_watch();
}

}  // namespace gordian::hook
