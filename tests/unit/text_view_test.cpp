// SPDX-License-Identifier: Apache-2.0
#include "viz/text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "tests/unit/golden.h"
#include "tests/unit/sample_report.h"
#include "viz/label.h"
#include "viz/source_excerpt.h"

namespace gordian {
namespace {

std::string text(const Report& report, const TextOptions& options = {}) {
  std::ostringstream out;
  write_text(out, report, options);
  return out.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The current directory is the one of the golden files, so that paths below it are shown relative to it.
class TextView : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::current_path(golden_directory()); }
  void TearDown() override { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_F(TextView, ShowsACycleWithSourceStacksAndSummary) {
  expect_golden("cycle.txt", text(sample::report()));
}

TEST_F(TextView, ColoursTheSame) {
  expect_golden("cycle_colour.txt", text(sample::report(), {.colour = true, .all_tiers = false}));
}

TEST_F(TextView, MarksInDistantLinesGetTheirOwnExcerpts) {
  Report report = sample::report();
  report.findings[0].edges.resize(1);
  report.findings[0].edges[0].held_stack = sample::stack_at(1);
  report.findings[0].edges[0].wanted_stack = sample::stack_at(14);
  const std::string shown = text(report);
  EXPECT_TRUE(contains(shown, "--> move_money bank.c:1\n"));
  EXPECT_TRUE(contains(shown, "--> move_money bank.c:14\n"));
  EXPECT_FALSE(contains(shown, "\n     7 |"));
}

TEST_F(TextView, MissingSourceLeavesTheRest) {
  Report report = sample::report();
  for (FindingEdge& edge : report.findings[0].edges) {
    edge.held_stack.frames[1].file = "/nowhere/bank.c";
    edge.wanted_stack.frames[1].line = 4000;
    edge.wanted_stack.truncated = true;
  }
  const std::string shown = text(report);
  EXPECT_TRUE(contains(shown, "--> move_money /nowhere/bank.c:9\n"));
  EXPECT_TRUE(contains(shown, "accounts[1].mutex is wanted here"));
  EXPECT_TRUE(contains(shown, "#1 move_money bank.c:4000\n"));
  EXPECT_TRUE(contains(shown, "outer frames were not recorded"));
}

TEST_F(TextView, HiddenNotesAreCountedByTierOrShown) {
  Report report = sample::report();
  report.hidden.push_back(sample::note(Tier::single_thread));
  EXPECT_TRUE(contains(text(report),
                       "; 2 notes hidden: 1 guarded, 1 single-thread; --all-tiers shows them; 5 dropped\n"));
  const std::string all = text(report, {.colour = false, .all_tiers = true});
  EXPECT_TRUE(contains(all, "note: lock-order-cycle: "));
  EXPECT_TRUE(contains(all, "why: single-thread: "));
  EXPECT_TRUE(contains(all, "gordian: 1 error, 2 notes in 1 process"));
  EXPECT_FALSE(contains(all, "hidden"));
}

TEST_F(TextView, SuppressedFindingsAreOnlyCounted) {
  Report report = sample::report();
  report.findings[0].suppressed = true;
  report.hidden.clear();
  report.stats.dropped = 0;
  EXPECT_EQ(text(report),
            "gordian: warning: /lib/libc.so.6 has no debug information.\n"
            "gordian: no findings in 1 process, 3 threads, 2 locks, 4000 acquisitions, 2 edges; 1 suppressed "
            "(--show-suppressed)\n");
}

TEST_F(TextView, SuppressedFindingsAreShownOnRequestWithTheirReason) {
  Report report = sample::report();
  report.findings[0].suppressed = true;
  report.findings[0].suppression_reason = "reviewed";
  const std::string shown = text(report, {.show_suppressed = true});
  EXPECT_TRUE(contains(shown, "  suppressed: reviewed\n"));
  EXPECT_TRUE(contains(shown, "gordian: no findings in"));
  EXPECT_TRUE(contains(shown, "; 1 suppressed;"));
}

TEST_F(TextView, KnownFindingsAreOneLineUnlessAskedFor) {
  Report report = sample::report();
  report.findings.push_back(sample::cycle());
  report.findings[0].baseline = BaselineState::known;
  report.findings[1].baseline = BaselineState::fresh;
  report.hidden.clear();
  report.stats.dropped = 0;
  const std::string shown = text(report);
  EXPECT_TRUE(contains(shown, "\nknown error: lock-order-cycle: accounts[0].mutex and"));
  EXPECT_EQ(shown.find("why: "), shown.rfind("why: "));
  EXPECT_TRUE(
      shown.ends_with("gordian: 1 error in 1 process, 3 threads, 2 locks, 4000 acquisitions, 2 edges; "
                      "1 known (--show-known)\n"))
      << shown;
  const std::string all = text(report, {.show_known = true});
  EXPECT_FALSE(contains(all, "known error"));
  EXPECT_NE(all.find("why: "), all.rfind("why: "));
  report.findings.pop_back();
  EXPECT_TRUE(contains(text(report), "gordian: no new findings in"));
}

TEST_F(TextView, WhatCameOfTheUsersFilesIsTold) {
  Report report;
  report.decisions = {{"s.supp:3"}, {{"deadlock", "00aa", "a hangs"}}, {"a", "b"}};
  const std::string shown = text(report);
  EXPECT_TRUE(contains(shown, "gordian: s.supp:3: this suppression fits no finding here\n"));
  EXPECT_TRUE(
      contains(shown,
               "gordian: 1 finding of the baseline not seen any more: repaired, or this run did not come "
               "by\n  deadlock 00aa a hangs\n"));
  EXPECT_TRUE(contains(shown, "gordian: note: 2 classes of nested locks not in the order: a, b\n"));
}

TEST_F(TextView, NestingsCountedByKindAreMentioned) {
  Report report = sample::report();
  report.stats.summarised = 477;
  EXPECT_TRUE(contains(text(report), "; 477 nestings counted by kind; 5 dropped\n"));
}

TEST_F(TextView, InstancesAreAtLeastSoManyIfThereMayBeMore) {
  Report report = sample::report();
  report.findings[0].count = 3;
  EXPECT_TRUE(contains(text(report), "  seen: 3 instances of this cause\n"));
  report.findings[0].more_instances = true;
  EXPECT_TRUE(contains(text(report), "  seen: at least 3 instances of this cause\n"));
  report.findings[0].count = 1;
  EXPECT_TRUE(contains(text(report), "  seen: at least 1 instance of this cause\n"));
}

TEST_F(TextView, NothingFoundIsOneLine) {
  Report report;
  report.stats.processes = 2;
  EXPECT_EQ(text(report),
            "gordian: no findings in 2 processes, 0 threads, 0 locks, 0 acquisitions, 0 edges\n");
}

TEST_F(TextView, AFindingWithoutEdgesShowsItsLocations) {
  Report report = sample::report();
  report.findings[0].edges.clear();
  const std::string shown = text(report);
  EXPECT_TRUE(contains(shown, "--> move_money bank.c:10\n"));
  EXPECT_TRUE(contains(shown,
                       "   10 |         pthread_mutex_lock(&to->mutex);\n"
                       "       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"));
}

TEST_F(TextView, TheProgramCannotSendEscapesToTheTerminal) {
  Report report = sample::report();
  report.findings[0].edges[0].thread = "\x1b]0;owned\x07 (tid 1)";
  report.findings[0].edges[0].held_stack.frames[2].function = "f\xff\xc2\x9b";
  const std::string shown = text(report);
  for (const char bad : {'\x1b', '\x07', '\xff'}) EXPECT_EQ(shown.find(bad), std::string::npos);
  EXPECT_FALSE(contains(shown, "\xc2\x9b"));
}

TEST(SourceExcerpts, ReadsOnlyWhatIsThere) {
  SourceExcerpts sources;
  const std::string bank = golden_directory() + "/bank.c";
  EXPECT_EQ(sources.around(bank, 1, 1).size(), 1U);  // line 2 is empty: no context
  const auto last = sources.around(bank, 15, 15);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].number, 14U);
  EXPECT_EQ(last[0].text, "        pthread_mutex_unlock(&from->mutex);");
  EXPECT_EQ(last[1].text, "}");
  EXPECT_TRUE(sources.around(bank, 16, 16).empty());
  EXPECT_TRUE(sources.around(bank, 0, 0).empty());
  EXPECT_TRUE(sources.around("/dev/zero", 1, 1).empty());
  EXPECT_TRUE(sources.around("", 1, 1).empty());
  EXPECT_TRUE(sources.around(golden_directory(), 1, 1).empty());
}

TEST(Label, PrintableKeepsTextAndReplacesTheRest) {
  EXPECT_EQ(printable("a \xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92"), "a \xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92");
  EXPECT_EQ(printable("\x01|\xc3|\xc0\x80|\xed\xa0\x80"),
            "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(columns("\xc3\xa9\xe2\x82\xac"), 2U);
  EXPECT_EQ(cut("\xc3\xa9\xc3\xa9\xc3\xa9", 2), "\xc3\xa9\xe2\x80\xa6");
}

TEST(Label, ShortenKeepsWhatNamesTheThing) {
  EXPECT_EQ(shorten("g_state.lock", 20), "g_state.lock");
  EXPECT_EQ(shorten("Cache<std::string, std::vector<int>>::mutex_", 24), "Cache<\xe2\x80\xa6>::mutex_");
  EXPECT_EQ(shorten("config_read(Config const&, int)", 20), "config_read(\xe2\x80\xa6)");
  EXPECT_EQ(shorten("from->mutex in move_money_between_them", 20), "from->mute\xe2\x80\xa6ween_them");
  EXPECT_EQ(columns(shorten("operator<(a_very_long_name, another_one)", 12)), 12U);
}

}  // namespace
}  // namespace gordian
