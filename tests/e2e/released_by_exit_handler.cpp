// SPDX-License-Identifier: Apache-2.0
// The healthy twin of exits_holding: what the main thread holds when it returns is released by an exit
// handler and by a static object's destructor.
//
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>

static pthread_mutex_t by_handler = PTHREAD_MUTEX_INITIALIZER;
static std::mutex by_destructor;
static std::unique_lock<std::mutex> guard(by_destructor, std::defer_lock);

static void release() {
  CHECK(pthread_mutex_unlock(&by_handler) == 0);
}

int main() {
  atexit(release);
  pthread_mutex_lock(&by_handler);
  guard.lock();
}
