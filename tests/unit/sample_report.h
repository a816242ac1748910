// SPDX-License-Identifier: Apache-2.0
//
// A report made by hand, with source in tests/golden/bank.c: one deadlock of two accounts, one hidden note.
#ifndef GORDIAN_TESTS_UNIT_SAMPLE_REPORT_H
#define GORDIAN_TESTS_UNIT_SAMPLE_REPORT_H

#include <string>
#include <utility>

#include "core/findings/finding.h"
#include "tests/unit/golden.h"

namespace gordian::sample {

inline Frame frame(std::string function, std::string file, unsigned line, bool inlined = false) {
  Frame result;
  result.function = std::move(function);
  result.file = std::move(file);
  result.line = line;
  result.module = "/usr/bin/bank";
  result.offset = 0x1000 + line;
  result.inlined = inlined;
  return result;
}

inline Frame unknown_frame(std::string module, uint64_t offset) {
  Frame result;
  result.module = std::move(module);
  result.offset = offset;
  return result;
}

// The stack of a lock call in line `line` of move_money.
inline FindingStack stack_at(unsigned line) {
  const std::string bank = golden_directory() + "/bank.c";
  FindingStack result;
  result.frames = {frame("lock_quietly", "/usr/include/quiet.h", 7, true), frame("move_money", bank, line),
                   frame("worker", "/elsewhere/worker.c", 40), unknown_frame("/lib/libc.so.6", 0x89144)};
  result.user_frame = 1;
  result.proven = 3;
  return result;
}

inline FindingEdge edge(size_t held, size_t wanted, std::string thread) {
  FindingEdge result;
  result.held = held;
  result.wanted = wanted;
  result.thread = std::move(thread);
  result.mode = "blocking";
  result.origin = "run";
  result.count = 12;
  result.sites = 3;
  result.threads = 2;
  result.held_stack = stack_at(9);
  result.wanted_stack = stack_at(10);
  result.wanted_stack.proven = result.wanted_stack.frames.size();
  return result;
}

inline Finding cycle() {
  Finding result;
  result.rule = "lock-order-cycle";
  result.reason = "the threads could overlap and hold no lock in common";
  result.fingerprint = "0f5a";
  result.message = "accounts[0].mutex and accounts[1].mutex are taken in both orders";
  result.process = "./bank (pid 4711)";
  result.locations = {{golden_directory() + "/bank.c", 10, "move_money"}};
  result.locks = {{"accounts[0].mutex", "accounts[].mutex", "mutex"},
                  {"accounts[1].mutex", "accounts[].mutex", "mutex"}};
  result.edges = {edge(0, 1, "teller (tid 4712)"), edge(1, 0, "clerk (tid 4713)")};
  return result;
}

inline Finding note(Tier tier) {
  Finding result = cycle();
  result.severity = Severity::note;
  result.tier = tier;
  result.reason = "every edge is taken under one lock";
  return result;
}

inline Report report() {
  Report result;
  result.findings = {cycle()};
  result.hidden = {note(Tier::guarded)};
  result.contention.resize(1);
  result.contention[0].lock = result.findings[0].locks[0];
  result.contention[0].waits.count = 3;
  result.warnings = {"/lib/libc.so.6 has no debug information."};
  result.stats = {.processes = 1, .threads = 3, .locks = 2, .acquisitions = 4000, .edges = 2, .dropped = 5};
  return result;
}

}  // namespace gordian::sample

#endif  // GORDIAN_TESTS_UNIT_SAMPLE_REPORT_H
