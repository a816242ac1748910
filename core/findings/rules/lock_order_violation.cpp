// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/lock_order_violation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"

namespace gordian {
namespace {

// All that was seen of one class being taken inside another, against the order.
struct Violation {
  std::vector<IntendedOrder::Arc> order;  // empty: it is not against it
  std::vector<LockGraph::Edge> edges;
};

class LockOrderViolation {
 public:
  LockOrderViolation(const Program& program, Context& context) : program_(program), context_(context) {}

  void run() {
    std::map<std::pair<std::string, std::string>, Violation> violations;  // by held and wanted class
    for (const auto edge : boost::make_iterator_range(boost::edges(graph().boost_graph()))) {
      const std::string& held = program_.locks[graph().held(edge)].class_name;
      const std::string& wanted = program_.locks[graph().wanted(edge)].class_name;
      const auto [known, is_new] = violations.try_emplace({held, wanted});
      if (is_new) known->second.order = program_.intended_order.path(wanted, held);
      if (!known->second.order.empty()) known->second.edges.push_back(edge);
    }
    for (const auto& [classes, violation] : violations) {
      if (!violation.order.empty()) report(classes.first, classes.second, violation);
    }
  }

 private:
  const LockGraph& graph() const { return program_.graph; }
  StackId stack(ChainId chain) const { return graph().chain(chain).wanted.stack; }

  void report(const std::string& held, const std::string& wanted, const Violation& violation) {
    LockGraph::Edge shown = violation.edges.front();
    for (const LockGraph::Edge edge : violation.edges) {
      if (graph().count(edge) > graph().count(shown)) shown = edge;
    }
    Finding finding;
    finding.rule = rules::lock_order_violation.id;
    finding.severity = rules::lock_order_violation.severity;
    finding.tier = Tier::observed;
    finding.message = fmt::format("{} is taken while {} is held, against the intended order.", wanted, held);
    finding.reason = fmt::format("{} says {}", program_.intended_order.file(), in_words(violation.order));
    finding.fingerprint = fingerprint(finding.rule, std::vector{held, wanted});
    const Lock& held_lock = program_.locks[graph().held(shown)];
    finding.process = process_name(program_.processes[held_lock.process]);
    finding.count = violation.edges.size();
    finding.locks = {finding_lock(held_lock), finding_lock(program_.locks[graph().wanted(shown)])};
    finding.edges.push_back(finding_edge(violation, shown));
    finding.locations.push_back(location(finding.edges.front().wanted_stack));
    context_.findings.push_back(std::move(finding));
  }

  FindingEdge finding_edge(const Violation& violation, LockGraph::Edge shown) {
    FindingEdge result;
    result.held = 0;
    result.wanted = 1;
    result.origin = "run";
    std::set<std::pair<StackId, StackId>> sites;
    for (const LockGraph::Edge edge : violation.edges) {
      result.count += graph().count(edge);
      for (const Evidence& evidence : graph().evidence(edge))
        sites.emplace(stack(evidence.held), stack(evidence.wanted));
    }
    result.sites = sites.size();
    const Evidence& most = most_frequent(graph().evidence(shown));
    const Chain& wanted = graph().chain(most.wanted);
    result.thread =
        wanted.uses.empty() ? "a thread" : thread_name(program_.threads[wanted.uses.front().thread]);
    result.mode = mode_name(wanted.wanted);
    result.held_stack = finding_stack(stack(most.held), program_, context_.symbolizer);
    result.wanted_stack = finding_stack(stack(most.wanted), program_, context_.symbolizer);
    return result;
  }

  const Evidence& most_frequent(std::span<const Evidence> evidence) const {
    const auto count = [&](const Evidence& each) { return graph().chain(each.wanted).count; };
    return *std::ranges::max_element(evidence, {}, count);
  }

  const Program& program_;
  Context& context_;
};

void run(const Program& program, Context& context) {
  if (!program.intended_order.file().empty()) LockOrderViolation(program, context).run();
}

}  // namespace

const Rule rules::lock_order_violation{"lock-order-violation", Severity::error, run};

}  // namespace gordian
