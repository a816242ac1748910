// SPDX-License-Identifier: Apache-2.0
#include "core/findings/program_cycles.h"

#include <algorithm>

#include "core/graph/kind_graph.h"

namespace gordian {

ProgramCycles::ProgramCycles(const Program& program) : program_(program), ordering_(program) {
  Admissible admissible;
  if (program.runs) admissible = [this](const auto& choice) { return !is_judged(choice); };
  of_locks_ = judged_cycles(program.graph, ordering_, admissible);
  if (!has_summaries(program)) return;
  kinds_ = kind_graph(program);
  of_kinds_ = judged_cycles(*kinds_, ordering_, admissible);
}

// Whether one run went through all of it, and so has a judgement of its own.
bool ProgramCycles::is_judged(const std::vector<EdgeChoice>& choice) const {
  return std::ranges::any_of(program_.runs->known, [&](const auto& known) {
    return std::ranges::all_of(choice,
                               [&](const EdgeChoice& edge) { return known.contains(edge.evidence.wanted); });
  });
}

}  // namespace gordian
