// SPDX-License-Identifier: Apache-2.0
//
// A fixed amount of work for a memcached on a Unix socket: 2 threads with 2 connections each send batches of
// 9 gets to 1 set, a batch always on its way on one connection while the answer of the other is read. Prints
// "OPERATIONS SECONDS SERVER_CPU_SECONDS" for the time after a warm-up.
//
// There is a key for 50 operations, but no more than 20,000. Keys and values have fixed lengths and every key
// is stored first, so the length of each answer is known; any other answer ends the program with an error.
//
// usage: memcached_load SOCKET SERVER_PID OPERATIONS
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
  kThreads = 2,
  kConnections = 2,
  kMostKeys = 20000,
  kOperationsPerKey = 50,
  kValue = 100,
  kBatch = 50,
  kSetEvery = 10
};
enum { kGetAnswer = sizeof("VALUE key-00000 0 100\r\n") - 1 + kValue + sizeof("\r\nEND\r\n") - 1 };

static const char kStored[] = "STORED\r\n";
static const char kEnd[] = "END\r\n";

struct Worker {
  pthread_t thread;
  int connections[kConnections];
  uint64_t batches;
  unsigned random;
};

static const char* socket_path;
static unsigned keys;
static char value[kValue + 1];

static void fail(const char* what) {
  fprintf(stderr, "memcached_load: %s: %s\n", what, errno != 0 ? strerror(errno) : "not the expected answer");
  exit(1);
}

static int connect_to_server(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    fail(socket_path);
  }
  strcpy(address.sun_path, socket_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const struct timeval patience = {.tv_sec = 60};
  if (fd < 0 || connect(fd, (const struct sockaddr*)&address, sizeof address) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
    fail(socket_path);
  }
  return fd;
}

static void send_all(int fd, const char* data, size_t length) {
  while (length > 0) {
    const ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    data += sent;
    length -= (size_t)sent;
  }
}

static void expect(int fd, size_t length, const char* ending) {
  static _Thread_local char answer[kBatch * kGetAnswer];
  for (size_t have = 0; have < length;) {
    errno = 0;
    const ssize_t got = recv(fd, answer + have, length - have, 0);
    if (got <= 0) fail("receive");
    have += (size_t)got;
  }
  const size_t tail = strlen(ending);
  if (memcmp(answer + length - tail, ending, tail) != 0) fail("receive");
}

static char* put_set(char* at, unsigned key) {
  return at + sprintf(at, "set key-%05u 0 0 %d\r\n%s\r\n", key, kValue, value);
}

static void store_all_keys(void) {
  const int fd = connect_to_server();
  for (unsigned key = 0; key < keys; ++key) {
    char request[kValue + 64];
    send_all(fd, request, (size_t)(put_set(request, key) - request));
    expect(fd, strlen(kStored), kStored);
  }
  close(fd);
}

// Ends in a get, so that the answer to the whole batch ends in kEnd.
static void send_batch(struct Worker* worker, int fd) {
  char request[kBatch * (kValue + 64)];
  char* at = request;
  for (int i = 0; i < kBatch; ++i) {
    worker->random = worker->random * 1664525u + 1013904223u;
    const unsigned key = (worker->random >> 8) % keys;
    at = i % kSetEvery == 0 ? put_set(at, key) : at + sprintf(at, "get key-%05u\r\n", key);
  }
  send_all(fd, request, (size_t)(at - request));
}

static void expect_batch(int fd) {
  const size_t sets = kBatch / kSetEvery;
  expect(fd, sets * strlen(kStored) + (kBatch - sets) * kGetAnswer, kEnd);
}

static void* work(void* argument) {
  struct Worker* worker = argument;
  for (int i = 0; i < kConnections; ++i) send_batch(worker, worker->connections[i]);
  for (uint64_t i = 0; i < worker->batches; ++i) {
    const int fd = worker->connections[i % kConnections];
    expect_batch(fd);
    if (i + kConnections < worker->batches) send_batch(worker, fd);
  }
  return NULL;
}

static void run(struct Worker* workers, uint64_t batches) {
  for (int i = 0; i < kThreads; ++i) {
    workers[i].batches = batches;
    if ((errno = pthread_create(&workers[i].thread, NULL, work, &workers[i])) != 0) fail("pthread_create");
  }
  for (int i = 0; i < kThreads; ++i) pthread_join(workers[i].thread, NULL);
}

static double seconds_of(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) fail("clock");
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
  if (argc != 4) {
    fputs("usage: memcached_load SOCKET SERVER_PID OPERATIONS\n", stderr);
    return 1;
  }
  socket_path = argv[1];
  clockid_t server_clock;
  if ((errno = clock_getcpuclockid((pid_t)atoi(argv[2]), &server_clock)) != 0) fail("server's CPU clock");
  const uint64_t operations = strtoull(argv[3], NULL, 10);
  const uint64_t batches = operations / (kThreads * kBatch);
  keys = operations < (uint64_t)kMostKeys * kOperationsPerKey ? (unsigned)(operations / kOperationsPerKey) + 1
                                                              : kMostKeys;
  memset(value, 'v', kValue);

  store_all_keys();
  struct Worker workers[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    workers[i].random = (unsigned)i + 1;
    for (int k = 0; k < kConnections; ++k) workers[i].connections[k] = connect_to_server();
  }
  run(workers, batches / 10 + kConnections);

  const double wall = seconds_of(CLOCK_MONOTONIC);
  const double cpu = seconds_of(server_clock);
  run(workers, batches);
  printf("%llu %.6f %.6f\n", (unsigned long long)batches * kBatch * kThreads,
         seconds_of(CLOCK_MONOTONIC) - wall, seconds_of(server_clock) - cpu);
  return 0;
}
