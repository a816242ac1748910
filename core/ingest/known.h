// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_INGEST_KNOWN_H
#define GORDIAN_CORE_INGEST_KNOWN_H

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/format/trace_format.h"

namespace gordian {

// Ids by record reference. A reference to no known record gives nothing.
template <typename Ref, typename Id>
class Known {
 public:
  void add(uint64_t offset, Id id) { ids_.emplace(offset, id); }
  std::optional<Id> find(Ref ref) const {
    const auto found = ids_.find(uint64_t{static_cast<uint32_t>(ref)} * format::kRecordAlignment);
    return found != ids_.end() ? std::optional(found->second) : std::nullopt;
  }

 private:
  std::unordered_map<uint64_t, Id> ids_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_KNOWN_H
