// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/trace_groups.h"

#include <gtest/gtest.h>

#include <string>

namespace gordian {
namespace {

using Names = std::vector<std::vector<std::string>>;

TraceHead head(const std::string& file, uint64_t nonce, uint64_t run, uint64_t started, uint64_t ended) {
  TraceHead head;
  head.file = file;
  head.nonce = nonce;
  head.run = run;
  head.boot = 1;
  head.started_ns = started;
  head.ended_ns = ended;
  head.size = 100;
  return head;
}

TraceHead sharing(uint64_t nonce, uint64_t started, uint64_t ended, std::set<uint64_t> keys) {
  TraceHead result = head(std::to_string(nonce), nonce, nonce, started, ended);
  result.shared_keys = std::move(keys);
  return result;
}

Names names(const std::vector<TraceHead>& heads) {
  Names result;
  for (const auto& group : groups_of(heads)) {
    result.emplace_back();
    for (const TraceHead& trace : group) result.back().push_back(trace.file);
  }
  return result;
}

TEST(TraceGroupsTest, TheProcessesOfARunAreTogetherInTheOrderOfTheirBegin) {
  EXPECT_EQ(names({head("c", 3, 7, 30, 40), head("b", 2, 8, 20, 40), head("a", 1, 7, 10, 40)}),
            (Names{{"a", "c"}, {"b"}}));
}

TEST(TraceGroupsTest, WithoutARunEachIsItsOwn) {
  EXPECT_EQ(names({head("a", 1, 0, 10, 20), head("b", 2, 0, 10, 20)}), (Names{{"a"}, {"b"}}));
}

TEST(TraceGroupsTest, OneTraceCountsOnceAndTheLongestOfItsCopies) {
  TraceHead shorter = head("a", 1, 7, 10, 40);
  shorter.size = 50;
  EXPECT_EQ(names({shorter, head("b", 1, 7, 10, 40), head("c", 1, 7, 10, 40)}), (Names{{"b"}}));
}

TEST(TraceGroupsTest, WhatHasNoNonceIsNoCopy) {
  EXPECT_EQ(names({head("a", 0, 0, 10, 20), head("b", 0, 0, 10, 20)}), (Names{{"a"}, {"b"}}));
}

TEST(TraceGroupsTest, ProcessesThatShareALockAtTheSameTimeAreTogether) {
  EXPECT_EQ(names({sharing(1, 10, 20, {5}), sharing(2, 15, 30, {5})}), (Names{{"1", "2"}}));
  EXPECT_EQ(names({sharing(1, 10, 20, {5}), sharing(2, 15, 30, {6})}), (Names{{"1"}, {"2"}}));
  EXPECT_EQ(names({sharing(1, 10, 20, {5}), sharing(2, 25, 30, {5})}), (Names{{"1"}, {"2"}}));
  // The first lasts longer than the second, so the third meets it.
  EXPECT_EQ(names({sharing(1, 10, 90, {5}), sharing(2, 15, 30, {5}), sharing(3, 40, 50, {5})}),
            (Names{{"1", "2", "3"}}));
  EXPECT_EQ(names({sharing(1, 10, UINT64_MAX, {5}), sharing(2, 1000, 1001, {5})}), (Names{{"1", "2"}}));
}

TEST(TraceGroupsTest, TheSameKeyOnAnotherMachineIsAnotherLock) {
  TraceHead elsewhere = sharing(2, 15, 30, {5});
  elsewhere.boot = 2;
  EXPECT_EQ(names({sharing(1, 10, 20, {5}), elsewhere}), (Names{{"1"}, {"2"}}));
}

}  // namespace
}  // namespace gordian
