// SPDX-License-Identifier: Apache-2.0
//
// A watched program killed at any instant leaves a trace that can be read, and every nesting that it got to
// know of is in it: chains are recorded before the lock is taken, the program notes them after.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/range/iterator_range.hpp>
#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "core/format/trace_reader.h"
#include "core/ingest/ingest.h"
#include "tests/hook/busy.h"

namespace gordian {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 1000;
constexpr std::chrono::microseconds kLongestLife{
    8000};  // after its first lock: time for a few thousand new pairs

class Killed : public testing::Test {
 protected:
  Killed() {
    std::string name = (fs::temp_directory_path() / "gordian-test-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    progress_file_ = directory_ / "progress";
    file_ = open(progress_file_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    EXPECT_EQ(ftruncate(file_, sizeof(BusyProgress)), 0);
    void* memory = mmap(nullptr, sizeof(BusyProgress), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    EXPECT_NE(memory, MAP_FAILED);
    progress_ = static_cast<BusyProgress*>(memory);
  }
  ~Killed() override {
    munmap(progress_, sizeof(BusyProgress));
    close(file_);
    fs::remove_all(directory_);
  }

  // Runs the program, and kills it `life` after its first lock.
  void run(int seed, std::chrono::microseconds life) {
    EXPECT_EQ(ftruncate(file_, 0), 0);
    EXPECT_EQ(ftruncate(file_, sizeof(BusyProgress)), 0);
    fs::remove_all(traces());
    const std::string preload = std::string("LD_PRELOAD=") + GORDIAN_HOOK;
    const std::string options =
        "GORDIAN_OPTIONS=report=0:chain-budget=1000000:trace-dir=" + traces().string();
    const std::string program = GORDIAN_BUSY;
    const std::string number = std::to_string(seed);
    const std::string progress_file = progress_file_.string();
    const auto text = [](const std::string& of) { return const_cast<char*>(of.c_str()); };
    char* const arguments[] = {text(program), text(progress_file), text(number), nullptr};
    char* const environment[] = {text(preload), text(options), nullptr};
    pid_t child = 0;
    ASSERT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environment), 0);
    int status = 0;
    while (progress_->started == 0) {
      ASSERT_EQ(waitpid(child, &status, WNOHANG), 0) << "the program ended before its first lock: " << status;
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(life);
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the program ended by itself: " << status;
  }

  // The pairs that the program had nested, all of which the trace must tell.
  size_t check() const {
    fs::path file;
    for (const auto& entry : fs::directory_iterator(traces())) file = entry.path();
    const TraceReader trace(file);
    EXPECT_TRUE(trace.problems().empty()) << trace.problems().front();
    Program program;
    ingest(trace, program);
    EXPECT_TRUE(program.warnings.empty()) << program.warnings.front();
    EXPECT_TRUE(program.losses.empty());
    // By address: a lock that two threads met in the same instant may have a second record.
    const LockGraph& graph = program.graph;
    std::set<std::pair<uint64_t, uint64_t>> recorded;
    for (const auto edge : boost::make_iterator_range(boost::edges(graph.boost_graph()))) {
      recorded.emplace(program.locks[graph.held(edge)].address, program.locks[graph.wanted(edge)].address);
    }
    size_t pairs = 0;
    for (size_t outer = 0; outer < kBusyLocks; ++outer) {
      for (size_t inner = 0; inner < kBusyLocks; ++inner) {
        if (!progress_->nested[outer][inner]) continue;
        ++pairs;
        EXPECT_TRUE(recorded.contains({progress_->address[outer], progress_->address[inner]}))
            << "not in the trace: " << outer << " then " << inner;
      }
    }
    return pairs;
  }

  fs::path traces() const { return directory_ / "traces"; }

 private:
  fs::path directory_;
  fs::path progress_file_;
  int file_ = -1;
  BusyProgress* progress_ = nullptr;
};

TEST_F(Killed, LeavesAWholeTraceAtAnyInstant) {
  std::minstd_rand random(1);
  size_t pairs = 0;
  int with_pairs = 0;
  for (int i = 0; i < kRuns && !HasFailure(); ++i) {
    const std::chrono::microseconds life(random() % kLongestLife.count());
    run(i, life);
    const size_t seen = check();
    EXPECT_FALSE(HasFailure()) << "run " << i << ", killed after " << life.count() << " us";
    pairs += seen;
    with_pairs += seen > 0 ? 1 : 0;
  }
  EXPECT_GT(with_pairs, kRuns / 2);
  std::printf("%d runs, %zu pairs in all\n", kRuns, pairs);
}

}  // namespace
}  // namespace gordian
