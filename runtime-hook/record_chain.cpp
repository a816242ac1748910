// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/record_chain.h"

#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

using format::ChainRecord;
using format::ChainRef;

// Finds or writes one node of the chain tree.
template <typename StackOf>
ChainRef chain_node(uint64_t hash, ChainRef outer, format::LockRef lock, AcquireMode mode, StackOf stack_of,
                    ChainSlot*& slot) {
  slot = find_chain(hash);
  if (slot == nullptr) {
    recorder().drop(format::Dropped::chain_table);
    return ChainRef::none;
  }
  ChainRef known = load(slot->chain, std::memory_order_acquire);
  if (known != ChainRef::none) return known;
  const format::StackRef stack = stack_of();
  const auto fresh = recorder().append<ChainRef, ChainRecord>(format::RecordType::chain, 0,
                                                              [&](ChainRecord& record, char*) {
                                                                record.outer = outer;
                                                                record.lock = lock;
                                                                record.stack = stack;
                                                                record.mode = mode;
                                                              });
  // A second thread may have met the same chain just now. Either record will do; all go on with the first entered.
  return exchange_if(slot->chain, known, fresh) ? fresh : known;
}

uint32_t record_use(ThreadSlot& slot, ChainSlot& shared, ChainRef chain) {
  const uint32_t before = std::atomic_ref(shared.uses).fetch_add(1, std::memory_order_relaxed);
  if (before >= format::kMaxUsesPerChain) {
    recorder().at<ChainRecord>(chain).more_uses = 1;
    return 0;
  }
  const auto use = recorder().append<ChainRef, format::UseRecord>(format::RecordType::use, 0,
                                                                  [&](format::UseRecord& record, char*) {
                                                                    record.chain = chain;
                                                                    record.thread = slot.thread;
                                                                    record.first_segment = slot.segment;
                                                                    record.last_segment = slot.segment;
                                                                  });
  return static_cast<uint32_t>(use);
}

}  // namespace

KnownChain* record_chain(ThreadSlot& slot, uint64_t hash, format::LockRef lock, CallSite site, AcquireMode mode) {
  Unwound now;
  unwind(site.frame, now);
  ChainRef outer = ChainRef::none;
  ChainSlot* shared = nullptr;
  for (uint32_t i = 0; i < slot.depth; ++i) {
    HeldEntry& held = context.held[i];
    const HeldPrivate& own = private_of(held);
    const auto held_lock = static_cast<format::LockRef>(static_cast<uint32_t>(held.tag));
    outer = chain_node(own.chain_hash, outer, held_lock, held.mode, [&] {
      return own.path != nullptr ? stack_of_held(*own.path, own.frame, now) : format::StackRef::none;
    }, shared);
    if (outer == ChainRef::none) return remember(slot, hash, ChainRef::none);
  }
  const ChainRef chain = chain_node(hash, outer, lock, mode, [&] { return record_stack(now); }, shared);
  KnownChain* known = remember(slot, hash, chain);
  if (chain != ChainRef::none) {
    known->use = record_use(slot, *shared, chain);
    note_name(slot);
  }
  return known;
}

void extend_use(ThreadSlot& slot, KnownChain& known) {
  known.segment = slot.segment;
  if (known.use != 0) store(recorder().at<format::UseRecord>(static_cast<ChainRef>(known.use)).last_segment, slot.segment);
}

}  // namespace gordian::hook
