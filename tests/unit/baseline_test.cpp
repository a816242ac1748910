// SPDX-License-Identifier: Apache-2.0
#include "core/findings/baseline.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/refusal.h"
#include "tests/unit/sample_report.h"

namespace gordian {
namespace {

constexpr char kCycle[] = "lock-order-cycle 00000000000000aa a then b\n";
constexpr char kOther[] = "bad-unlock 00000000000000bb unlocked twice\n";

Baseline baseline(const std::string& text) {
  return Baseline(user_file("known.txt", text));
}

Finding finding(std::string rule, std::string fingerprint, std::string message) {
  Finding result;
  result.rule = std::move(rule);
  result.fingerprint = std::move(fingerprint);
  result.message = std::move(message);
  return result;
}

Report report_of(std::vector<Finding> findings) {
  Report report;
  report.findings = std::move(findings);
  return report;
}

TEST(Baseline, KnowsByRuleAndFingerprint) {
  Report report = report_of({finding("lock-order-cycle", "00000000000000aa", "says something else now"),
                             finding("deadlock", "00000000000000aa", "a then b"),
                             finding("lock-order-cycle", "00000000000000ac", "a then b")});
  baseline(kCycle).apply(report);
  EXPECT_EQ(report.findings[0].baseline, BaselineState::known);
  EXPECT_EQ(report.findings[1].baseline, BaselineState::fresh);
  EXPECT_EQ(report.findings[2].baseline, BaselineState::fresh);
  EXPECT_FALSE(is_open(report.findings[0]));
  EXPECT_TRUE(is_open(report.findings[1]));
  EXPECT_TRUE(report.decisions.not_seen.empty());
}

TEST(Baseline, ListsWhatWasNotSeen) {
  Report report = report_of({finding("bad-unlock", "00000000000000bb", "")});
  baseline(std::string("# words\n\n") + kCycle + kOther).apply(report);
  ASSERT_EQ(report.decisions.not_seen.size(), 1U);
  EXPECT_EQ(report.decisions.not_seen[0].rule, "lock-order-cycle");
  EXPECT_EQ(report.decisions.not_seen[0].fingerprint, "00000000000000aa");
  EXPECT_EQ(report.decisions.not_seen[0].message, "a then b");
}

TEST(Baseline, WhatBecameANoteOrIsSuppressedIsSeen) {
  Report report;
  report.hidden = {finding("lock-order-cycle", "00000000000000aa", "")};
  report.findings = {finding("bad-unlock", "00000000000000bb", "")};
  report.findings[0].suppressed = true;
  baseline(std::string(kCycle) + kOther).apply(report);
  EXPECT_TRUE(report.decisions.not_seen.empty());
}

TEST(Baseline, IsWrittenSortedWithoutNotesAndSuppressed) {
  Report report = report_of({finding("lock-order-cycle", "00000000000000aa", "a then b"),
                             finding("lock-order-cycle", "0000000000000001", "two\nlines "),
                             finding("bad-unlock", "00000000000000bb", "unlocked twice"),
                             finding("bad-unlock", "00000000000000cc", "suppressed")});
  report.findings[3].suppressed = true;
  report.hidden = {finding("lock-order-cycle", "00000000000000dd", "a note")};
  const std::string text = Baseline(report, nullptr).text();
  EXPECT_EQ(text.substr(text.rfind("#")).substr(text.substr(text.rfind("#")).find('\n') + 1),
            std::string(kOther) + "lock-order-cycle 0000000000000001 two lines\n" + kCycle);
}

TEST(Baseline, ReadsWhatItWrites) {
  const std::string text =
      Baseline(report_of({finding("bad-unlock", "00000000000000bb", "of a < b")}), nullptr).text();
  EXPECT_EQ(baseline(text).text(), text);
}

// Messages may tell of one run: a diff of two baselines shows findings only.
TEST(Baseline, WhatWasKnownKeepsItsMessage) {
  const Baseline before = baseline("bad-unlock 00000000000000bb unlocked by a (tid 1)\n");
  Report report = report_of({finding("bad-unlock", "00000000000000bb", "unlocked by a (tid 2)")});
  const std::string text = Baseline(report, &before).text();
  EXPECT_NE(text.find("(tid 1)"), std::string::npos);
  EXPECT_EQ(text.find("(tid 2)"), std::string::npos);
}

TEST(Baseline, WithoutFindingsEverythingIsNew) {
  Report report = report_of({finding("bad-unlock", "00000000000000bb", "")});
  baseline("").apply(report);
  EXPECT_EQ(report.findings[0].baseline, BaselineState::fresh);
}

TEST(Baseline, SaysWhatIsWrong) {
  const auto refusal_of = [](const std::string& text) { return refusal([&] { baseline(text); }); };
  const std::string rest =
      "' is no finding of a baseline, which is a rule, a fingerprint of 16 digits and a message; let "
      "--write-baseline make the file anew";
  EXPECT_EQ(refusal_of(std::string(kCycle) + "<<<<<<< ours\n"), "known.txt:2: '<<<<<<< ours" + rest);
  EXPECT_EQ(refusal_of("deadlock\n"), "known.txt:1: 'deadlock" + rest);
  EXPECT_EQ(refusal_of("deadlock 00aa a\n"), "known.txt:1: 'deadlock 00aa a" + rest);
}

}  // namespace
}  // namespace gordian
