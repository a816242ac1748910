// SPDX-License-Identifier: Apache-2.0
//
// The hash by which facts of different runs are known to be the same. FNV-1a, 64 bits (Fowler, Noll, Vo): the
// same on every machine.
#ifndef GORDIAN_CORE_MERGE_FACT_HASH_H
#define GORDIAN_CORE_MERGE_FACT_HASH_H

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/merge/merged_orders.h"

namespace gordian {

class FactHash {
 public:
  FactHash& add(uint64_t number) {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<uint8_t>(number >> (8 * i)));
    return *this;
  }
  FactHash& add(FactKey key) { return add(static_cast<uint64_t>(key)); }
  FactHash& add(std::string_view text) {
    add(uint64_t{text.size()});
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    return *this;
  }
  FactKey key() const { return static_cast<FactKey>(value_ | 1); }

 private:
  void add_byte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_MERGE_FACT_HASH_H
