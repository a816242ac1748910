// SPDX-License-Identifier: Apache-2.0
//
// EventRecord::detail of EventKind::blocking_call: which call, and what it waited for. Two kinds of event
// come of one call. The first counts the calls, each before it is made, so that one that never returns is
// counted too: it waited for nothing that is known. The second counts those of them that put their thread to
// sleep, with how long they took; its text is what the descriptor stood for, the first time.
#ifndef GORDIAN_CORE_FORMAT_BLOCKING_CALL_H
#define GORDIAN_CORE_FORMAT_BLOCKING_CALL_H

#include <cstdint>

namespace gordian::format {

enum class BlockingCall : uint8_t {
  unknown,
#define GORDIAN_BLOCKING_CALL(name, waits_for) name,
#include "core/format/blocking_calls.def"
#undef GORDIAN_BLOCKING_CALL
  count_  // one above the last
};

enum class WaitsFor : uint8_t {
  nothing,     // it did not wait, or it is not known yet
  descriptor,  // not in traces: depends on the descriptor
  disk,
  network,
  pipe,
  console,
  sleep,
  process,
  poll,
  count_  // one above the last
};

inline constexpr uint16_t detail_of(BlockingCall call, WaitsFor what) {
  return static_cast<uint16_t>(static_cast<unsigned>(what) << 8 | static_cast<unsigned>(call));
}
// Of a newer writer's trace: `unknown` and `nothing`.
inline constexpr BlockingCall call_in(uint16_t detail) {
  const auto call = static_cast<BlockingCall>(detail & 0xff);
  return call < BlockingCall::count_ ? call : BlockingCall::unknown;
}
inline constexpr WaitsFor waits_for_in(uint16_t detail) {
  const auto what = static_cast<WaitsFor>(detail >> 8);
  return what < WaitsFor::count_ ? what : WaitsFor::nothing;
}

// By name, before it is known what the descriptor stands for.
inline constexpr WaitsFor waits_for(BlockingCall call) {
  constexpr WaitsFor kAll[] = {
      WaitsFor::nothing,
#define GORDIAN_BLOCKING_CALL(name, waits_for) WaitsFor::waits_for,
#include "core/format/blocking_calls.def"
#undef GORDIAN_BLOCKING_CALL
  };
  return kAll[static_cast<uint8_t>(call)];
}

inline constexpr const char* name(BlockingCall call) {
  constexpr const char* kAll[] = {
      "a call",
#define GORDIAN_BLOCKING_CALL(name, waits_for) #name "()",
#include "core/format/blocking_calls.def"
#undef GORDIAN_BLOCKING_CALL
  };
  return kAll[static_cast<uint8_t>(call)];
}

}  // namespace gordian::format

#endif  // GORDIAN_CORE_FORMAT_BLOCKING_CALL_H
