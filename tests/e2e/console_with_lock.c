// SPDX-License-Identifier: Apache-2.0
// A terminal that is not read from makes its writer wait, here with a read lock held.
//
// expect: lock-held-across-io severity=warning names=screen functions=draw kinds=rwlock message=console
#include "tests/e2e/asleep.h"

#include <termios.h>

static pthread_rwlock_t screen = PTHREAD_RWLOCK_INITIALIZER;
static int terminal;
static int keyboard;

static Step is_drawn;

// One look is not enough: the kernel has more in store than it shows at once.
static void look(void) {
  static char text[1 << 16];
  CHECK(fcntl(terminal, F_SETFL, O_NONBLOCK) == 0);
  while (__atomic_load_n(&is_drawn, __ATOMIC_ACQUIRE) == 0) {
    if (read(terminal, text, sizeof text) <= 0) sched_yield();
  }
}

__attribute__((noinline)) static void draw(void) {
  CHECK(pthread_rwlock_rdlock(&screen) == 0);
  CHECK(write(keyboard, "x", 1) == 1);
  advance(&is_drawn);
  CHECK(pthread_rwlock_unlock(&screen) == 0);
}

int main(void) {
  terminal = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
  keyboard = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_NONBLOCK);
  struct termios mode;
  CHECK(keyboard >= 0 && tcgetattr(keyboard, &mode) == 0);
  cfmakeraw(&mode);
  CHECK(tcsetattr(keyboard, TCSANOW, &mode) == 0);
  while (write(keyboard, "x", 1) == 1) {
  }
  CHECK(fcntl(keyboard, F_SETFL, 0) == 0);
  wake_by(look);
  draw();
  helper_done();
  return 0;
}
