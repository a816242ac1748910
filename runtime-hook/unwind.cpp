// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/unwind.h"

#include <string.h>
#include <unwind.h>

#include "runtime-hook/modules.h"
#include "runtime-hook/python_frames.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

namespace {

struct KnownStack {
  uint64_t hash;  // 0: free
  format::StackRef ref;
};
Table<KnownStack, &KnownStack::hash, 18> known_stacks;

struct Walk {
  Unwound& into;
  uint32_t most;
  uint32_t of_interpreter = 0;
};

// In the callback for a frame, the context's pc is a return address and its CFA the stack pointer just after
// that return: the return address lies in the word below.
_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  Unwound& into = walk.into;
  const uint64_t above = _Unwind_GetCFA(context);
  if (into.count == 0 && above < into.frame_address) return _URC_NO_REASON;  // still inside the hook
  const uint64_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_END_OF_STACK;
  if (python::is_interpreter(pc)) ++walk.of_interpreter;
  if (into.count == walk.most || walk.of_interpreter > kInterpreterFrames) {
    into.truncated = true;
    return _URC_END_OF_STACK;
  }
  into.frames[into.count++] = {pc, static_cast<int64_t>(above - sizeof(uint64_t) - into.frame_address)};
  return _URC_NO_REASON;
}

}  // namespace

void unwind(uint64_t frame_address, Unwound& into, uint32_t most) {
  into.count = 0;
  into.truncated = false;
  into.frame_address = frame_address;
  Walk walk{into, most};
  _Unwind_Backtrace(note_frame, &walk);
}

format::StackRef record_stack(const uint64_t* return_addresses, uint32_t count, uint32_t proven,
                              bool truncated) {
  uint64_t hash = uint64_t{proven} << 1 | (truncated ? 1 : 0);
  for (uint32_t i = 0; i < count; ++i) hash = mix(hash, return_addresses[i]);
  if (hash == 0) hash = 1;
  KnownStack* const slot = known_stacks.find_or_add(hash);
  if (slot == nullptr) recorder().drop(format::Dropped::stack_table);
  if (const auto known =
          slot != nullptr ? load(slot->ref, std::memory_order_acquire) : format::StackRef::none;
      known != format::StackRef::none) {
    return known;
  }
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
  return known_stacks.create();
}

void clear_stack_table() {
  known_stacks.clear();
}

}  // namespace gordian::hook
