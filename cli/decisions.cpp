// SPDX-License-Identifier: Apache-2.0
#include "cli/decisions.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/output_file.h"
#include "core/findings/observed_order.h"

namespace gordian {

void add_suppressions_option(CLI::App& command, DecisionOptions& options) {
  command
      .add_option("--suppressions", options.suppressions,
                  "file of findings not to be told, each with a reason; may be given several times")
      ->allow_extra_args(false);
}

void add_decision_options(CLI::App& command, DecisionOptions& options) {
  add_suppressions_option(command, options);
  command.add_option("--baseline", options.baseline,
                     "file of known findings: they do not fail the run, new ones do");
  command.add_option("--write-baseline", options.write_baseline,
                     "write all findings to that file as known, and do not fail");
  command.add_option(
      "--order", options.order,
      "file of the order in which locks are to be taken: what was taken against it is a finding");
  command.add_option("--write-order", options.write_order,
                     "write the order in which locks were taken to that file");
}

UserDecisions::UserDecisions(const DecisionOptions& options) : options_(options) {
  for (const std::string& file : options.suppressions) suppressions_.add(read_user_file(file));
  if (!options.baseline.empty()) baseline_.emplace(read_user_file(options.baseline));
  if (!options.order.empty()) order_ = IntendedOrder(read_user_file(options.order));
}

UserDecisions UserDecisions::or_none(const DecisionOptions& options) {
  try {
    return UserDecisions(options);
  } catch (const BadUserFile& bad) {
    fmt::print(stderr, "gordian: {}\n", bad.what());
    return UserDecisions({});
  }
}

void UserDecisions::apply_to_findings(Report& report) const {
  suppressions_.apply(report);
  if (baseline_) baseline_->apply(report);
  if (!options_.write_baseline.empty()) {
    const Baseline written(report, baseline_ ? &*baseline_ : nullptr);
    write_file(options_.write_baseline, written.text());
  }
}

void UserDecisions::apply_order(Report& report, const ClassGraph& classes) const {
  if (!order_.file().empty()) report.decisions.unlisted = unlisted_classes(classes, order_);
  if (!options_.write_order.empty()) write_file(options_.write_order, observed_order(classes));
}

}  // namespace gordian
