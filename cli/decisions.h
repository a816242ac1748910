// SPDX-License-Identifier: Apache-2.0
//
// What the user has decided about findings, in files: what to suppress, what is known, in what order locks
// are to be taken. Shared by every subcommand that reports.
#ifndef GORDIAN_CLI_DECISIONS_H
#define GORDIAN_CLI_DECISIONS_H

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/findings/baseline.h"
#include "core/findings/class_graph.h"
#include "core/findings/finding.h"
#include "core/findings/suppressions.h"
#include "core/graph/program.h"

namespace gordian {

struct DecisionOptions {
  std::vector<std::string> suppressions;
  std::string baseline;
  std::string write_baseline;
  std::string order;
  std::string write_order;
};

void add_suppressions_option(CLI::App& command, DecisionOptions& options);
void add_decision_options(CLI::App& command, DecisionOptions& options);

class UserDecisions {
 public:
  // Reads the files, so that a bad one is told before a program runs. Throws BadUserFile.
  explicit UserDecisions(const DecisionOptions& options);

  // For where nobody could repair a file and start again: says what is wrong with it on stderr, and decides
  // nothing.
  static UserDecisions or_none(const DecisionOptions& options);

  const Suppressions& suppressions() const { return suppressions_; }

  // For the analysis.
  const IntendedOrder& order() const { return order_; }
  bool need_graph() const { return !order_.file().empty() || !options_.write_order.empty(); }

  // After it: marks the findings, and writes the files that were asked for. Throws std::runtime_error when
  // one cannot be written. `classes` is asked only for an order.
  template <typename Classes>
  void apply(Report& report, const Classes& classes) const {
    apply_to_findings(report);
    if (need_graph()) apply_order(report, classes());
  }

  // What is written down as known now fails no run.
  bool accepts_all() const { return !options_.write_baseline.empty(); }

 private:
  void apply_to_findings(Report& report) const;
  void apply_order(Report& report, const ClassGraph& classes) const;

  DecisionOptions options_;
  Suppressions suppressions_;
  std::optional<Baseline> baseline_;
  IntendedOrder order_;
};

}  // namespace gordian

#endif  // GORDIAN_CLI_DECISIONS_H
