// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/thread_context.h"

#include <limits.h>
#include <string.h>
#include <sys/prctl.h>

#include "runtime-hook/chains.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/forked_locks.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/kept_locks.h"
#include "runtime-hook/permits.h"
#include "runtime-hook/plain_mutex.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

thread_local constinit ThreadContext context = {};

namespace {

// pthread_t -> thread record, for joins. A handle is reused only after a join, and is then simply
// overwritten.
struct Handle {
  pthread_t thread;  // 0: free
  format::ThreadRef record;
};
Table<Handle, &Handle::thread, 16> handles;
bool have_handles;

pthread_key_t exit_key;
bool have_exit_key;

format::ThreadRef record_thread(format::ThreadRef parent, uint32_t parent_segment, format::StackRef created,
                                void* (*start_routine)(void*)) {
  std::atomic_ref(recorder().header().threads).fetch_add(1, std::memory_order_relaxed);
  return recorder().append<format::ThreadRef, format::ThreadRecord>(
      format::RecordType::thread, 0, [&](format::ThreadRecord& record, char*) {
        record.parent = parent;
        record.parent_segment = parent_segment;
        record.created = created;
        record.start_routine = reinterpret_cast<uint64_t>(start_routine);
      });
}

// What the slot's last thread left: counts to add to the trace, caches that are not the next one's.
void clear_after(ThreadSlot& slot) {
  forget_chains(slot);
  std::atomic_ref(recorder().header().acquisitions).fetch_add(slot.acquisitions, std::memory_order_relaxed);
}

// The held set in the slot's array, of which the first `depth` entries are in place.
void set_held(ThreadSlot& slot, uint32_t depth) {
  HeldEntry* const bottom = hot().held_of(&slot);
  for (uint64_t i = depth; i < slot.held_capacity; ++i) {
    // Anywhere between two samples, or threads that do not live long would never have one.
    const auto start =
        static_cast<uint16_t>(1 + mix(nonce + static_cast<uint64_t>(slot.thread), i) % kSampleEvery);
    bottom[i].countdown = bottom[i].counted_from = start;
    bottom[i].repeat = 0;
    private_of(bottom[i]) = {kNoMemo, paths, 0, 0, nullptr};
  }
  store(slot.bottom, reinterpret_cast<uint64_t>(bottom));
  set_top(slot, bottom + depth);
}

// Gives a slot just taken the memory a thread needs. What an earlier thread of the slot left is cleared.
bool equip(ThreadSlot& slot, format::ThreadRef thread) {
  SlotPrivate& own = private_of(slot);
  const bool was_used = own.chains != nullptr;
  if (was_used) clear_after(slot);
  if (own.cache == nullptr) own.cache = map_zeroed<ThreadCache>(1);
  if (own.cache == nullptr) return false;
  if (own.chains == nullptr) own.chains = make_chain_cache();
  if (own.chains == nullptr) return false;
  slot.thread = thread;
  slot.segment = 0;
  slot.revoked = own.path_generation != path_generation() ? 1 : 0;
  slot.waiting = format::WaitKind::nothing;
  slot.acquisitions = 0;
  memset(own.name, 0, sizeof own.name);
  // Entries go on counting where they were, so that threads that do not live long have their share of
  // samples.
  was_used ? set_top(slot, bottom_of(slot)) : set_held(slot, 0);
  return true;
}

ThreadSlot* take_slot(format::ThreadRef thread) {
  ThreadSlot* slot = hot().take();
  if (slot != nullptr && equip(*slot, thread)) return slot;
  if (slot != nullptr) hot().give_back(slot);
  recorder().drop(format::Dropped::thread_slot);
  return nullptr;
}

void enter(ThreadSlot* slot) {
  slot->tid = context.tid = own_tid();
  if (slot->thread != format::ThreadRef::none) {
    recorder().at<format::ThreadRecord>(slot->thread).tid = slot->tid;
    know_handle(pthread_self(), slot->thread);
  }
  if (have_exit_key) pthread_setspecific(exit_key, slot);
  context.own = slot;
}

void note_end();

// Runs among the destructors of thread-specific data, once in each round. Others may lock and unlock: what is
// still held is told in the last round. Even then some may come behind, so all this can say of the thread is
// that it has not long to live.
void on_thread_exit(void* slot) {
  if (slot != context.own) return;  // it is that of the thread that forked this process
  if (++context.exit_rounds < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(exit_key, slot) == 0)
    return;
  note_kept(format::EventKind::kept_at_thread_end);
  note_permits_kept(*context.own);
  note_end();
  hot().end(context.own);
}

}  // namespace

ThreadSlot* attach() {
  if (context.own != nullptr) return context.own;
  if (!ensure_started()) return nullptr;
  const auto thread = record_thread(format::ThreadRef::none, 0, format::StackRef::none, nullptr);
  ThreadSlot* slot = take_slot(thread);
  if (slot == nullptr) return nullptr;
  enter(slot);
  take_over_held();
  return slot;
}

ThreadSlot* prepare_thread(void* (*start_routine)(void*), void* argument, CallSite site) {
  if (context.inside) {
    ensure_resolved();
    return nullptr;
  }
  const InsideHook inside;
  const ThreadSlot* parent = attach();
  if (parent == nullptr) return nullptr;
  const auto created = stack_of_path(find_path(site));
  ThreadSlot* slot = take_slot(record_thread(parent->thread, parent->segment, created, start_routine));
  if (slot == nullptr) return nullptr;
  private_of(*slot).start_routine = start_routine;
  private_of(*slot).argument = argument;
  return slot;
}

void adopt(ThreadSlot* slot) {
  const InsideHook inside;
  enter(slot);
}

void discard(ThreadSlot* slot) {
  hot().give_back(slot);
}

void begin_segment() {
  if (context.own == nullptr) return;
  context.own->segment += 1;
  forget_chains(*context.own);  // so that the use record of each learns of the new segment
}

void know_handle(pthread_t thread, format::ThreadRef record) {
  if (Handle* handle = handles.find_or_add(thread)) store(handle->record, record, std::memory_order_release);
}

format::ThreadRef thread_record_of(pthread_t thread) {
  if (context.own == nullptr) return format::ThreadRef::none;
  const Handle* handle = handles.find(thread);
  return handle != nullptr ? load(handle->record, std::memory_order_acquire) : format::ThreadRef::none;
}

namespace {

void record_sync(format::SyncKind kind, format::ThreadRef other) {
  recorder().append<format::ThreadRef, format::SyncRecord>(format::RecordType::sync, 0,
                                                           [&](format::SyncRecord& record, char*) {
                                                             record.thread = context.own->thread;
                                                             record.other = other;
                                                             record.kind = kind;
                                                             record.segment = context.own->segment;
                                                           });
}

void note_end() {
  if (context.inside) return;
  const InsideHook inside;
  record_sync(format::SyncKind::end, format::ThreadRef::none);
}

}  // namespace

void note_join(format::ThreadRef joined) {
  if (joined == format::ThreadRef::none || context.own == nullptr || context.inside) return;
  const InsideHook inside;
  begin_segment();
  record_sync(format::SyncKind::join, joined);
}

void note_detached(format::ThreadRef thread) {
  if (context.own == nullptr || context.inside) return;
  const InsideHook inside;
  record_sync(format::SyncKind::detach, thread);
}

void note_name(ThreadSlot& slot) {
  if (is_confined()) return;
  char now[16] = {};
  SlotPrivate& own = private_of(slot);
  if (call_kernel(SYS_prctl, PR_GET_NAME, reinterpret_cast<long>(now)) != 0 ||
      memcmp(now, own.name, sizeof now) == 0)
    return;
  memcpy(own.name, now, sizeof now);
  record_name(slot.thread, now);
}

void record_name(format::ThreadRef thread, const char* name) {
  recorder().append<format::ThreadRef, format::ThreadNameRecord>(
      format::RecordType::thread_name, 0, [&](format::ThreadNameRecord& record, char*) {
        record.thread = thread;
        strncpy(record.name, name, sizeof record.name - 1);
      });
}

format::ThreadRef record_parents_thread(uint32_t tid, const char* name) {
  const auto thread = record_thread(format::ThreadRef::none, 0, format::StackRef::none, nullptr);
  if (thread == format::ThreadRef::none) return thread;
  recorder().at<format::ThreadRecord>(thread).tid = tid;
  if (*name != 0) record_name(thread, name);
  return thread;
}

bool create_thread_tables() {
  if (!have_handles) have_handles = handles.create();
  if (!have_exit_key) have_exit_key = pthread_key_create(&exit_key, on_thread_exit) == 0;
  return have_handles;
}

void reset_after_fork() {
  context.top = nullptr;
  context.slot = context.own = nullptr;
  context.is_forked = true;
  context.semaphore = 0;
  memset(context.handoffs, 0, sizeof context.handoffs);
  memset(context.onces_done, 0, sizeof context.onces_done);
  handles.clear();
}

void flush_counts(ThreadSlot& slot) {
  SlotPrivate& own = private_of(slot);
  for (uint64_t i = 0; i < own.high_water; ++i) flush_hits(slot, bottom_of(slot)[i]);
  flush_times(*own.cache);
  flush_chains(*load(own.chains, std::memory_order_acquire));
}

void forget_memos(ThreadSlot& slot) {
  for (uint64_t i = 0; i < private_of(slot).high_water; ++i) {
    HeldEntry& entry = bottom_of(slot)[i];
    flush_hits(slot, entry);
    drop_memo(entry);
  }
}

void refresh_paths(ThreadSlot& slot) {
  SlotPrivate& own = private_of(slot);
  if (own.path_generation == path_generation()) return;
  own.path_generation = path_generation();
  memset(own.cache->paths, 0, sizeof own.cache->paths);
  forget_steps(own.cache->steps);
  for (uint64_t i = depth_of(slot); i < own.high_water; ++i) private_of(bottom_of(slot)[i]).path = paths;
}

void forget_chains(ThreadSlot& slot) {
  forget_memos(slot);
  flush_counts(slot);
  empty_chains(*private_of(slot).chains);
  forget_known(steps_of(slot));
}

bool grow_held(ThreadSlot& slot) {
  const uint32_t depth = depth_of(slot);
  forget_memos(slot);  // those above the top do not move along
  if (!hot().grow_held(&slot, depth)) return false;
  set_held(slot, depth);
  return true;
}

}  // namespace gordian::hook
