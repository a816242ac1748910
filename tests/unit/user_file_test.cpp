// SPDX-License-Identifier: Apache-2.0
#include "core/format/user_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/refusal.h"

namespace gordian {
namespace {

TEST(UserFile, HasNumberedLinesWithoutTheSpaceAroundThem) {
  const UserFile file = user_file("f", "# why \r\n\n\t a b \nlast");
  ASSERT_EQ(file.lines.size(), 4U);
  EXPECT_TRUE(file.lines[0].is_comment());
  EXPECT_EQ(file.lines[0].comment(), "why");
  EXPECT_TRUE(file.lines[1].is_empty());
  EXPECT_EQ(file.lines[2].text, "a b");
  EXPECT_EQ(file.lines[3].number, 4U);
  EXPECT_TRUE(user_file("f", "").lines.empty());
  EXPECT_EQ(user_file("f", "##").lines[0].comment(), "");
}

TEST(UserFile, SaysWhyItCannotBeRead) {
  EXPECT_EQ(refusal([] { read_user_file("/nowhere/known.txt"); }),
            "/nowhere/known.txt: cannot be read: No such file or directory");
  EXPECT_EQ(refusal([] { read_user_file("/proc"); }), "/proc: cannot be read: Is a directory");
  EXPECT_EQ(refusal([] { user_file("f.bin", std::string_view("a\0b", 3)); }),
            "f.bin: is no text file; name one that a person can read");
}

}  // namespace
}  // namespace gordian
