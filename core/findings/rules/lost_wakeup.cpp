// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/lost_wakeup.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"
#include "core/findings/waits_in_words.h"
#include "core/graph/wait_graph.h"

namespace gordian {
namespace {

Finding finding(const Program& program, Context& context, const Standstill& standstill,
                const ThreadState& state) {
  Finding finding;
  finding.rule = rules::lost_wakeup.id;
  finding.severity = rules::lost_wakeup.severity;
  finding.tier = Tier::actual;
  name_processes(program, standstill, finding);
  finding.message = fmt::format(
      "{} waits for a condition that was signalled before, when nobody waited, and no thread is left that "
      "could "
      "signal it again.",
      waiter(program, state));
  finding.reason =
      "every thread of the process is asleep in a wait that only another could end, and the condition's last "
      "signal before this wait woke nobody";
  finding.fingerprint =
      fingerprint(finding.rule, std::vector<std::string>{function_at(state.wait.unheard, context.symbolizer),
                                                         function_at(state.wait.stack, context.symbolizer)});
  finding.moments.push_back({"signalled here, and nobody hears it", "where the condition was signalled", "",
                             finding_stack(state.wait.unheard, program, context.symbolizer)});
  finding.moments.push_back(wait_moment(program, context, state));
  for (const size_t i : standstill.behind) {
    if (&program.states[i] != &state)
      finding.moments.push_back(wait_moment(program, context, program.states[i]));
  }
  for (const FindingMoment& moment : finding.moments) {
    if (!moment.stack.frames.empty()) finding.locations.push_back(location(moment.stack));
  }
  return finding;
}

void run(const Program& program, Context& context) {
  for (const Standstill& standstill : find_standstills(program)) {
    if (const ThreadState* state = find_lost_wakeup(program, standstill))
      context.findings.push_back(finding(program, context, standstill, *state));
  }
}

}  // namespace

const Rule rules::lost_wakeup{"lost-wakeup", Severity::error, run, true};

}  // namespace gordian
