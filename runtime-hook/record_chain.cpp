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
  const auto fresh =
      recorder().append<ChainRef, ChainRecord>(format::RecordType::chain, 0, [&](ChainRecord& record, char*) {
        record.outer = outer;
        record.lock = lock;
        record.stack = stack;
        record.mode = mode;
      });
  // A second thread may have met the same chain just now. Either record will do; all go on with the first
  // entered.
  return exchange_if(slot->chain, known, fresh) ? fresh : known;
}

format::UseRecord& at(format::UseRef use) {
  return recorder().at<format::UseRecord>(use);
}

// The use record of this thread: the one it wrote before its cache was emptied, or a new one.
format::UseRef use_of(ThreadSlot& slot, ChainSlot& shared, ChainRef chain) {
  format::UseRef last = load(shared.last_use, std::memory_order_acquire);
  uint32_t uses = 0;
  for (auto use = last; use != format::UseRef::none; use = at(use).previous) {
    if (at(use).thread == slot.thread) return use;
    ++uses;
  }
  if (uses >= format::kMaxUsesPerChain) {
    recorder().at<ChainRecord>(chain).more_uses = 1;
    return format::UseRef::none;
  }
  const auto use = recorder().append<format::UseRef, format::UseRecord>(
      format::RecordType::use, 0, [&](format::UseRecord& record, char*) {
        record.chain = chain;
        record.thread = slot.thread;
        record.first_segment = slot.segment;
        record.last_segment = slot.segment;
        record.previous = last;
      });
  if (use == format::UseRef::none) return use;
  while (!exchange_if(shared.last_use, last, use)) at(use).previous = last;
  return use;
}

// The current stack, unwound when it is first asked for.
class CurrentStack {
 public:
  explicit CurrentStack(CallSite site) : site_(site) {}
  const Unwound& get() {
    if (!known_) unwind(site_.frame, stack_);
    known_ = true;
    return stack_;
  }

 private:
  CallSite site_;
  bool known_ = false;
  Unwound stack_;
};

}  // namespace

KnownChain* record_chain(ThreadSlot& slot, uint64_t hash, format::LockRef lock, CallSite site,
                         AcquireMode mode) {
  CurrentStack now(site);
  ChainRef outer = ChainRef::none;
  ChainSlot* shared = nullptr;
  for (HeldEntry* held = bottom_of(slot); held < top_of(slot); ++held) {
    const HeldPrivate& own = private_of(*held);
    outer = chain_node(
        own.chain_hash, outer, held->id, held->mode,
        [&] {
          return own.path != nullptr ? stack_of_held(*own.path, own.frame, now.get())
                                     : format::StackRef::none;
        },
        shared);
    if (outer == ChainRef::none) return remember(slot, hash, ChainRef::none);
  }
  const ChainRef chain = chain_node(
      hash, outer, lock, mode, [&] { return record_stack(now.get()); }, shared);
  KnownChain* known = remember(slot, hash, chain);
  if (chain != ChainRef::none) {
    const auto use = use_of(slot, *shared, chain);
    if (use != format::UseRef::none) store(at(use).last_segment, slot.segment);
    note_name(slot);
  }
  return known;
}

}  // namespace gordian::hook
