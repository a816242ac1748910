// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/step.h"

#include <string.h>

#include "runtime-hook/chains.h"

namespace gordian::hook {

namespace {

How how_in(Taken taken) {
  const auto word = static_cast<uint64_t>(taken);
  return {static_cast<AcquireMode>(word >> 8 & 0xff), (word & 1) != 0};
}

}  // namespace

Step* make_step(Steps& steps, const Step* outer, CallPath& path, Taken taken) {
  const uint64_t around = reinterpret_cast<uint64_t>(outer) / sizeof(Step) << 32 | number_of(path);
  for (uint64_t place = mix(around, static_cast<uint64_t>(taken));; ++place) {
    uint16_t& number = steps.index[place % (2 * kSteps)];
    if (number == 0) {
      if (!has_room(steps)) return nullptr;
      Step& step = steps.steps[steps.count];
      const uint64_t outer_kind = outer != nullptr ? outer->kind : outermost(Hashed::kind);
      step = {outer, &path, taken, extend(outer_kind, class_in(taken), path, how_in(taken)), {}, nullptr};
      number = static_cast<uint16_t>(++steps.count);
      return &step;
    }
    Step& step = steps.steps[number - 1];
    if (step.outer == outer && step.path == &path && step.taken == taken) return &step;
  }
}

// The new one comes first; where all are taken, the one of longest standing goes.
void keep_way(Steps& steps, Step* step, CallSite site) {
  // A call may be on an interpreter's path without being on that of its script.
  if (step->path->script != 0 || !is_known(*step->path)) return;
  Step** const ways = ways_of(steps, step->outer, site);
  uint32_t way = 0;
  while (way < kStepWays - 1 && ways[way] != nullptr && ways[way] != step) ++way;
  for (; way > 0; --way) ways[way] = ways[way - 1];
  ways[0] = step;
}

void forget_known(Steps& steps) {
  for (uint32_t i = 0; i < steps.count; ++i) {
    Step& step = steps.steps[i];
    step.of_kind[0] = step.of_kind[1] = step.known = nullptr;
  }
}

void forget_steps(Steps& steps) {
  memset(steps.ways, 0, sizeof steps.ways);
  memset(steps.index, 0, sizeof steps.index);
  steps.count = 0;
}

}  // namespace gordian::hook
