// SPDX-License-Identifier: Apache-2.0
//
// The order in which a program is meant to take its locks, as its authors have written it down:
//
//   # Whoever holds the cache may go to disk, not the other way round.
//   config_lock < cache_lock < disk_lock
//   accounts[].mutex < log_lock
//
// A line is a chain: each class of locks in it may be held when those behind it are taken, and must not be
// taken while one of them is held. Chains add up, over any number of classes between; classes that no chain
// leads to from one another have no order. Names are Lock::class_name, parted by " < ".
//
// The idea is MySQL's LOCK_ORDER (its source code documentation, "Lock Order"): arcs between lock classes in
// a text file, checked against what runs, so that an inversion is found without its counterpart.
//
// Reading is O(arcs * arcs), a question O(arcs).
#ifndef GORDIAN_CORE_GRAPH_INTENDED_ORDER_H
#define GORDIAN_CORE_GRAPH_INTENDED_ORDER_H

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/user_file.h"

namespace gordian {

inline constexpr std::string_view kBefore = " < ";

class IntendedOrder {
 public:
  struct Arc {
    std::string before;
    std::string after;
    size_t line = 0;
  };

  // Says nothing of any lock.
  IntendedOrder() = default;

  // Throws BadUserFile when the file is malformed, contradicts itself, or orders nothing.
  explicit IntendedOrder(const UserFile& file);

  // The shortest chain of arcs that leads from one class to another; empty: they have no such order.
  std::vector<Arc> path(const std::string& before, const std::string& after) const;

  bool names(const std::string& lock_class) const { return after_.contains(lock_class); }
  const std::string& file() const { return file_; }  // empty: there is none

 private:
  void add(const UserFile& file, Arc arc);

  std::string file_;
  std::map<std::string, std::vector<Arc>, std::less<>>
      after_;  // by Arc::before; of the last of a chain: none
};

// "a < b (line 3) and b < c (line 5)"
std::string in_words(const std::vector<IntendedOrder::Arc>& path);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_INTENDED_ORDER_H
