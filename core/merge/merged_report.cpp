// SPDX-License-Identifier: Apache-2.0
#include "core/merge/merged_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <tuple>

#include "core/findings/analysis.h"
#include "core/findings/contention.h"
#include "core/findings/describe.h"
#include "core/findings/rules/lock_order_cycle.h"

namespace gordian {
namespace {

// That of the process which began first.
RunLabel label_of(const Program& program) {
  RunLabel label;
  const auto first = std::ranges::min_element(program.processes, {}, [](const Process& process) {
    return std::pair(process.started_ns, process.nonce);
  });
  if (first == program.processes.end()) return label;
  label.started_ns = first->started_ns;
  label.nonce = first->nonce;
  label.text = process_name(*first);
  if (first->started_ns != 0) {
    const auto seconds = static_cast<std::time_t>(first->started_ns / 1'000'000'000);
    label.text += fmt::format(", started {:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(seconds));
  }
  return label;
}

// Less: shown rather than the other.
auto rank(const Finding& finding, const RunLabel& run) {
  return std::tuple(-static_cast<int>(finding.severity), finding.tier, std::tie(run.started_ns, run.nonce));
}

}  // namespace

void MergedReport::add(Program& program, SymbolFiles& files) {
  Symbolizer symbolizer(program, files);
  const Report report = analyse(program, symbolizer);
  const RunLabel run = label_of(program);
  ++runs_;
  complete_ &= program.losses.empty() && program.warnings.empty();
  if (expected_ == Runs::many) orders_.add(program, run);
  for (const Finding& finding : report.findings) add(findings_, finding, run);
  for (const Finding& finding : report.hidden) add(findings_, finding, run);
  for (const ContentionRow& row : report.contention) add(row);
  warnings_.insert(report.warnings.begin(), report.warnings.end());
  add(report.stats);
  if (fold_) {
    const ClassGraph graph = class_graph(program, symbolizer, report, *fold_);
    graph_ = runs_ == 1 ? graph : gordian::merge(graph_, graph);
  }
}

void MergedReport::merge(const MergedReport& other) {
  if (other.fold_) graph_ = runs_ == 0 ? other.graph_ : gordian::merge(graph_, other.graph_);
  runs_ += other.runs_;
  complete_ &= other.complete_;
  orders_.merge(other.orders_);
  for (const auto& [cause, entry] : other.findings_) add(findings_, cause, entry);
  for (const auto& [key, row] : other.contention_) add(row);
  warnings_.insert(other.warnings_.begin(), other.warnings_.end());
  add(other.stats_);
}

void MergedReport::add(Findings& findings, const Finding& finding, const RunLabel& run) {
  Entry entry{finding, run, finding.count, finding.total_ns, finding.max_ns, finding.more_instances, {}};
  for (const FindingEdge& edge : finding.edges) entry.edge_counts.push_back(edge.count);
  add(findings, {finding.rule, finding.fingerprint}, entry);
}

void MergedReport::add(Findings& findings, const Findings::key_type& cause, const Entry& entry) {
  const auto [at, is_new] = findings.try_emplace(cause, entry);
  if (is_new) return;
  Entry& known = at->second;
  if (rank(entry.worst, entry.run) < rank(known.worst, known.run)) {
    known.worst = entry.worst;
    known.run = entry.run;
  }
  known.count += entry.count;
  known.more_instances |= entry.more_instances;
  known.total_ns += entry.total_ns;
  known.max_ns = std::max(known.max_ns, entry.max_ns);
  known.edge_counts.resize(std::max(known.edge_counts.size(), entry.edge_counts.size()));
  for (size_t i = 0; i < entry.edge_counts.size(); ++i) known.edge_counts[i] += entry.edge_counts[i];
}

void MergedReport::add(const ContentionRow& row) {
  const auto [known, is_new] = contention_.try_emplace({row.executable, row.lock.class_name}, row);
  if (!is_new) gordian::merge(known->second, row);
}

void MergedReport::add(const Stats& stats) {
  stats_.processes += stats.processes;
  stats_.threads += stats.threads;
  stats_.locks += stats.locks;
  stats_.acquisitions += stats.acquisitions;
  stats_.edges += stats.edges;
  stats_.summarised += stats.summarised;
  stats_.dropped += stats.dropped;
}

// Cycles whose edges no single run has.
std::vector<Finding> MergedReport::across_runs(SymbolFiles& files) const {
  std::vector<Finding> findings;
  if (runs_ < 2) return findings;
  const Program program = orders_.program();
  Symbolizer symbolizer(program, files);
  Context context{symbolizer, findings};
  rules::lock_order_cycle.run(program, context);
  return findings;
}

Report MergedReport::report(SymbolFiles& files, std::vector<Finding> seen) const {
  Findings all = findings_;
  for (const Finding& finding : across_runs(files)) add(all, finding, {});
  std::vector<Finding> findings;
  for (auto& [cause, entry] : all) {
    Finding& finding = findings.emplace_back(std::move(entry.worst));
    finding.count = entry.count;
    finding.more_instances = entry.more_instances;
    finding.total_ns = entry.total_ns;
    finding.max_ns = entry.max_ns;
    for (size_t i = 0; i < finding.edges.size(); ++i) finding.edges[i].count = entry.edge_counts[i];
  }
  Report report = report_of(std::move(findings), std::move(seen));
  for (const auto& [key, row] : contention_) report.contention.push_back(row);
  sort(report.contention);
  report.warnings.assign(warnings_.begin(), warnings_.end());
  report.stats = stats_;
  return report;
}

ClassGraph MergedReport::graph(const Report& report) const {
  ClassGraph graph = graph_;
  if (runs_ > 1 && graph.fold == Fold::classes) mark_cycles(graph, report.findings);
  return graph;
}

}  // namespace gordian
