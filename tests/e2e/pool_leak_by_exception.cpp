// SPDX-License-Identifier: Apache-2.0
// An exception takes the way past the post. Given back by a guard, the permit comes back.
//
// expect: semaphore-leak tier=observed locks=1 names=unguarded functions=parse reason=posted
#include "tests/e2e/support.h"

#include <semaphore.h>

#include <stdexcept>
#include <thread>

static sem_t unguarded, guarded;

static void read(int job) {
  if (job % 2 == 1) throw std::runtime_error("odd");
}

static void parse(int job) {
  sem_wait(&unguarded);
  read(job);
  sem_post(&unguarded);
}

struct Permit {
  Permit() { sem_wait(&guarded); }
  ~Permit() { sem_post(&guarded); }
};

static void parse_guarded(int job) {
  const Permit permit;
  read(job);
}

template <typename Parse>
static void survive(Parse parse_one) {
  for (int job = 0; job < 4; ++job) {
    try {
      parse_one(job);
    } catch (const std::runtime_error&) {
    }
  }
}

int main() {
  CHECK(sem_init(&unguarded, 0, 4) == 0);
  CHECK(sem_init(&guarded, 0, 4) == 0);
  std::thread([] {
    survive(parse);
    survive(parse_guarded);
  }).join();
}
