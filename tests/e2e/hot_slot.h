// SPDX-License-Identifier: Apache-2.0
//
// For programs that read their own hot file, as others may.
#ifndef GORDIAN_TESTS_E2E_HOT_SLOT_H
#define GORDIAN_TESTS_E2E_HOT_SLOT_H

#include "tests/e2e/support.h"

#include <fstream>
#include <sstream>
#include <string>

#include "core/format/trace_format.h"

using gordian::format::ThreadSlot;

// Null when this program runs unwatched.
inline const ThreadSlot* slot_of(pid_t thread) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(".hot") == std::string::npos) continue;
    std::istringstream fields(line);
    uint64_t begin = 0;
    fields >> std::hex >> begin;
    const auto* head = reinterpret_cast<const gordian::format::HotHeader*>(begin);
    for (uint64_t at = head->slot_size; at < head->slots_end; at += head->slot_size) {
      const auto* slot = reinterpret_cast<const ThreadSlot*>(begin + at);
      if (slot->tid == static_cast<uint32_t>(thread)) return slot;
    }
  }
  const char* preload = getenv("LD_PRELOAD");
  CHECK(preload == nullptr || strstr(preload, "libgordian") == nullptr);
  return nullptr;
}

#endif  // GORDIAN_TESTS_E2E_HOT_SLOT_H
