// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/trace_groups.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <ranges>
#include <tuple>
#include <utility>

#include "core/format/trace_reader.h"

namespace gordian {
namespace {

// Disjoint sets (Tarjan 1975), by position.
class Sets {
 public:
  explicit Sets(size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), size_t{0}); }
  size_t find(size_t at) {
    while (parents_[at] != at) at = parents_[at] = parents_[parents_[at]];
    return at;
  }
  void unite(size_t a, size_t b) { parents_[std::max(find(a), find(b))] = std::min(find(a), find(b)); }

 private:
  std::vector<size_t> parents_;
};

std::set<uint64_t> shared_keys_of(const std::filesystem::path& file) {
  std::set<uint64_t> keys;
  const TraceReader trace(file);
  trace.for_each<format::SharedLockRecord>([&](uint64_t, const auto& record) { keys.insert(record.key); });
  trace.for_each<format::LockRecord>([&](uint64_t, const format::LockRecord& record) {
    if (record.kind == format::LockKind::file_lock || record.kind == format::LockKind::system_v_semaphore)
      keys.insert(record.address);
  });
  return keys;
}

// Those that used one lock while another did. `heads` are in the order of their begin.
void unite_sharers(const std::vector<TraceHead>& heads, Sets& sets) {
  struct Last {
    size_t head;
    uint64_t ended_ns;
  };
  std::map<std::pair<uint64_t, uint64_t>, Last> last;  // the one that ended last so far, by boot and key
  for (size_t i = 0; i < heads.size(); ++i) {
    for (const uint64_t key : heads[i].shared_keys) {
      const auto [known, is_new] = last.try_emplace({heads[i].boot, key}, Last{i, heads[i].ended_ns});
      if (is_new) continue;
      if (heads[i].started_ns <= known->second.ended_ns) sets.unite(known->second.head, i);
      if (heads[i].ended_ns > known->second.ended_ns) known->second = {i, heads[i].ended_ns};
    }
  }
}

}  // namespace

TraceHead head_of(const std::filesystem::path& file) {
  std::vector<char> bytes(format::kHeaderSize);
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  // What cannot be opened, the reader has words for.
  if (!in.is_open() || in.bad()) static_cast<void>(TraceReader(file));
  bytes.resize(static_cast<size_t>(in.gcount()));
  const TraceReader trace(file.string(), std::move(bytes));
  const format::FileHeader& header = trace.header();
  TraceHead head;
  head.file = file;
  head.nonce = header.nonce;
  head.run = header.run;
  head.boot = header.boot;
  head.started_ns = header.start_realtime_ns;
  if (header.end_realtime_ns != 0) head.ended_ns = header.end_realtime_ns;
  head.size = header.tail;
  if (header.shared_locks != 0) head.shared_keys = shared_keys_of(file);
  return head;
}

std::vector<std::vector<TraceHead>> groups_of(std::vector<TraceHead> heads) {
  std::ranges::sort(heads, {}, [](const TraceHead& head) {
    return std::tuple(head.started_ns, head.nonce, UINT64_MAX - head.size, head.file);
  });
  std::set<uint64_t> known;
  std::erase_if(heads,
                [&](const TraceHead& head) { return head.nonce != 0 && !known.insert(head.nonce).second; });
  Sets sets(heads.size());
  std::map<uint64_t, size_t> first_of_run;
  for (size_t i = 0; i < heads.size(); ++i) {
    if (heads[i].run == 0) continue;
    sets.unite(first_of_run.try_emplace(heads[i].run, i).first->second, i);
  }
  unite_sharers(heads, sets);
  std::map<size_t, std::vector<TraceHead>> groups;
  for (size_t i = 0; i < heads.size(); ++i) groups[sets.find(i)].push_back(std::move(heads[i]));
  std::vector<std::vector<TraceHead>> result;
  for (auto& [first, group] : groups) result.push_back(std::move(group));
  return result;
}

}  // namespace gordian
