// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/unwind.h"

#include <string.h>
#include <unwind.h>

#include "runtime-hook/modules.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

constexpr size_t kStackSlots = 1 << 18;

struct KnownStack {
  uint64_t hash;  // 0: free
  format::StackRef ref;
};
KnownStack* known_stacks;

// In the callback for a frame, the context's pc is a return address and its CFA the stack pointer just after
// that return: the return address lies in the word below.
_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* argument) {
  auto& into = *static_cast<Unwound*>(argument);
  const uint64_t above = _Unwind_GetCFA(context);
  if (into.count == 0 && above < into.frame_address) return _URC_NO_REASON;  // still inside the hook
  const uint64_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_END_OF_STACK;
  if (into.count == Unwound::kMaxFrames) {
    into.truncated = true;
    return _URC_END_OF_STACK;
  }
  into.frames[into.count++] = {pc, static_cast<int64_t>(above - sizeof(uint64_t) - into.frame_address)};
  return _URC_NO_REASON;
}

}  // namespace

void unwind(uint64_t frame_address, Unwound& into) {
  into.count = 0;
  into.truncated = false;
  into.frame_address = frame_address;
  _Unwind_Backtrace(note_frame, &into);
}

format::StackRef record_stack(const uint64_t* return_addresses, uint32_t count, uint32_t proven,
                              bool truncated) {
  uint64_t hash = uint64_t{proven} << 1 | (truncated ? 1 : 0);
  for (uint32_t i = 0; i < count; ++i) hash = mix(hash, return_addresses[i]);
  if (hash == 0) hash = 1;
  KnownStack* slot = nullptr;
  for (size_t probe = 0; probe < 64; ++probe) {
    KnownStack& candidate = known_stacks[(hash + probe) & (kStackSlots - 1)];
    uint64_t found = load(candidate.hash, std::memory_order_acquire);
    if (found == 0 && exchange_if(candidate.hash, found, hash)) found = hash;
    if (found != hash) continue;
    const auto ref = load(candidate.ref, std::memory_order_acquire);
    if (ref != format::StackRef::none) return ref;
    slot = &candidate;
    break;
  }
  if (slot == nullptr) recorder().drop(format::Dropped::stack_table);
  for (uint32_t i = 0; i < count; ++i) {
    if (!format::is_script_frame(return_addresses[i])) note_module_of(return_addresses[i]);
  }
  const auto ref = recorder().append<format::StackRef, format::StackRecord>(
      format::RecordType::stack, count * sizeof(uint64_t), [&](format::StackRecord& record, char* behind) {
        record.count = count;
        record.proven = static_cast<uint16_t>(proven);
        record.truncated = truncated ? 1 : 0;
        record.hash = hash;
        memcpy(behind, return_addresses, count * sizeof(uint64_t));
      });
  if (slot != nullptr) store(slot->ref, ref, std::memory_order_release);
  return ref;
}

bool create_stack_table() {
  known_stacks = map_zeroed<KnownStack>(kStackSlots);
  return known_stacks != nullptr;
}

void clear_stack_table() {
  madvise(known_stacks, kStackSlots * sizeof(KnownStack), MADV_DONTNEED);
}

}  // namespace gordian::hook
