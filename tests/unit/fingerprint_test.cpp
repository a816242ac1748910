// SPDX-License-Identifier: Apache-2.0
#include "core/findings/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace gordian {
namespace {

using EdgeIdentities = std::vector<EdgeIdentity>;

const EdgeIdentities kCycle{{"a", "b", "f", "g"}, {"b", "c", "g", "h"}, {"c", "a", "h", "f"}};

std::string of(const EdgeIdentities& cycle) {
  return fingerprint("lock-order-cycle", cycle);
}

EdgeIdentities with_class(const std::string& name) {
  return {{name, "b", "f", "g"}, {"b", name, "g", "f"}};
}

TEST(FingerprintTest, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(of(kCycle).size(), 16U);
  EXPECT_EQ(of(kCycle).find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Suppression files hold fingerprints: a change of the scheme makes all of them useless. The value was worked
// out apart from this code, from the definition of FNV-1a and of what goes in.
TEST(FingerprintTest, IsTheSameInEveryRelease) {
  EXPECT_EQ(of(kCycle), "a30c1d87a48b8770");
}

TEST(FingerprintTest, DoesNotDependOnWhereTheCycleIsEntered) {
  EdgeIdentities rotated = kCycle;
  for (size_t i = 0; i < kCycle.size(); ++i) {
    std::ranges::rotate(rotated, rotated.begin() + 1);
    EXPECT_EQ(of(rotated), of(kCycle));
  }
}

TEST(FingerprintTest, StartsEqualEdgesWhereTheyGoOnSmallest) {
  const EdgeIdentity same{"c", "c", "f", "f"};
  const EdgeIdentity other{"c", "c", "f", "g"};
  EXPECT_EQ(smallest_rotation({same, other, same, same}), 2U);
  EXPECT_EQ(smallest_rotation({same, same}), 0U);
  EXPECT_EQ(smallest_rotation({other, same}), 1U);
}

TEST(FingerprintTest, EveryPartCounts) {
  std::set<std::string> all{of(kCycle), fingerprint("self-deadlock", kCycle), of({kCycle[0], kCycle[1]}),
                            of({kCycle[1], kCycle[0], kCycle[2]})};
  for (std::string EdgeIdentity::*part : {&EdgeIdentity::held_class, &EdgeIdentity::wanted_class,
                                          &EdgeIdentity::held_function, &EdgeIdentity::wanted_function}) {
    EdgeIdentities changed = kCycle;
    changed[0].*part = "other";
    all.insert(of(changed));
  }
  EXPECT_EQ(all.size(), 8U);
  EXPECT_NE(of({{"ab", "c", "", ""}}), of({{"a", "bc", "", ""}}));
}

TEST(FingerprintTest, LeavesOutLinesDirectoriesAndAddresses) {
  EXPECT_EQ(of(with_class("mutex created in init (cache.c:88)")),
            of(with_class("mutex created in init (cache.c:90)")));
  EXPECT_EQ(of(with_class("mutex created in init (/src/a/cache.c:88)")),
            of(with_class("mutex created in init (/home/me/cache.c:88)")));
  EXPECT_EQ(of(with_class("mutex 0x7f00aa10 in server")), of(with_class("mutex 0x5500bb20 in server")));
  EXPECT_EQ(of({{"a", "b", "/usr/lib/libx.so.1", "g"}}), of({{"a", "b", "/opt/lib/libx.so.1", "g"}}));
}

TEST(FingerprintTest, KeepsWhatOnlyLooksLikeThem) {
  EXPECT_NE(of(with_class("Cache::lock")), of(with_class("Queue::lock")));
  EXPECT_NE(of(with_class("mutex created in init (a.c:1)")), of(with_class("mutex created in init (b.c:1)")));
  EXPECT_NE(of(with_class("lock1")), of(with_class("lock2")));
}

}  // namespace
}  // namespace gordian
