// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/record_chain.h"

#include "runtime-hook/lock_identity.h"
#include "runtime-hook/options.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

using format::ChainRecord;
using format::ChainRef;

// Finds or writes the node of a chain in the chain tree. Null: there is no room. `fresh` says whether this
// call wrote it.
template <typename StackOf>
ChainSlot* chain_node(uint64_t hash, ChainRef outer, const HeldEntry& held, StackOf stack_of, bool& fresh) {
  fresh = false;
  ChainSlot* const slot = find_chain(hash);
  if (slot == nullptr) {
    recorder().drop(format::Dropped::chain_table);
    return nullptr;
  }
  ChainRef known = load(slot->chain, std::memory_order_acquire);
  if (known != ChainRef::none) return slot;
  const format::StackRef stack = stack_of();
  const auto written =
      recorder().append<ChainRef, ChainRecord>(format::RecordType::chain, 0, [&](ChainRecord& record, char*) {
        record.outer = outer;
        record.lock = held.id;
        record.stack = stack;
        record.mode = held.mode;
        record.shared = held.shared & format::kReadLock;
      });
  // A second thread may have met the same chain just now. Either record will do; all go on with the first
  // entered.
  fresh = exchange_if(slot->chain, known, written) && written != ChainRef::none;
  return fresh || known != ChainRef::none ? slot : nullptr;
}

format::UseRecord& at(format::UseRef use) {
  return recorder().at<format::UseRecord>(use);
}

// The use record of this thread: the one it wrote before its cache was emptied, if the thread comes back at
// once or has come back too often; else a new one.
format::UseRef use_of(ThreadSlot& slot, ChainSlot& shared, ChainRef chain) {
  format::UseRef last = load(shared.last_use, std::memory_order_acquire);
  uint32_t threads = 0;
  uint32_t range = 0;
  for (auto use = last; use != format::UseRef::none; use = at(use).previous) {
    if (at(use).range == 0) ++threads;
    if (at(use).thread != slot.thread || range != 0) continue;
    range = at(use).range + 1;
    if (slot.segment <= at(use).last_segment + 1 || range == format::kMaxRangesPerUse) return use;
  }
  if (range == 0 && threads >= format::kMaxUsesPerChain) {
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
        record.range = range;
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

// Writes the use of `chain`, known to this thread under `hash` from now on.
KnownChain* begin_use(ThreadSlot& slot, uint64_t hash, ChainSlot& chain) {
  const ChainRef record = load(chain.chain, std::memory_order_acquire);
  KnownChain* known = remember(slot, hash, record);
  const auto use = use_of(slot, chain, record);
  if (use != format::UseRef::none) store(at(use).last_segment, slot.segment);
  note_name(slot);
  return known;
}

// The node of the chain, all that it stands in first; null when there is no room.
ChainSlot* write_chain(ThreadSlot& slot, uint64_t chain, HeldEntry& wanted, CallSite site, bool& fresh) {
  CurrentStack now(site);
  ChainRef outer = ChainRef::none;
  uint64_t hash = outermost(Hashed::chain);
  for (HeldEntry* held = bottom_of(slot); held < top_of(slot); ++held) {
    if (is_of_pool(*held)) continue;
    const HeldPrivate& own = private_of(*held);
    hash = extend(hash, held->id, *own.path, how_of(*held));
    const ChainSlot* node = chain_node(
        hash, outer, *held, [&] { return stack_of_held(*own.path, own.frame, now.get()); }, fresh);
    if (node == nullptr) return nullptr;
    outer = load(node->chain, std::memory_order_acquire);
  }
  return chain_node(
      chain, outer, wanted, [&] { return stack_of_now(*private_of(wanted).path, now.get()); }, fresh);
}

}  // namespace

KnownChain* record_chain(ThreadSlot& slot, uint64_t kind, uint64_t chain, HeldEntry& wanted, CallSite site) {
  KindSlot* const of_kind = find_kind(kind);
  if (of_kind == nullptr) recorder().drop(format::Dropped::chain_table);
  ChainSlot* const summary = of_kind != nullptr ? load(of_kind->summary, std::memory_order_acquire) : nullptr;
  if (summary != nullptr) return begin_use(slot, kind, *summary);

  bool fresh = false;
  ChainSlot* const node = write_chain(slot, chain, wanted, site, fresh);
  if (node == nullptr) return remember(slot, chain, ChainRef::none);
  if (fresh && of_kind != nullptr &&
      std::atomic_ref(of_kind->chains).fetch_add(1, std::memory_order_relaxed) + 1 == options.chain_budget) {
    store(recorder().at<ChainRecord>(load(node->chain)).summary, uint8_t{1});
    store(of_kind->summary, node, std::memory_order_release);
    store(summaries_exist, true);
    return begin_use(slot, kind, *node);
  }
  return begin_use(slot, chain, *node);
}

}  // namespace gordian::hook
