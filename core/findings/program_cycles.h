// SPDX-License-Identifier: Apache-2.0
//
// The cycles of a program's lock graph and of its graph of classes, searched and judged once for all rules
// that look at them. Not thread-safe.
#ifndef GORDIAN_CORE_FINDINGS_PROGRAM_CYCLES_H
#define GORDIAN_CORE_FINDINGS_PROGRAM_CYCLES_H

#include <optional>
#include <vector>

#include "core/findings/judged_cycles.h"
#include "core/graph/lock_graph.h"
#include "core/graph/ordering.h"
#include "core/graph/program.h"

namespace gordian {

class ProgramCycles {
 public:
  // The program must outlive it.
  explicit ProgramCycles(const Program& program);

  const Ordering& ordering() const { return ordering_; }
  const JudgedCycles& of_locks() const { return of_locks_; }
  // See kind_graph.h. Null: the program has no summaries.
  const LockGraph* kinds() const { return kinds_ ? &*kinds_ : nullptr; }
  const JudgedCycles& of_kinds() const { return of_kinds_; }

 private:
  bool is_judged(const std::vector<EdgeChoice>& choice) const;

  const Program& program_;
  const Ordering ordering_;
  std::optional<LockGraph> kinds_;
  JudgedCycles of_locks_;
  JudgedCycles of_kinds_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_PROGRAM_CYCLES_H
