// SPDX-License-Identifier: Apache-2.0
#include "core/graph/intended_order.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "tests/unit/refusal.h"

namespace gordian {
namespace {

IntendedOrder order(const std::string& text) {
  return IntendedOrder(user_file("o.txt", text));
}

bool is_before(const IntendedOrder& order, const std::string& before, const std::string& after) {
  return !order.path(before, after).empty();
}

TEST(IntendedOrder, ChainsAddUp) {
  const IntendedOrder read = order("# words\na < b < c\n\nc < d\nx < y\n");
  EXPECT_TRUE(is_before(read, "a", "b"));
  EXPECT_TRUE(is_before(read, "a", "d"));
  EXPECT_FALSE(is_before(read, "d", "a"));
  EXPECT_FALSE(is_before(read, "a", "a"));
  EXPECT_FALSE(is_before(read, "a", "y")) << "groups have no order between them";
  EXPECT_FALSE(is_before(read, "a", "unheard of"));
  EXPECT_TRUE(read.names("y"));
  EXPECT_FALSE(read.names("words"));
  EXPECT_EQ(read.file(), "o.txt");
  EXPECT_EQ(in_words(read.path("a", "d")), "a < b (line 2), b < c (line 2) and c < d (line 4)");
}

TEST(IntendedOrder, TakesNamesAsTheyAre) {
  const IntendedOrder read =
      order("Cache<int, Less>::mutex_ < from->mutex in move_money <accounts[].mutex <  last\n");
  EXPECT_TRUE(is_before(read, "Cache<int, Less>::mutex_", "last"));
  EXPECT_TRUE(read.names("from->mutex in move_money <accounts[].mutex"))
      << "a sign without space parts nothing";
}

TEST(IntendedOrder, TheShortestReasonIsGiven) {
  EXPECT_EQ(in_words(order("a < b < c\na < c\n").path("a", "c")), "a < c (line 2)");
}

TEST(IntendedOrder, SaysWhatIsWrong) {
  const auto refusal_of = [](const std::string& text) { return refusal([&] { order(text); }); };
  EXPECT_EQ(
      refusal_of("a < b\n\nb < c\n# then\nc < a\n"),
      "o.txt:5: contradicts itself: a < b (line 1), b < c (line 3) and c < a (line 5); take one of them out");
  EXPECT_EQ(refusal_of("a < a\n"), "o.txt:1: contradicts itself: a < a (line 1); take one of them out");
  EXPECT_EQ(refusal_of("a\n"), "o.txt:1: 'a' has no order; write A < B, with a space on both sides of '<'");
  EXPECT_EQ(refusal_of("a<b\n"),
            "o.txt:1: 'a<b' has no order; write A < B, with a space on both sides of '<'");
  for (const char* line : {"a <", "< a", "a < < b", "<"}) {
    EXPECT_EQ(refusal_of(line), "o.txt:1: a lock class is missing beside '<'; write A < B") << line;
  }
  EXPECT_EQ(refusal_of("# nothing\n"),
            "o.txt: orders no locks; write a line A < B, or let --write-order make the file");
}

// Against Warshall's closure: what has an order, and which arc is the first to contradict.
TEST(IntendedOrder, AgreesWithTheTransitiveClosure) {
  constexpr size_t kClasses = 6;
  std::mt19937 random(1);
  int contradictions = 0;
  for (int i = 0; i < 2000; ++i) {
    std::array<std::array<bool, kClasses>, kClasses> closure{};
    std::string text;
    size_t contradicting = 0;
    const size_t lines = 1 + random() % 10;
    for (size_t line = 1; line <= lines; ++line) {
      const size_t from = random() % kClasses;
      const size_t to = random() % kClasses;
      text += fmt::format("{} < {}\n", from, to);
      closure[from][to] = true;
      for (size_t via = 0; via < kClasses; ++via) {
        for (size_t a = 0; a < kClasses; ++a) {
          for (size_t b = 0; b < kClasses; ++b) closure[a][b] |= closure[a][via] && closure[via][b];
        }
      }
      for (size_t a = 0; a < kClasses; ++a) {
        if (closure[a][a] && contradicting == 0) contradicting = line;
      }
    }
    const std::string refused = refusal([&] { order(text); });
    ASSERT_EQ(refused.substr(0, refused.find(": ")),
              contradicting == 0 ? "" : fmt::format("o.txt:{}", contradicting))
        << text;
    if (contradicting != 0) {
      ++contradictions;
      continue;
    }
    const IntendedOrder read = order(text);
    for (size_t a = 0; a < kClasses; ++a) {
      for (size_t b = 0; b < kClasses; ++b) {
        ASSERT_EQ(is_before(read, std::to_string(a), std::to_string(b)), closure[a][b]) << text << a << b;
      }
    }
  }
  EXPECT_GT(contradictions, 100);
  EXPECT_LT(contradictions, 1900);
}

}  // namespace
}  // namespace gordian
