// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/python_expression.h"

#include <gtest/gtest.h>

namespace gordian {
namespace {

TEST(PythonExpression, WhatIsTaken) {
  EXPECT_EQ(python_lock_expression("    with self.lock:"), "self.lock");
  EXPECT_EQ(python_lock_expression("with lock_a:  # not b.acquire()"), "lock_a");
  EXPECT_EQ(python_lock_expression("with lock_a: count += 1"), "lock_a");
  EXPECT_EQ(python_lock_expression("with (lock_a):"), "lock_a");
  EXPECT_EQ(python_lock_expression("with locks[key(x)[0]].inner as held:"), "locks[key(x)[0]].inner");
  EXPECT_EQ(python_lock_expression("with table[a:b].lock:"), "table[a:b].lock");
  EXPECT_EQ(python_lock_expression("with pool.guard(x, y):"), "pool.guard(x, y)");
  EXPECT_EQ(python_lock_expression("with lock_a:  # it's"), "lock_a");
  EXPECT_EQ(python_lock_expression("    self._lock.acquire()"), "self._lock");
  EXPECT_EQ(python_lock_expression("if not first.lock.acquire(timeout=1):"), "first.lock");
  EXPECT_EQ(python_lock_expression("got = locks[i].acquire(False)"), "locks[i]");
}

TEST(PythonExpression, WhatIsTakenIsNotSaidOnDoubt) {
  for (const char* line : {
           "",
           "with a, b:",  // which of the two?
           "with a as x, b as y:",
           "with (a, b):",
           "with a",  // goes on on another line
           "with a if x else b:",
           "with lock_a + lock_b:",
           "a.acquire(); b.acquire()",
           "a.release()",
           "acquire(a)",
           "x = a.acquire",
           "# with a:",
           "'''with a:",
           "within(a):",
           "with:",
           "with",
           ".acquire()",
           "with (",
       }) {
    EXPECT_EQ(python_lock_expression(line), "") << line;
  }
}

TEST(PythonExpression, WhatIsCreated) {
  EXPECT_EQ(python_created_expression("lock = threading.Lock()"), "lock");
  EXPECT_EQ(python_created_expression("        self._lock = RLock()  # = x"), "self._lock");
  EXPECT_EQ(python_created_expression("self.lock: Lock = Lock()"), "self.lock");
  EXPECT_EQ(python_created_expression("self.jobs = Queue(maxsize=3)"), "self.jobs");
  EXPECT_EQ(python_created_expression("locks[name] = lock or Lock()"), "locks[name]");
  EXPECT_EQ(python_created_expression("by_slice[1:2] = make()"), "by_slice[1:2]");
  EXPECT_EQ(python_created_expression("locks = [Lock() for _ in range(n)]"), "locks[]");
  EXPECT_EQ(python_created_expression("locks = {k: Lock() for k in keys}"), "locks[]");
}

TEST(PythonExpression, WhatIsCreatedIsNotSaidOnDoubt) {
  for (const char* line : {
           "",
           "return Lock()",
           "a = b = Lock()",
           "a, b = Lock(), Lock()",
           "if x == Lock():",
           "register(lock=Lock())",
           "x += Lock()",
           "lock =",
           "= Lock()",
           "# lock = Lock()",
           "self.locks.append(Lock())",
       }) {
    EXPECT_EQ(python_created_expression(line), "") << line;
  }
}

TEST(PythonExpression, OwnerOfAMethod) {
  EXPECT_EQ(python_owner("Bank.move"), "Bank");
  EXPECT_EQ(python_owner("Bank.Account.move"), "Bank.Account");
  EXPECT_EQ(python_owner("Bank.move.<locals>.retry"), "Bank");
  EXPECT_EQ(python_owner("Bank.move.<locals>.retry.<locals>.<lambda>"), "Bank");
  EXPECT_EQ(python_owner("main.<locals>.Task.run"), "Task");
  EXPECT_EQ(python_owner("move"), "");
  EXPECT_EQ(python_owner("main.<locals>.move"), "");
  EXPECT_EQ(python_owner("<module>"), "");
  EXPECT_EQ(python_owner(""), "");
}

}  // namespace
}  // namespace gordian
