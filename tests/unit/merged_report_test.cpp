// SPDX-License-Identifier: Apache-2.0
#include "core/merge/merged_report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <sstream>

#include "core/ingest/trace_groups.h"
#include "tests/unit/run_builder.h"
#include "viz/json.h"

namespace gordian {
namespace {

constexpr uint64_t kFlusher = 0x10;
constexpr uint64_t kLoader = 0x20;

class Runs {
 public:
  explicit Runs(const std::vector<RunBuilder>& runs) {
    for (const RunBuilder& run : runs) add(run);
  }

  void add(const RunBuilder& run) {
    Program program = run.program();
    merged_.add(program, files_);
  }

  Report report() { return merged_.report(files_); }

  // The only finding, shown or hidden.
  Finding only() {
    const Report all = report();
    EXPECT_EQ(all.findings.size() + all.hidden.size(), 1U);
    if (!all.findings.empty()) return all.findings.front();
    return all.hidden.empty() ? Finding{} : all.hidden.front();
  }

 private:
  SymbolFiles files_;
  MergedReport merged_;
};

RunBuilder with(uint64_t nonce, const std::vector<std::string>& locks, uint64_t role, uint64_t function) {
  RunBuilder run(nonce);
  run.nest(run.thread(role), locks, function);
  return run;
}

TEST(MergedReportTest, OneRunAloneIsReportedTheSameWhetherOthersAreExpectedOrNot) {
  RunBuilder run = with(1, {"cache", "disk"}, kFlusher, 1);
  run.nest(run.thread(kLoader), {"disk", "cache"}, 2);
  const auto report = [&](MergedReport::Runs expected) {
    SymbolFiles files;
    MergedReport merged(std::nullopt, expected);
    Program program = run.program();
    merged.add(program, files);
    std::ostringstream out;
    write_json(out, merged.report(files), true);
    return out.str();
  };
  EXPECT_NE(report(MergedReport::Runs::one).find("lock-order-cycle"), std::string::npos);
  EXPECT_EQ(report(MergedReport::Runs::one), report(MergedReport::Runs::many));
}

TEST(MergedReportTest, TwoRunsCloseACycleThatNeitherShows) {
  const RunBuilder first = with(1, {"cache", "disk"}, kFlusher, 1);
  const RunBuilder second = with(2, {"disk", "cache"}, kLoader, 2);
  EXPECT_TRUE(Runs({first}).report().findings.empty());
  EXPECT_TRUE(Runs({second}).report().findings.empty());
  const Finding finding = Runs({first, second}).only();
  EXPECT_EQ(finding.rule, "lock-order-cycle");
  EXPECT_EQ(finding.tier, Tier::plausible);
  EXPECT_NE(finding.reason.find("different runs"), std::string::npos);
  for (const char* run : {"/opt/server (pid 4001)", "/opt/server (pid 4002)"})
    EXPECT_NE(finding.reason.find(run), std::string::npos) << finding.reason;
  EXPECT_EQ(finding.process, "/opt/server (several runs)");
}

TEST(MergedReportTest, RunsOfOtherProgramsDoNotMeet) {
  RunBuilder other(2, 2, "/opt/other");
  other.nest(other.thread(kLoader), {"disk", "cache"}, 2);
  EXPECT_TRUE(Runs({with(1, {"cache", "disk"}, kFlusher, 1), other}).report().findings.empty());
}

TEST(MergedReportTest, AGateOfBothRunsKeepsTheThreadsApart) {
  const Finding finding =
      Runs({with(1, {"gate", "cache", "disk"}, kFlusher, 1), with(2, {"gate", "disk", "cache"}, kLoader, 2)})
          .only();
  EXPECT_EQ(finding.tier, Tier::guarded);
  EXPECT_NE(finding.reason.find("different runs"), std::string::npos);
}

TEST(MergedReportTest, AGateOfManyKeepsNobodyApart) {
  RunBuilder first(1);
  first.nest(first.thread(kFlusher), {"gate", "cache", "disk"}, 1);
  first.another("gate");
  first.nest(first.thread(kFlusher), {"gate", "cache", "disk"}, 1);
  const Finding finding = Runs({first, with(2, {"gate", "disk", "cache"}, kLoader, 2)}).only();
  EXPECT_EQ(finding.tier, Tier::plausible);
}

TEST(MergedReportTest, OfAClassWithManyItIsSaid) {
  RunBuilder first(1);
  first.nest(first.thread(kFlusher), {"cache", "disk"}, 1);
  first.another("cache");
  first.nest(first.thread(kFlusher), {"cache", "disk"}, 1);
  const Finding finding = Runs({first, with(2, {"disk", "cache"}, kLoader, 2)}).only();
  EXPECT_EQ(finding.tier, Tier::plausible);
  EXPECT_NE(finding.reason.find("cache stands for several locks"), std::string::npos) << finding.reason;
  EXPECT_EQ(finding.reason.find("disk stands"), std::string::npos) << finding.reason;
}

TEST(MergedReportTest, ARoleThatOneThreadHasIsOneThread) {
  EXPECT_EQ(
      Runs({with(1, {"cache", "disk"}, kFlusher, 1), with(2, {"disk", "cache"}, kFlusher, 2)}).only().tier,
      Tier::single_thread);
  RunBuilder two(2);
  two.nest(two.thread(kFlusher), {"disk", "cache"}, 2);
  two.thread(kFlusher);
  EXPECT_EQ(Runs({with(1, {"cache", "disk"}, kFlusher, 1), two}).only().tier, Tier::plausible);
}

TEST(MergedReportTest, WhatTheMainThreadDoesBeforeAllOthersComesFirst) {
  const RunBuilder worker = with(1, {"cache", "disk"}, kFlusher, 1);
  RunBuilder starts(2);
  starts.nest(starts.main(), {"disk", "cache"}, 2, 0);
  starts.thread(kLoader, 0);
  EXPECT_EQ(Runs({worker, starts}).only().tier, Tier::ordered);
  RunBuilder later(3);
  later.thread(kLoader, 0);
  later.nest(later.main(), {"disk", "cache"}, 2, 1);
  EXPECT_EQ(Runs({worker, later}).only().tier, Tier::plausible);
  EXPECT_EQ(Runs({worker, starts, later}).only().tier, Tier::plausible);
}

TEST(MergedReportTest, WhatARunShowsAsAWholeItJudgesItself) {
  RunBuilder joins(1);
  const auto flusher = joins.thread(kFlusher, 0);
  joins.nest(flusher, {"cache", "disk"}, 1);
  joins.join(flusher, 1);
  joins.nest(joins.thread(kLoader, 2), {"disk", "cache"}, 2);
  const Finding finding = Runs({joins, with(2, {"cache", "disk"}, kFlusher, 1)}).only();
  EXPECT_EQ(finding.tier, Tier::ordered);
  EXPECT_EQ(finding.process, "/opt/server (pid 4001)");
  // Another place that takes them so is none of that run's.
  const Finding other = Runs({joins, with(2, {"cache", "disk"}, kFlusher, 3)}).report().findings.at(0);
  EXPECT_EQ(other.tier, Tier::plausible);
}

TEST(MergedReportTest, ProcessesOfOneRunThatShareNoLockMakeNoCycle) {
  SymbolFiles files;
  const auto findings = [&](const std::function<void(RunBuilder&, RunBuilder&)>& change) {
    MergedReport merged;
    for (uint64_t run = 1; run <= 2; ++run) {
      RunBuilder parent(10 * run, run);
      parent.nest(parent.thread(kFlusher), {"cache", "disk"}, 1);
      RunBuilder child(10 * run + 1, run);
      child.nest(child.thread(kLoader), {"disk", "cache"}, 2);
      change(parent, child);
      Program program;
      parent.ingest(program);
      child.ingest(program);
      merged.add(program, files);
    }
    return merged.report(files).findings;
  };
  EXPECT_TRUE(findings([](RunBuilder&, RunBuilder&) {}).empty());
  const std::vector<Finding> shared = findings([](RunBuilder& parent, RunBuilder& child) {
    for (RunBuilder* process : {&parent, &child}) {
      process->share("cache", 7);
      process->share("disk", 9);
    }
  });
  // Chains before the key was known are of the same lock.
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].count, 2U);
  EXPECT_EQ(shared[0].process, "/opt/server (pid 4010)");
  EXPECT_NE(shared[0].edges[0].thread, shared[0].edges[1].thread);
}

TEST(MergedReportTest, OneCauseOfManyRunsIsOneFinding) {
  const auto both = [](uint64_t nonce) {
    RunBuilder run(nonce);
    run.nest(run.thread(kFlusher), {"cache", "disk"}, 1);
    run.nest(run.thread(kLoader), {"disk", "cache"}, 2);
    return run;
  };
  const Finding finding = Runs({both(3), both(1), both(2)}).only();
  EXPECT_EQ(finding.count, 3U);
  EXPECT_EQ(finding.edges.at(0).count, 3U);
  EXPECT_EQ(finding.process, "/opt/server (pid 4001)");
}

// ---- any order, any grouping, any duplication

std::string json(const Report& report) {
  std::ostringstream out;
  write_json(out, report, true);
  return out.str();
}

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gordian-merge-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::filesystem::path file(const std::string& name, const std::vector<char>& bytes) const {
    std::ofstream(path_ / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }

  std::filesystem::path copy(const std::filesystem::path& from, const std::string& name) const {
    std::filesystem::copy_file(from, path_ / name);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// Half of them have a process that was forked from another; some share locks with it.
std::vector<RunBuilder> random_traces(std::mt19937& random) {
  const auto below = [&](uint32_t end) {
    return std::uniform_int_distribution<uint32_t>(0, end - 1)(random);
  };
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  std::vector<RunBuilder> traces;
  for (uint64_t nonce = 1; nonce <= 8; ++nonce) {
    RunBuilder trace(nonce, (nonce + 1) / 2 * 100 + (below(2) == 0 ? nonce : 0));
    std::vector<format::ThreadRef> threads = {trace.main()};
    for (uint32_t i = below(3); i > 0; --i) threads.push_back(trace.thread(0x10 * (1 + below(2)), i % 2));
    for (uint32_t i = 1 + below(3); i > 0; --i) {
      std::vector<std::string> locks = names;
      std::ranges::shuffle(locks, random);
      locks.resize(2 + below(2));
      if (below(4) == 0) trace.another(locks[0]);
      trace.nest(threads[below(static_cast<uint32_t>(threads.size()))], locks, below(3), below(2));
    }
    if (below(3) == 0) trace.share("a", 7);
    if (below(3) == 0) trace.share("b", 9);
    traces.push_back(std::move(trace));
  }
  return traces;
}

// The runs of `files` in groups, which are merged with each other; the runs of a group one after the other.
std::string merged(const std::vector<std::filesystem::path>& files, std::mt19937& random, size_t groups) {
  std::vector<TraceHead> heads;
  for (const auto& file : files) heads.push_back(head_of(file));
  std::vector<std::vector<TraceHead>> runs = groups_of(std::move(heads));
  std::ranges::shuffle(runs, random);
  SymbolFiles symbols;
  std::vector<MergedReport> parts(groups);
  for (const std::vector<TraceHead>& run : runs) {
    Program program;
    for (const TraceHead& head : run) ingest(TraceReader(head.file), program);
    parts[std::uniform_int_distribution<size_t>(0, groups - 1)(random)].add(program, symbols);
  }
  while (parts.size() > 1) {
    const size_t left = std::uniform_int_distribution<size_t>(0, parts.size() - 2)(random);
    parts[left].merge(parts[left + 1]);
    parts.erase(parts.begin() + static_cast<ptrdiff_t>(left) + 1);
  }
  return json(parts.front().report(symbols));
}

TEST(MergedReportTest, OrderGroupingAndDuplicationMakeNoDifference) {
  size_t across = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const Directory directory;
    std::vector<std::filesystem::path> files;
    for (const RunBuilder& trace : random_traces(random)) {
      files.push_back(directory.file(std::to_string(files.size()) + ".gordian", trace.bytes()));
    }
    const std::string expected = merged(files, random, 1);
    if (expected.find("different runs") != std::string::npos) ++across;
    for (int variant = 0; variant < 6; ++variant) {
      std::vector<std::filesystem::path> again = files;
      for (size_t i = random() % 4; i > 0; --i) {
        const auto& of = files[random() % files.size()];
        again.push_back(
            directory.copy(of, "copy" + std::to_string(variant) + std::to_string(i) + ".gordian"));
      }
      std::ranges::shuffle(again, random);
      ASSERT_EQ(merged(again, random, 1 + random() % 4), expected)
          << "seed " << seed << ", variant " << variant;
    }
  }
  EXPECT_GT(across, 10U);
}

}  // namespace
}  // namespace gordian
