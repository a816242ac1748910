// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_INGEST_KNOWN_H
#define GORDIAN_CORE_INGEST_KNOWN_H

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/format/trace_format.h"

namespace gordian {

// Ids by record reference. A reference to no known record gives nothing.
//
// Records come in the order of the file, so it is a sorted list, 8 bytes a record, with an entry for each
// page of the file that says where the list goes on: to find a record is to look through those of one page.
template <typename Ref, typename Id>
class Known {
 public:
  // Behind all that were added before.
  void add(uint64_t offset, Id id) {
    while (pages_.size() <= offset / kPage) pages_.push_back(static_cast<uint32_t>(known_.size()));
    known_.push_back({static_cast<Ref>(offset / format::kRecordAlignment), id});
  }
  std::optional<Id> find(Ref ref) const {
    const uint64_t page = static_cast<uint32_t>(ref) / (kPage / format::kRecordAlignment);
    if (page >= pages_.size()) return std::nullopt;
    const auto begin = known_.begin() + pages_[page];
    const auto end = page + 1 < pages_.size() ? known_.begin() + pages_[page + 1] : known_.end();
    const auto found = std::ranges::lower_bound(begin, end, ref, {}, &Entry::ref);
    return found != end && found->ref == ref ? std::optional(found->id) : std::nullopt;
  }

 private:
  static constexpr uint64_t kPage = 4096;
  struct Entry {
    Ref ref;
    Id id;
  };
  std::vector<Entry> known_;
  std::vector<uint32_t> pages_;  // of each page, the first in known_ that does not lie before it
};

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_KNOWN_H
