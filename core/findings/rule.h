// SPDX-License-Identifier: Apache-2.0
//
// What a rule is. One file pair a rule: rules/NAME.cpp defines `const Rule rules::NAME`, rules/NAME.h
// declares it, and the build lists every such pair in all_rules(); a new rule needs no other file to change.
#ifndef GORDIAN_CORE_FINDINGS_RULE_H
#define GORDIAN_CORE_FINDINGS_RULE_H

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

class ProgramCycles;

// What a rule works with besides the program.
struct Context {
  Symbolizer& symbolizer;
  std::vector<Finding>& findings;                    // to append to, in any order
  std::vector<std::string> warnings = {};            // the same; what may be missing
  std::shared_ptr<const ProgramCycles> cycles = {};  // null: no rule has asked for them yet
};

struct Rule {
  const char* id;     // as in Finding::rule
  Severity severity;  // of its findings, where their tier does not lower it
  // The locks of the program have their names.
  void (*run)(const Program& program, Context& context);
  bool of_states = false;  // it asks only for Program::states: what goes on at one moment
};

// In order of their file names.
std::span<const Rule* const> all_rules();

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_RULE_H
