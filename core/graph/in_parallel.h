// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_GRAPH_IN_PARALLEL_H
#define GORDIAN_CORE_GRAPH_IN_PARALLEL_H

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace gordian {

// Calls `work(begin, end)` for consecutive parts of 0..count, each in a thread of its own if there is so much
// to do that it pays: about `grain` each at least. Returns what it returned, in the order of the parts. How
// many parts there are depends on the machine: what is made of them all must not.
template <typename Work>
auto in_parallel(size_t count, size_t grain, Work work) {
  const size_t processors = std::max<size_t>(std::thread::hardware_concurrency(), 1);
  const size_t parts = std::clamp<size_t>(count / grain, 1, processors);
  // Where the system has no thread left, they are done here, one after the other.
  constexpr auto kIfPossible = std::launch::async | std::launch::deferred;
  std::vector<std::future<decltype(work(count, count))>> others;
  for (size_t part = 1; part < parts; ++part) {
    others.push_back(std::async(kIfPossible, work, count * part / parts, count * (part + 1) / parts));
  }
  std::vector<decltype(work(count, count))> results;
  results.push_back(work(size_t{0}, count / parts));
  for (auto& other : others) results.push_back(other.get());
  return results;
}

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_IN_PARALLEL_H
