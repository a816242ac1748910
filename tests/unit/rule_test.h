// SPDX-License-Identifier: Apache-2.0
//
// One rule on a program made by hand, with two threads, two locks and no source.
#ifndef GORDIAN_TESTS_UNIT_RULE_TEST_H
#define GORDIAN_TESTS_UNIT_RULE_TEST_H

#include <gtest/gtest.h>

#include <vector>

#include "core/findings/rule.h"
#include "tests/unit/program_builder.h"

namespace gordian {

class RuleTest : public testing::Test {
 protected:
  explicit RuleTest(const Rule& rule) : rule_(rule) {
    name(lock, "m");
    name(other, "n");
  }

  std::vector<Finding> run() {
    Symbolizer symbolizer(build.program);
    std::vector<Finding> findings;
    Context context{symbolizer, findings};
    rule_.run(build.program, context);
    return findings;
  }

  Finding only_finding() {
    std::vector<Finding> findings = run();
    EXPECT_EQ(findings.size(), 1U);
    return findings.empty() ? Finding{} : findings.front();
  }

  // Something that happened once, at stacks of its own.
  Event& add(format::EventKind kind, LockId what, ThreadId by = kNoThread, ThreadId concerned = kNoThread) {
    Event& event = build.program.events.emplace_back();
    event.kind = kind;
    event.lock = what;
    event.thread = by;
    event.other = concerned;
    event.where = stack();
    event.held_at = concerned != kNoThread ? stack() : kNoStack;
    event.count = 1;
    return event;
  }

  StackId stack() {
    Stack stack;
    stack.return_addresses = {0x1000 + 16 * build.program.stacks.size()};
    return build.program.stacks.add(stack);
  }

  ProgramBuilder build;
  const LockId lock = build.lock();
  const LockId other = build.lock();
  const ThreadId one = build.thread("one", 1);
  const ThreadId two = build.thread("two", 2);

 private:
  void name(LockId id, const char* text) {
    build.program.locks[id].name = build.program.locks[id].class_name = text;
  }

  const Rule& rule_;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_RULE_TEST_H
