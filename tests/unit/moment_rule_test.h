// SPDX-License-Identifier: Apache-2.0
//
// One rule on threads at one moment: three threads and two locks, and functions to be at by their names.
#ifndef GORDIAN_TESTS_UNIT_MOMENT_RULE_TEST_H
#define GORDIAN_TESTS_UNIT_MOMENT_RULE_TEST_H

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/findings/rule.h"
#include "tests/unit/moment_builder.h"

namespace gordian {

class MomentRuleTest : public testing::Test {
 protected:
  explicit MomentRuleTest(const Rule& rule) : rule_(rule) {
    name(m, "m");
    name(n, "n");
  }

  std::vector<Finding> run(const Rule& rule) {
    Symbolizer symbolizer(build.program);
    std::vector<Finding> findings;
    Context context{symbolizer, findings};
    rule.run(build.program, context);
    return findings;
  }
  std::vector<Finding> run() { return run(rule_); }

  Finding only_finding() {
    std::vector<Finding> findings = run();
    EXPECT_EQ(findings.size(), 1U);
    return findings.empty() ? Finding{} : findings.front();
  }

  // A stack in that function, which is a script's: those need no file to have a name.
  StackId in(const std::string& function) {
    auto& known = build.program.processes[ProcessId{0}].script_frames;
    const uint64_t address = format::kScriptFrameTag + known.size() + 1;
    known[address] = {function, "app.py", 7};
    Stack stack;
    stack.return_addresses = {address};
    return build.program.stacks.add(stack);
  }

  MomentBuilder build;
  const LockId m = build.lock();
  const LockId n = build.lock();
  const size_t one = build.state(build.thread("one", 1));
  const size_t two = build.state(build.thread("two", 2));
  const size_t three = build.state(build.thread("three", 3));

 private:
  void name(LockId id, const char* text) {
    build.program.locks[id].name = build.program.locks[id].class_name = text;
  }

  const Rule& rule_;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_MOMENT_RULE_TEST_H
