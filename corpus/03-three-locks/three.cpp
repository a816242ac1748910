// SPDX-License-Identifier: Apache-2.0
// sessions, then users; users, then quotas; quotas, then sessions.
#include "tests/e2e/support.h"

#include <mutex>

struct Table {
  std::mutex lock;
  int entries = 1;
};
static Table sessions, users, quotas;

static void find_user_of_session() {
  std::lock_guard hold_sessions(sessions.lock);  // held: find
  std::lock_guard hold_users(users.lock);        // wanted: find
  users.entries += sessions.entries;
}

static void charge_user() {
  std::lock_guard hold_users(users.lock);    // held: charge
  std::lock_guard hold_quotas(quotas.lock);  // wanted: charge
  quotas.entries += users.entries;
}

static void end_sessions_over_quota() {
  std::lock_guard hold_quotas(quotas.lock);      // held: end
  std::lock_guard hold_sessions(sessions.lock);  // wanted: end
  sessions.entries -= quotas.entries;
}

int main() {
  const Part parts[] = {find_user_of_session, charge_user, end_sessions_over_quota};
  run_in_turn(3, parts);
  printf("%d %d %d\n", sessions.entries, users.entries, quotas.entries);
}
