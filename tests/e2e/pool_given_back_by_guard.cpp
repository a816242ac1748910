// SPDX-License-Identifier: Apache-2.0
// Permits held by guards come back: where an exception passes, at the end of a thread by thread_local
// objects, and at the end of the program by static ones.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

#include <stdexcept>
#include <thread>

struct Pool {
  sem_t permits;
  Pool() { CHECK(sem_init(&permits, 0, 4) == 0); }
};
static Pool pool;

struct Permit {
  Permit() { sem_wait(&pool.permits); }
  ~Permit() { sem_post(&pool.permits); }
};
static const Permit until_the_end;

static void parse(int job) {
  const Permit permit;
  if (job % 2 == 1) throw std::runtime_error("odd");
}

int main() {
  std::thread([] {
    thread_local const Permit until_thread_end;
    (void)until_thread_end;
    for (int job = 0; job < 4; ++job) {
      try {
        parse(job);
      } catch (const std::runtime_error&) {
      }
    }
  }).join();
}
