// SPDX-License-Identifier: Apache-2.0
#include "core/findings/contention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "core/findings/describe.h"
#include "core/format/durations.h"

namespace gordian {
namespace {

// Locks may be of one class by name and of several by where they were made.
struct Sum {
  const Contention* first = nullptr;
  Durations waits;
  Durations holds;
  uint64_t held_ns = 0;  // by all acquisitions, as far as the samples tell
};

// The middle of the bucket in which that part of the durations ends.
uint64_t percentile(const ContentionTimes& times, uint64_t percent) {
  uint64_t all = 0;
  for (const uint64_t count : times.buckets) all += count;
  const uint64_t rank = (all * percent + 99) / 100;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < times.buckets.size(); ++i) {
    seen += times.buckets[i];
    if (seen < rank || seen == 0) continue;
    return std::min((format::floor_of(i) + format::floor_of(i + 1)) / 2, times.max_ns);
  }
  return 0;
}

void find_percentiles(ContentionTimes& times) {
  times.p50_ns = percentile(times, 50);
  times.p99_ns = percentile(times, 99);
}

void add_buckets(std::vector<uint64_t>& sum, const std::vector<uint64_t>& part) {
  sum.resize(std::max(sum.size(), part.size()));
  for (size_t i = 0; i < part.size(); ++i) sum[i] += part[i];
}

void add(Durations& sum, const Durations& part) {
  if (part.max_ns > sum.max_ns || sum.longest_at == kNoStack) sum.longest_at = part.longest_at;
  sum.count += part.count;
  sum.total_ns += part.total_ns;
  sum.max_ns = std::max(sum.max_ns, part.max_ns);
  add_buckets(sum.buckets, part.buckets);
}

ContentionTimes times(const Durations& durations, const Program& program, Symbolizer& symbolizer) {
  ContentionTimes result;
  result.count = durations.count;
  result.total_ns = durations.total_ns;
  result.max_ns = durations.max_ns;
  result.buckets = durations.buckets;
  find_percentiles(result);
  if (durations.longest_at != kNoStack) {
    result.longest_at = location(finding_stack(durations.longest_at, program, symbolizer));
  }
  return result;
}

auto place_of(const ContentionTimes& times) {
  return std::tie(times.longest_at.file, times.longest_at.line, times.longest_at.function);
}

void merge(ContentionTimes& into, const ContentionTimes& other) {
  const bool longer =
      other.max_ns > into.max_ns || (other.max_ns == into.max_ns && place_of(other) < place_of(into));
  if (longer) into.longest_at = other.longest_at;
  into.count += other.count;
  into.total_ns += other.total_ns;
  into.max_ns = std::max(into.max_ns, other.max_ns);
  add_buckets(into.buckets, other.buckets);
  find_percentiles(into);
}

}  // namespace

void merge(ContentionRow& into, const ContentionRow& other) {
  into.processes += other.processes;
  into.process = fmt::format("{} ({} processes)", into.executable, into.processes);
  if (other.lock.name < into.lock.name) into.lock = other.lock;
  merge(into.waits, other.waits);
  merge(into.holds, other.holds);
  into.held_ns += other.held_ns;
  into.run_ns += other.run_ns;
}

void sort(std::vector<ContentionRow>& rows) {
  std::ranges::stable_sort(rows, [](const ContentionRow& a, const ContentionRow& b) {
    return std::tuple(a.waits.total_ns, a.held_ns) > std::tuple(b.waits.total_ns, b.held_ns);
  });
}

void add_measured_locks(Program& program) {
  for (Contention& part : program.contention) {
    if (part.lock != kNoLock) continue;
    Lock lock;
    lock.process = part.process;
    lock.address = part.address;
    lock.kind = part.kind;
    lock.seen = part.taken != kNoStack ? program.stacks[part.taken].seen : 0;
    lock.first_taken = part.taken;
    part.lock = program.locks.add(std::move(lock));
    program.graph.add_lock();
  }
}

std::vector<ContentionRow> contention(const Program& program, Symbolizer& symbolizer) {
  std::map<std::pair<ProcessId, std::string>, Sum> sums;
  for (const Contention& part : program.contention) {
    if (program.graph.vertex(part.lock) == LockGraph::Vertex::signal) continue;
    Sum& sum = sums[{part.process, program.locks[part.lock].class_name}];
    if (sum.first == nullptr) sum.first = &part;
    add(sum.waits, part.waits);
    add(sum.holds, part.holds);
    sum.held_ns += part.holds.total_ns * part.sampled_one_in;
  }
  std::vector<ContentionRow> rows;
  for (const auto& [key, sum] : sums) {
    ContentionRow row;
    row.process = process_name(program.processes[sum.first->process]);
    row.executable = program.processes[sum.first->process].executable;
    row.lock = finding_lock(program.locks[sum.first->lock]);
    row.waits = times(sum.waits, program, symbolizer);
    row.holds = times(sum.holds, program, symbolizer);
    row.held_ns = sum.held_ns;
    row.run_ns = program.processes[sum.first->process].run_ns;
    rows.push_back(std::move(row));
  }
  sort(rows);
  return rows;
}

}  // namespace gordian
