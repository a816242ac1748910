// SPDX-License-Identifier: Apache-2.0
// A file lock goes when its descriptor is closed, by whatever call, and when another thread unlocks it. What
// the thread that took it locks afterwards, it locks under nothing.
//
// args: unlock
// args: close
// args: fclose
// args: dup2
// args: dup3
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>

static Path path;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static const char* by;
static int file;
static Step step;

static void* unlock_for_another(void* unused) {
  CHECK(flock(file, LOCK_UN) == 0);
  return unused;
}

static void give_back(void) {
  if (strcmp(by, "unlock") == 0) {
    pthread_t other;
    CHECK(pthread_create(&other, NULL, unlock_for_another, NULL) == 0);
    CHECK(pthread_join(other, NULL) == 0);
  } else if (strcmp(by, "close") == 0) {
    CHECK(close(file) == 0);
  } else if (strcmp(by, "fclose") == 0) {
    FILE* const stream = fdopen(file, "r");
    CHECK(stream != NULL && fclose(stream) == 0);
  } else if (strcmp(by, "dup2") == 0) {
    CHECK(dup2(STDOUT_FILENO, file) == file);
  } else {
    CHECK(dup3(STDOUT_FILENO, file, O_CLOEXEC) == file);
  }
}

static void* take_and_give_back(void* unused) {
  file = open_file(path);
  CHECK(flock(file, LOCK_EX) == 0);
  give_back();
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  advance(&step);
  await(&step, 2);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 1);
  const int again = open_file(path);
  pthread_mutex_lock(&m);
  CHECK(flock(again, LOCK_EX | LOCK_NB) == 0);  // free, so it has been given back
  CHECK(flock(again, LOCK_UN) == 0);
  CHECK(flock(again, LOCK_EX) == 0);
  CHECK(flock(again, LOCK_UN) == 0);
  pthread_mutex_unlock(&m);
  CHECK(close(again) == 0);
  advance(&step);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  by = argv[1];
  make_file(path, "back");
  // Beforehand and to the end through another description: the threads of this program do wait for each
  // other.
  const int early = open_file(path);
  CHECK(flock(early, LOCK_EX) == 0);
  CHECK(flock(early, LOCK_UN) == 0);
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, take_and_give_back, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, reverse, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  unlink(path);
  return 0;
}
