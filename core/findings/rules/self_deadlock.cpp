// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/self_deadlock.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"
#include "core/findings/waits_in_words.h"
#include "core/graph/wait_graph.h"

namespace gordian {
namespace {

Finding finding(const Program& program, Context& context, const Standstill& standstill) {
  const ThreadState& state = program.states[standstill.cycle.front()];
  const Lock& lock = program.locks[state.wait.lock];
  const HeldLock& held = *held_lock(program, state, state.wait.lock);
  Finding finding;
  finding.rule = rules::self_deadlock.id;
  finding.severity = rules::self_deadlock.severity;
  finding.tier = Tier::actual;
  name_processes(program, standstill, finding);
  finding.locks.push_back(finding_lock(lock));
  finding.message = fmt::format("{} waits for {}, which it holds itself.", waiter(program, state), lock.name);
  finding.reason =
      fmt::format("it took the {} {} and has not released it; a {} cannot be entered twice that way",
                  name(lock.kind), held.shared ? "as a reader" : "before", name(lock.kind));
  finding.fingerprint = fingerprint(
      finding.rule, std::vector<std::string>{lock.class_name, function_at(held.taken, context.symbolizer),
                                             function_at(state.wait.stack, context.symbolizer)});
  finding.moments.push_back(held_moment(program, context, state, held));
  finding.moments.push_back(wait_moment(program, context, state));
  for (const size_t i : standstill.behind)
    finding.moments.push_back(wait_moment(program, context, program.states[i]));
  for (const FindingMoment& moment : finding.moments) finding.locations.push_back(location(moment.stack));
  return finding;
}

void run(const Program& program, Context& context) {
  for (const Standstill& standstill : find_standstills(program)) {
    if (waits_for_itself(program, standstill))
      context.findings.push_back(finding(program, context, standstill));
  }
}

}  // namespace

const Rule rules::self_deadlock{"self-deadlock", Severity::error, run, true};

}  // namespace gordian
