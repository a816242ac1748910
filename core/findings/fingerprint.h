// SPDX-License-Identifier: Apache-2.0
//
// A finding's identity across runs, machines, address layouts and unrelated edits.
//
// It is made of names only: of the rule, of lock classes and of functions. What else a name may carry is left
// out: directories, line numbers, addresses. Hash: FNV-1a, 64 bits (Fowler, Noll, Vo).
#ifndef GORDIAN_CORE_FINDINGS_FINGERPRINT_H
#define GORDIAN_CORE_FINDINGS_FINGERPRINT_H

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gordian {

// One edge of a cycle as far as it identifies the cause. The functions are those of the user frames.
struct EdgeIdentity {
  std::string held_class;
  std::string wanted_class;
  std::string held_function;
  std::string wanted_function;
  friend auto operator<=>(const EdgeIdentity&, const EdgeIdentity&) = default;
};

// Where to start so that the cycle sorts first of all its rotations: independent of where it was entered.
// O(n) for a cycle whose edges differ, O(n * n) at worst.
size_t smallest_rotation(const std::vector<EdgeIdentity>& cycle);

// 16 hexadecimal digits.
std::string fingerprint(std::string_view rule, std::vector<EdgeIdentity> cycle);

// Of a cause that no cycle identifies: names, in an order that is the same each time.
std::string fingerprint(std::string_view rule, const std::vector<std::string>& names);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_FINGERPRINT_H
