// SPDX-License-Identifier: Apache-2.0
#include "core/findings/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
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

// Threads and pairs of call sites that its weakest edge rests on.
std::pair<uint64_t, uint64_t> support(const Finding& finding) {
  std::pair<uint64_t, uint64_t> least;
  for (const FindingEdge& edge : finding.edges) {
    const std::pair of_edge(edge.threads, edge.sites);
    if (&edge == &finding.edges.front() || of_edge < least) least = of_edge;
  }
  return least;
}

// The fingerprint makes the order the same from run to run.
bool is_worse(const Finding& a, const Finding& b) {
  return std::tuple(b.severity, a.tier, b.total_ns, support(b), b.count, rarest_edge(b), a.fingerprint) <
         std::tuple(a.severity, b.tier, a.total_ns, support(a), a.count, rarest_edge(a), b.fingerprint);
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

// Of "./server (pid 4711)", or several of these, the first one's "./server".
std::string executable(const std::string& process) {
  return process.substr(0, process.find(" (pid "));
}

// A deadlock that happened makes the prediction of it superfluous, in whichever process of a program.
void drop_predicted(std::vector<Finding>& findings) {
  const auto locks_of = [](const Finding& finding) {
    std::set<std::string> names;
    for (const FindingLock& lock : finding.locks) names.insert(lock.name);
    return std::pair(executable(finding.process), std::move(names));
  };
  std::set<std::pair<std::string, std::set<std::string>>> happened;
  for (const Finding& finding : findings) {
    if (finding.tier == Tier::actual) happened.insert(locks_of(finding));
  }
  std::erase_if(findings, [&](const Finding& finding) {
    const bool is_predicted = finding.rule == "lock-order-cycle" || finding.rule == "same-class-nesting";
    return finding.tier != Tier::actual && is_predicted && happened.contains(locks_of(finding));
  });
}

}  // namespace

std::vector<Finding> analyse_states(Program& program, Symbolizer& symbolizer) {
  name_locks(program, symbolizer);
  std::vector<Finding> findings;
  Context context{symbolizer, findings};
  for (const Rule* rule : all_rules()) {
    if (rule->of_states) rule->run(program, context);
  }
  return findings;
}

Report report_of(std::vector<Finding> findings, std::vector<Finding> seen) {
  for (Finding& finding : seen) {
    const auto same = std::ranges::find_if(findings, [&](const Finding& other) {
      return other.rule == finding.rule && other.fingerprint == finding.fingerprint;
    });
    if (same == findings.end()) {
      findings.push_back(std::move(finding));
    } else {
      same->told |= finding.told;
    }
  }
  drop_predicted(findings);
  std::ranges::sort(findings, is_worse);

  Report report;
  for (Finding& finding : findings) {
    (finding.severity == Severity::note ? report.hidden : report.findings).push_back(std::move(finding));
  }
  return report;
}

Report analyse(Program& program, Symbolizer& symbolizer, std::vector<Finding> seen) {
  add_measured_locks(program);
  name_locks(program, symbolizer);
  std::vector<Finding> findings;
  Context context{symbolizer, findings};
  for (const Rule* rule : all_rules()) rule->run(program, context);
  Report report = report_of(std::move(findings), std::move(seen));
  report.contention = contention(program, symbolizer);
  report.warnings = warnings(program, symbolizer);
  std::ranges::move(context.warnings, std::back_inserter(report.warnings));
  report.stats = statistics(program);
  return report;
}

}  // namespace gordian
