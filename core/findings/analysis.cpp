// SPDX-License-Identifier: Apache-2.0
#include "core/findings/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/findings/contention.h"
#include "core/findings/describe.h"
#include "core/findings/rule.h"
#include "core/symbolize/lock_names.h"

namespace gordian {
namespace {

uint64_t rarest_edge(const Finding& finding) {
  const auto rarest = std::ranges::min_element(finding.edges, {}, &FindingEdge::count);
  return rarest == finding.edges.end() ? 0 : rarest->count;
}

// The fingerprint makes the order the same from run to run.
bool is_worse(const Finding& a, const Finding& b) {
  return std::tuple(b.severity, a.tier, b.total_ns, b.count, rarest_edge(b), a.fingerprint) <
         std::tuple(a.severity, b.tier, a.total_ns, a.count, rarest_edge(a), b.fingerprint);
}

Stats statistics(const Program& program) {
  Stats stats;
  stats.processes = program.processes.size();
  stats.threads = program.threads.size();
  stats.locks = program.locks.size();
  for (const Process& process : program.processes) stats.acquisitions += process.acquisitions;
  stats.edges = program.graph.edge_count();
  for (const Chain& chain : program.graph.chains()) stats.summarised += chain.summary ? chain.count : 0;
  for (const Loss& loss : program.losses) stats.dropped += loss.count;
  return stats;
}

std::vector<std::string> warnings(const Program& program, const Symbolizer& symbolizer) {
  std::vector<std::string> all = program.warnings;
  for (const Loss& loss : program.losses) {
    const std::string process = process_name(program.processes[loss.process]);
    all.push_back(fmt::format("{}: {} {}.", process, loss.count, loss.reason));
  }
  std::ranges::copy(symbolizer.warnings(), std::back_inserter(all));
  return all;
}

}  // namespace

Report analyse(Program& program, Symbolizer& symbolizer) {
  add_measured_locks(program);
  name_locks(program, symbolizer);
  std::vector<Finding> findings;
  Context context{symbolizer, findings};
  for (const Rule* rule : all_rules()) rule->run(program, context);
  std::ranges::sort(findings, is_worse);

  Report report;
  for (Finding& finding : findings) {
    (finding.severity == Severity::note ? report.hidden : report.findings).push_back(std::move(finding));
  }
  report.contention = contention(program, symbolizer);
  report.warnings = warnings(program, symbolizer);
  report.stats = statistics(program);
  return report;
}

}  // namespace gordian
