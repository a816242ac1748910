// SPDX-License-Identifier: Apache-2.0
//
// What many runs showed, as one report. Each run is analysed for itself and then folded in and forgotten, so
// that memory grows with the number of distinct findings, classes and stacks, not with that of traces.
//
// Findings of one fingerprint are one, with the sum of their counts; the worst of them is shown, and of equal
// ones that of the earliest run. What no run shows alone comes from MergedOrders. All of it is sums, unions
// and minima, so the order of runs and their grouping make no difference.
#ifndef GORDIAN_CORE_MERGE_MERGED_REPORT_H
#define GORDIAN_CORE_MERGE_MERGED_REPORT_H

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/findings/class_graph.h"
#include "core/findings/finding.h"
#include "core/merge/merged_orders.h"

namespace gordian {

class MergedReport {
 public:
  // one: no second one will be added, nor this one merged, so that what lies across runs need not be kept.
  enum class Runs : uint8_t { one, many };
  // `graph`: the class graph is wanted, so folded.
  explicit MergedReport(std::optional<Fold> graph = std::nullopt, Runs runs = Runs::many)
      : fold_(graph), expected_(runs) {}

  // One run, or several that share locks. Each only once.
  void add(Program& program, SymbolFiles& files);
  void add_warning(std::string warning) { warnings_.insert(std::move(warning)); }
  void merge(const MergedReport& other);

  // `seen`: findings made while the programs ran, for what the analysis does not find again.
  Report report(SymbolFiles& files, std::vector<Finding> seen = {}) const;
  // Its cycles are those of `report`. Empty if it was not wanted.
  ClassGraph graph(const Report& report) const;

  // Nothing was lost, and nothing was wrong with the traces.
  bool is_complete() const { return complete_; }

 private:
  struct Entry {
    Finding worst;
    RunLabel run;  // its
    uint64_t count = 0;
    uint64_t total_ns = 0;
    uint64_t max_ns = 0;
    bool more_instances = false;
    std::vector<uint64_t> edge_counts;
  };

  using Findings = std::map<std::pair<std::string, std::string>, Entry>;  // by rule and fingerprint

  static void add(Findings& findings, const Finding& finding, const RunLabel& run);
  static void add(Findings& findings, const Findings::key_type& cause, const Entry& entry);
  std::vector<Finding> across_runs(SymbolFiles& files) const;
  void add(const ContentionRow& row);
  void add(const Stats& stats);

  std::optional<Fold> fold_;
  Runs expected_;
  uint64_t runs_ = 0;
  bool complete_ = true;
  MergedOrders orders_;
  std::map<std::pair<std::string, std::string>, Entry> findings_;            // by rule and fingerprint
  std::map<std::pair<std::string, std::string>, ContentionRow> contention_;  // by executable and class
  std::set<std::string> warnings_;
  Stats stats_;
  ClassGraph graph_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_MERGE_MERGED_REPORT_H
