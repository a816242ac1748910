// SPDX-License-Identifier: Apache-2.0
#include "core/findings/suppressions.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/unit/refusal.h"
#include "tests/unit/sample_report.h"

namespace gordian {
namespace {

Suppressions suppressions(const std::string& text) {
  Suppressions result;
  result.add(user_file("s.supp", text));
  return result;
}

// Whether an entry with these conditions suppresses the sample cycle.
bool suppresses(const std::string& conditions) {
  return suppressions("# reviewed\n" + conditions).suppress(sample::cycle());
}

std::string refusal_of(const std::string& text) {
  return refusal([&] { suppressions(text); });
}

TEST(Suppressions, EachConditionLooksAtItsPartOfTheFinding) {
  for (const char* fits :
       {"rule: lock-order-cycle", "rule: lock-*", "lock: accounts[0].mutex", "lock: accounts[].mutex",
        "lock: *[1]*", "function: move_money", "function: worker", "function: lock_*", "file: bank.c",
        "file: golden/bank.c", "file: /usr/include/*", "file: */worker.c", "library: libc.so*",
        "library: /usr/bin/bank", "fingerprint: 0f5a"}) {
    EXPECT_TRUE(suppresses(fits)) << fits;
  }
  for (const char* differs :
       {"rule: deadlock", "rule: lock-order", "lock: accounts", "lock: *[2]*", "function: move",
        "function: bank.c", "file: ank.c", "file: olden/bank.c", "file: quiet", "library: libm.so*",
        "library: c.so.6", "fingerprint: 0f5b", "lock: ?ccounts[0].mutex"}) {
    EXPECT_FALSE(suppresses(differs)) << differs;
  }
}

TEST(Suppressions, AllConditionsOfAnEntryMustHold) {
  EXPECT_TRUE(suppresses("rule: lock-order-cycle\nlock: accounts[0].mutex\nlock: accounts[1].mutex"));
  EXPECT_FALSE(suppresses("rule: lock-order-cycle\nlock: other"));
  EXPECT_FALSE(suppresses("rule: deadlock\nlock: accounts[0].mutex"));
}

TEST(Suppressions, MomentsHaveFramesToo) {
  Finding finding = sample::cycle();
  finding.edges.clear();
  EXPECT_FALSE(suppressions("# r\nfunction: worker").suppress(finding));
  EXPECT_TRUE(suppressions("# r\nfile: bank.c").suppress(finding)) << "the place shown";
  finding.moments.push_back({"", "", "", sample::stack_at(9)});
  EXPECT_TRUE(suppressions("# r\nfunction: worker").suppress(finding));
}

TEST(Suppressions, AnEntryEndsWithAnEmptyLineOrTheNextComment) {
  for (const char* parting : {"\n\n# second\n", "\n# second\n"}) {
    Report report = sample::report();
    suppressions(std::string("# first\nrule: deadlock") + parting + "rule: lock-order-cycle").apply(report);
    EXPECT_TRUE(report.findings[0].suppressed);
    EXPECT_EQ(report.findings[0].suppression_reason, "second");
  }
}

TEST(Suppressions, TheReasonMayHaveSeveralLines) {
  Report report = sample::report();
  suppressions("# A title of the file.\n\n# reviewed by two,\n#\n# see 4711\nrule: *").apply(report);
  EXPECT_EQ(report.findings[0].suppression_reason, "reviewed by two, see 4711");
}

TEST(Suppressions, MarkHiddenNotesTooAndListWhatFitsNothing) {
  Report report = sample::report();
  suppressions("# a\nrule: lock-order-cycle\n\n# b\nlock: gone\n\n# c\nrule: *\n").apply(report);
  EXPECT_TRUE(report.findings[0].suppressed);
  EXPECT_TRUE(report.hidden[0].suppressed);
  EXPECT_EQ(report.findings[0].suppression_reason, "a") << "the first one's";
  EXPECT_EQ(report.decisions.unused_suppressions, std::vector<std::string>{"s.supp:5"});
  EXPECT_FALSE(is_open(report.findings[0]));
}

TEST(Suppressions, AnEmptyFileSuppressesNothing) {
  EXPECT_EQ(refusal_of(""), "");
  EXPECT_FALSE(suppressions("# only words\n").suppress(sample::cycle()));
}

TEST(Suppressions, SayWhatIsWrong) {
  EXPECT_EQ(refusal_of("\nlock: a\n"),
            "s.supp:2: this suppression has no reason; write one as a comment (# ...) right above it");
  EXPECT_EQ(refusal_of("# title\n\nlock: a\n"),
            "s.supp:3: this suppression has no reason; write one as a comment (# ...) right above it");
  EXPECT_EQ(refusal_of("#\nlock: a\n"),
            "s.supp:2: this suppression has no reason; write one as a comment (# ...) right above it");
  EXPECT_EQ(refusal_of("# r\nlocks: a\n"),
            "s.supp:2: 'locks: a' is no condition; write one as NAME: PATTERN, with a name of rule, lock, "
            "function, file, library, fingerprint");
  EXPECT_EQ(refusal_of("# r\nlock\n"),
            "s.supp:2: 'lock' is no condition; write one as NAME: PATTERN, with a name of rule, lock, "
            "function, file, library, fingerprint");
  EXPECT_EQ(refusal_of("# r\nlock:\n"), "s.supp:2: lock has no pattern; * stands for any text");
}

// The plainest matcher there is: a star takes any number of characters, one after the other.
bool fits_slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return fits_slowly(pattern.substr(1), text) || (!text.empty() && fits_slowly(pattern, text.substr(1)));
  return !text.empty() && pattern[0] == text[0] && fits_slowly(pattern.substr(1), text.substr(1));
}

TEST(Suppressions, PatternsFitAsThePlainestMatcherSays) {
  std::mt19937 random(1);
  const auto word = [&](std::string_view letters) {
    std::string result(random() % 7, ' ');
    for (char& c : result) c = letters[random() % letters.size()];
    return result;
  };
  int fitting = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string pattern = word("ab*");
    const std::string text = word("ab");
    EXPECT_EQ(fits_pattern(pattern, text), fits_slowly(pattern, text)) << pattern << " " << text;
    fitting += fits_pattern(pattern, text);
  }
  EXPECT_GT(fitting, 1000);
}

}  // namespace
}  // namespace gordian
