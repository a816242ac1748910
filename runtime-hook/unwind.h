// SPDX-License-Identifier: Apache-2.0
//
// The current call stack, by libgcc's unwinder (which on glibc >= 2.35 takes no loader lock), and its
// recording.
#ifndef GORDIAN_RUNTIME_HOOK_UNWIND_H
#define GORDIAN_RUNTIME_HOOK_UNWIND_H

#include <cstddef>
#include <cstdint>

#include "core/format/trace_format.h"

namespace gordian::hook {

struct Frame {
  uint64_t return_address;
  int64_t distance;  // of the stack slot holding return_address from the innermost frame address
};

struct Unwound {
  static constexpr uint32_t kMaxFrames = 64;
  Frame frames[kMaxFrames];
  uint32_t count = 0;
  bool truncated = false;
  uint64_t frame_address = 0;  // distances count from here
};

// Unwinds from the caller of the hook whose frame address (CFA) is `frame_address`; frames inside the hook
// library are left out. About 2 microseconds for 20 frames, so no more than `most` of them, and no more than
// kInterpreterFrames of an interpreter's own: those are the same functions again for each call of the script,
// whose frames stand for them (script_stack.h).
inline constexpr uint32_t kInterpreterFrames = 16;
void unwind(uint64_t frame_address, Unwound& into, uint32_t most = Unwound::kMaxFrames);

// Writes a stack to the trace, or finds the equal one written before.
format::StackRef record_stack(const uint64_t* return_addresses, uint32_t count, uint32_t proven,
                              bool truncated);

bool create_stack_table();
void clear_stack_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_UNWIND_H
