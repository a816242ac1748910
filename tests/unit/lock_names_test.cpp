// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/lock_names.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace gordian {
namespace {

Frame function_frame(std::string function) {
  Frame frame;
  frame.function = std::move(function);
  return frame;
}

TEST(LockExpression, LockFunctions) {
  EXPECT_EQ(lock_expression("  pthread_mutex_lock(&from->mutex);"), "from->mutex");
  EXPECT_EQ(lock_expression("if (pthread_mutex_trylock(&(table[i].mu)) != 0) return;"), "table[i].mu");
  EXPECT_EQ(lock_expression("rc = pthread_mutex_timedlock(m, &deadline);"), "m");
  EXPECT_EQ(lock_expression("pthread_mutex_clocklock(&a.b, CLOCK_MONOTONIC, &ts);"), "a.b");
  EXPECT_EQ(lock_expression("mtx_lock(&queue->lock);  // not pthread_mutex_lock(&x)"), "queue->lock");
  EXPECT_EQ(lock_expression("pthread_cond_wait(&q->nonempty, &q->lock);"), "q->lock");
  EXPECT_EQ(lock_expression("CHECK(pthread_mutex_lock(&m));"), "m");
  EXPECT_EQ(lock_expression("pthread_rwlock_clockrdlock(&table->lock, CLOCK_MONOTONIC, &ts);"),
            "table->lock");
  EXPECT_EQ(lock_expression("pthread_spin_lock(&cpu[i].spin);"), "cpu[i].spin");
  EXPECT_EQ(lock_expression("MUST_LOCK(pthread_mutex_lock(&m));"), "m");
  EXPECT_EQ(lock_expression("pthread_mutex_lock(&(*it)->mu);"), "(*it)->mu");
  EXPECT_EQ(lock_expression("pthread_mutex_lock(*locks);"), "*locks");
  EXPECT_EQ(lock_expression("pthread_mutex_lock(&this->mutex);"), "this->mutex");
  EXPECT_EQ(lock_expression("pthread_mutex_lock(mutex_of(cache));"), "mutex_of(cache)");
}

TEST(LockExpression, Guards) {
  EXPECT_EQ(lock_expression("std::lock_guard<std::mutex> g(table_.mu);"), "table_.mu");
  EXPECT_EQ(lock_expression("const std::lock_guard g{mu_};"), "mu_");
  EXPECT_EQ(lock_expression("std::unique_lock<std::shared_timed_mutex> lock(shards[i]->mutex);"),
            "shards[i]->mutex");
  EXPECT_EQ(lock_expression("std::scoped_lock lk(a.mu);"), "a.mu");
  EXPECT_EQ(lock_expression("std::shared_lock reading(routes_);"), "routes_");
  EXPECT_EQ(lock_expression("const std::shared_lock<std::shared_mutex> reading{table->mu};"), "table->mu");
  EXPECT_EQ(lock_expression("auto lock = std::unique_lock<std::mutex>(mu_);"), "mu_");
  EXPECT_EQ(lock_expression("auto lock = std::unique_lock(mu_);"), "mu_");
  EXPECT_EQ(lock_expression("boost::mutex::scoped_lock l(m_);"), "m_");
  EXPECT_EQ(lock_expression("Guard guard(mutex_);"), "mutex_");
  EXPECT_EQ(lock_expression("{ QMutexLocker locker(&mutex); }"), "mutex");
  EXPECT_EQ(lock_expression("Mutex::Autolock _l(mLock);"), "mLock");
}

TEST(LockExpression, Methods) {
  EXPECT_EQ(lock_expression("state.lock.lock();"), "state.lock");
  EXPECT_EQ(lock_expression("  m->lock();"), "m");
  EXPECT_EQ(lock_expression("if (!shards[hash(k) % n].mu.try_lock()) return;"), "shards[hash(k) % n].mu");
  EXPECT_EQ(lock_expression("mu_.Lock();"), "mu_");
  EXPECT_EQ(lock_expression("get(3)->mu.lock();"), "get(3)->mu");
  EXPECT_EQ(lock_expression("(*it)->mu.lock();"), "(*it)->mu");
  EXPECT_EQ(lock_expression("if (ready) mu.lock();"), "mu");
  EXPECT_EQ(lock_expression("if (m.try_lock_for(10ms)) {"), "m");
  EXPECT_EQ(lock_expression("bank::registry.lock();"), "bank::registry");
  EXPECT_EQ(lock_expression("routes_.lock_shared();"), "routes_");
}

TEST(LockExpression, Wrappers) {
  EXPECT_EQ(lock_expression("mutex_lock(&item_locks[hv & mask]);"), "item_locks[hv & mask]");
  EXPECT_EQ(lock_expression("LOCK(x);"), "x");
  EXPECT_EQ(lock_expression("return uv_mutex_lock(&loop->wq_mutex);"), "loop->wq_mutex");
}

TEST(LockExpression, SaysNothingOnDoubt) {
  for (const char* line : {
           "",
           "x = y;",
           "pthread_mutex_lock(",                              // the argument is on another line
           "pthread_mutex_lock(&a); pthread_mutex_lock(&b);",  // which of the two?
           "std::scoped_lock both(a, b);",
           "std::lock(a, b);",                                    // several locks
           "std::lock_guard<std::mutex> g(m, std::adopt_lock);",  // taken elsewhere
           "a.lock(); b.lock();",
           "pthread_mutex_unlock(&m);",
           "m.unlock();",
           "UNLOCK(x);",
           "mutex_init(&m);",
           "block(x);",
           "clock(x);",
           "unlock_all(x);",
           "run(a + b);",
           "lock(a + b);",
           "lock(1);",
           "lock(a, b);",
           "int mutex_lock(pthread_mutex_t* mutex) {",  // a definition
           "pthread_mutex_lock(i ? &a : &b);",
           "pthread_mutex_lock(NULL);",
           "puts(\"lock(x)\");",
           "// lock(x)",
           "/* lock(x) */ run();",
           "/* lock(x)",
           "char c = '(';",
           "m.lock(",
           ")",
           "](",
           "->lock()",
           ".lock()",
           "lock(())",
           "lock(&)",
           "> g(x)",
           "<",
           "operator>(x)",
           "std::lock_guard<",
           "\"",
           "'\\",
       }) {
    EXPECT_EQ(lock_expression(line), "") << line;
  }
}

TEST(LockPlumbing, LibrariesAndTheHook) {
  for (const char* function : {"std::mutex::lock",
                               "std::lock_guard<std::mutex>::lock_guard",
                               "std::unique_lock<std::mutex>::unique_lock",
                               "std::lock<std::mutex, std::mutex>",
                               "std::scoped_lock<std::mutex>::scoped_lock",
                               "std::recursive_mutex::lock",
                               "__gthread_mutex_lock",
                               "pthread_mutex_lock",
                               "std::condition_variable::wait<main::{lambda()#1}>",
                               "boost::unique_lock<boost::mutex>::lock",
                               "absl::MutexLock::MutexLock",
                               "QMutex::lock",
                               "std::shared_lock<std::shared_mutex>::shared_lock",
                               "std::shared_mutex::lock_shared",
                               "std::__shared_mutex_pthread::lock_shared",
                               "std::__glibcxx_rwlock_rdlock",
                               "std::__glibcxx_rwlock_timedwrlock",
                               "pthread_rwlock_rdlock",
                               "__pthread_rwlock_wrlock",
                               "mtx_timedlock",
                               "cnd_wait",
                               "std::__detail::__try_lock_impl<std::mutex>"}) {
    EXPECT_TRUE(is_lock_plumbing(function_frame(function))) << function;
  }
  for (const char* function :
       {"main", "mutex_lock", "Guard::Guard", "std::mutex_pool::get", "std::locker", "my::std::mutex",
        "std::vector<std::mutex>::emplace_back", "mtx_locker", "rwlock_rdlock", ""}) {
    EXPECT_FALSE(is_lock_plumbing(function_frame(function))) << function;
  }
  Frame hook = function_frame("anything");
  hook.module = "/usr/lib/libgordian.so";
  EXPECT_TRUE(is_lock_plumbing(hook));
  hook.module = "/usr/lib/libgordian.so.1";
  EXPECT_TRUE(is_lock_plumbing(hook));
}

TEST(LockPlumbing, UserFrame) {
  const std::vector<Frame> frames = {function_frame("pthread_mutex_lock"), function_frame("std::mutex::lock"),
                                     function_frame("transfer"), function_frame("main")};
  EXPECT_EQ(user_frame(frames), &frames[2]);
  const std::vector<Frame> plumbing = {function_frame("pthread_mutex_lock"),
                                       function_frame("std::mutex::lock")};
  EXPECT_EQ(user_frame(plumbing), plumbing.data());
  EXPECT_EQ(user_frame({}), nullptr);
}

// What the fixture printed: a process with its module, and the locks with their stacks.
struct Recorded {
  Program program;
  std::vector<std::pair<std::string, std::string>> expected;  // name and class, by lock
};

Recorded record(const std::string& fixture) {
  Recorded recorded;
  Program& program = recorded.program;
  const std::string path = std::string(FIXTURE_DIR) + "/" + fixture;
  FILE* pipe = popen(path.c_str(), "r");
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);

  const ProcessId process = program.processes.add({});
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind >> std::hex;
    if (kind == "module") {
      Module module;
      module.path = path;
      words >> module.start >> module.end >> module.load_bias;
      program.processes[process].modules.push_back(module);
    } else if (kind == "expect") {
      const size_t bar = line.find('|');
      recorded.expected.emplace_back(line.substr(7, bar - 7), line.substr(bar + 1));
    } else if (kind == "lock") {
      Lock lock;
      lock.process = process;
      words >> lock.address;
      program.locks.add(lock);
    } else if (kind == "taken" || kind == "created") {
      Stack stack;
      stack.process = process;
      for (uint64_t address; words >> address;) stack.return_addresses.push_back(address);
      Lock& lock = program.locks[static_cast<LockId>(program.locks.size() - 1)];
      (kind == "taken" ? lock.first_taken : lock.created) = program.stacks.add(stack);
    }
  }
  return recorded;
}

class LockNamesTest : public testing::TestWithParam<const char*> {};

TEST_P(LockNamesTest, NamesAreThoseAPersonWouldGive) {
  Recorded recorded = record(GetParam());
  Symbolizer symbolizer(recorded.program);
  name_locks(recorded.program, symbolizer);
  ASSERT_EQ(recorded.program.locks.size(), recorded.expected.size());
  ASSERT_GE(recorded.expected.size(), 10U);
  for (size_t i = 0; i < recorded.expected.size(); ++i) {
    const Lock& lock = recorded.program.locks[static_cast<LockId>(i)];
    EXPECT_EQ(lock.name, recorded.expected[i].first);
    EXPECT_EQ(lock.class_name, recorded.expected[i].second);
  }
}

INSTANTIATE_TEST_SUITE_P(Builds, LockNamesTest,
                         testing::Values("lock_names_unoptimized", "lock_names_optimized"),
                         [](const auto& build) { return std::string(build.param); });

// Without debug information there are only the sites.
TEST(LockNames, SitesOfLast) {
  Recorded recorded = record("lock_names_without_debug_info");
  Program& program = recorded.program;
  Symbolizer symbolizer(program);
  name_locks(program, symbolizer);
  EXPECT_EQ(program.locks[LockId{0}].name, "global");
  EXPECT_TRUE(
      program.locks[LockId{1}].name.starts_with("mutex taken in transfer (lock_names_without_debug_info+0x"))
      << program.locks[LockId{1}].name;
}

TEST(LockNames, UnknownMemoryWithoutStacks) {
  Program program;
  const ProcessId process = program.processes.add({});
  for (int i = 0; i < 2; ++i) {
    Lock lock;
    lock.process = process;
    lock.address = 0x7f0000001000;
    program.locks.add(lock);
  }
  Symbolizer symbolizer(program);
  name_locks(program, symbolizer);
  EXPECT_EQ(program.locks[LockId{0}].name, "mutex at 0x7f0000001000 #1");
  EXPECT_EQ(program.locks[LockId{1}].name, "mutex at 0x7f0000001000 #2");
  EXPECT_EQ(program.locks[LockId{0}].class_name, "mutex at 0x7f0000001000");
}

}  // namespace
}  // namespace gordian
