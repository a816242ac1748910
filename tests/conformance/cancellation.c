// SPDX-License-Identifier: Apache-2.0
// Which calls act upon a cancellation: one that came before the call, and one that comes while it waits. And
// that a clean-up handler finds the same mutexes held, and the call leaves the same behind.
#include "tests/conformance/observe.h"

#include <semaphore.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>

static pthread_mutex_t m = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;  // its owner can be told
static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static mtx_t c11_mutex;
static mtx_t c11_taken;
static cnd_t c11_never;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static sem_t permits;
static pthread_t sleeper;
static pid_t sleeper_tid;
static bool joined;
static int file;

static struct timespec in_vain;            // in an hour
static struct timespec in_vain_monotonic;  // the same by the other clock

// ---- the calls

static void mutex_lock(void) {
  CHECK(pthread_mutex_lock(&taken) == 0);
  CHECK(pthread_mutex_unlock(&taken) == 0);
}
static void mutex_timedlock(void) {
  CHECK(pthread_mutex_timedlock(&taken, &in_vain) == 0);
  CHECK(pthread_mutex_unlock(&taken) == 0);
}
static void mutex_clocklock(void) {
  CHECK(pthread_mutex_clocklock(&taken, CLOCK_MONOTONIC, &in_vain_monotonic) == 0);
  CHECK(pthread_mutex_unlock(&taken) == 0);
}
static void mutex_trylock(void) {
  if (pthread_mutex_trylock(&taken) == 0) CHECK(pthread_mutex_unlock(&taken) == 0);
}
static void c11_lock(void) {
  CHECK(mtx_lock(&c11_taken) == thrd_success);
  CHECK(mtx_unlock(&c11_taken) == thrd_success);
}
static void rdlock(void) {
  CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
}
static void wrlock(void) {
  CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
}
static void timedwrlock(void) {
  CHECK(pthread_rwlock_timedwrlock(&rwlock, &in_vain) == 0);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
}
static void spin_lock(void) {
  CHECK(pthread_spin_lock(&spin) == 0);
  CHECK(pthread_spin_unlock(&spin) == 0);
}
static void barrier_wait(void) {
  pthread_barrier_wait(&barrier);
}
static void semaphore_wait(void) {
  CHECK(sem_wait(&permits) == 0);
}
static void semaphore_timedwait(void) {
  CHECK(sem_timedwait(&permits, &in_vain) == 0);
}
static void semaphore_clockwait(void) {
  CHECK(sem_clockwait(&permits, CLOCK_MONOTONIC, &in_vain_monotonic) == 0);
}
static void semaphore_trywait(void) {
  sem_trywait(&permits);
}
static void join(void) {
  CHECK(pthread_join(sleeper, NULL) == 0);
  joined = true;
}
static void timedjoin(void) {
  CHECK(pthread_timedjoin_np(sleeper, NULL, &in_vain) == 0);
  joined = true;
}
static void clockjoin(void) {
  CHECK(pthread_clockjoin_np(sleeper, NULL, CLOCK_MONOTONIC, &in_vain_monotonic) == 0);
  joined = true;
}
static void c11_join(void) {
  CHECK(thrd_join(sleeper, NULL) == thrd_success);
  joined = true;
}
static void record_lock(void) {
  struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  CHECK(fcntl(file, F_SETLKW, &all) == 0);
  all.l_type = F_UNLCK;
  CHECK(fcntl(file, F_SETLK, &all) == 0);
}
static void record_lockf(void) {
  CHECK(lockf(file, F_LOCK, 0) == 0);
  CHECK(lockf(file, F_ULOCK, 0) == 0);
}
static void file_flock(void) {
  CHECK(flock(file, LOCK_EX) == 0);
  CHECK(flock(file, LOCK_UN) == 0);
}

// Waits with a mutex: the handler tells whether it is held, and by whom.
static void tell_mutex(void* unused) {
  (void)unused;
  printf("    in the handler: unlock %s\n", name_of(pthread_mutex_unlock(&m)));
}
static void condition_wait_of_kind(int kind) {
  CHECK(pthread_mutex_lock(&m) == 0);
  pthread_cleanup_push(tell_mutex, NULL);
  for (;;) {
    if (kind == 0) pthread_cond_wait(&never, &m);
    if (kind == 1) pthread_cond_timedwait(&never, &m, &in_vain);
    if (kind == 2) pthread_cond_clockwait(&never, &m, CLOCK_MONOTONIC, &in_vain_monotonic);
  }
  pthread_cleanup_pop(0);
}
static void condition_wait(void) {
  condition_wait_of_kind(0);
}
static void condition_timedwait(void) {
  condition_wait_of_kind(1);
}
static void condition_clockwait(void) {
  condition_wait_of_kind(2);
}
static void tell_c11_mutex(void* unused) {
  (void)unused;
  printf("    in the handler: trylock %d\n", mtx_trylock(&c11_mutex));
  CHECK(mtx_unlock(&c11_mutex) == thrd_success);
}
static void c11_condition_wait(void) {
  CHECK(mtx_lock(&c11_mutex) == thrd_success);
  pthread_cleanup_push(tell_c11_mutex, NULL);
  for (;;) cnd_wait(&c11_never, &c11_mutex);
  pthread_cleanup_pop(0);
}
static void c11_condition_timedwait(void) {
  CHECK(mtx_lock(&c11_mutex) == thrd_success);
  pthread_cleanup_push(tell_c11_mutex, NULL);
  for (;;) cnd_timedwait(&c11_never, &c11_mutex, &in_vain);
  pthread_cleanup_pop(0);
}

typedef struct {
  const char* name;
  void (*call)(void);
  long waits_in;  // the system call; 0: it is not brought to wait
  bool acts;      // upon a cancellation that comes while it waits
} Call;

static const Call calls[] = {
    {"pthread_mutex_lock", mutex_lock, SYS_futex, false},
    {"pthread_mutex_timedlock", mutex_timedlock, SYS_futex, false},
    {"pthread_mutex_clocklock", mutex_clocklock, SYS_futex, false},
    {"pthread_mutex_trylock", mutex_trylock, 0, false},
    {"mtx_lock", c11_lock, SYS_futex, false},
    {"pthread_rwlock_rdlock", rdlock, SYS_futex, false},
    {"pthread_rwlock_wrlock", wrlock, SYS_futex, false},
    {"pthread_rwlock_timedwrlock", timedwrlock, SYS_futex, false},
    {"pthread_spin_lock", spin_lock, 0, false},
    {"pthread_barrier_wait", barrier_wait, SYS_futex, false},
    {"pthread_cond_wait", condition_wait, SYS_futex, true},
    {"pthread_cond_timedwait", condition_timedwait, SYS_futex, true},
    {"pthread_cond_clockwait", condition_clockwait, SYS_futex, true},
    {"cnd_wait", c11_condition_wait, SYS_futex, true},
    {"cnd_timedwait", c11_condition_timedwait, SYS_futex, true},
    {"sem_wait", semaphore_wait, SYS_futex, true},
    {"sem_timedwait", semaphore_timedwait, SYS_futex, true},
    {"sem_clockwait", semaphore_clockwait, SYS_futex, true},
    {"sem_trywait", semaphore_trywait, 0, false},
    {"pthread_join", join, SYS_futex, true},
    {"pthread_timedjoin_np", timedjoin, SYS_futex, true},
    {"pthread_clockjoin_np", clockjoin, SYS_futex, true},
    {"thrd_join", c11_join, SYS_futex, true},
    {"fcntl(F_SETLKW)", record_lock, SYS_fcntl, true},
    {"lockf(F_LOCK)", record_lockf, SYS_fcntl, true},
    {"flock", file_flock, SYS_flock, false},
};
enum { kCalls = sizeof calls / sizeof *calls };

// ---- what lets a call wait, and lets go of it

static Step awake;  // the sleeper may end

static void* sleep_until_awake(void* unused) {
  sleeper_tid = gettid();
  advance(&awake);
  await(&awake, 2);
  return unused;
}

static void await_end_of_sleeper(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d", sleeper_tid);
  while (access(path, F_OK) == 0) sched_yield();
}

static void prepare(int permit, unsigned at_barrier) {
  awake = 0;
  joined = false;
  CHECK(sem_init(&permits, 0, (unsigned)permit) == 0);
  CHECK(pthread_barrier_init(&barrier, NULL, at_barrier) == 0);
  CHECK(pthread_create(&sleeper, NULL, sleep_until_awake, NULL) == 0);
  await(&awake, 1);
}

static const char* state_of(int try_result) {
  return try_result == 0 ? "free" : "taken";
}

static void clear(void) {
  int value;
  CHECK(sem_getvalue(&permits, &value) == 0);
  printf("    leaves %d permits, the thread %s, mutexes %s, %s, %s, read-write lock %s\n", value,
         joined ? "joined" : "not joined", state_of(pthread_mutex_trylock(&m)),
         state_of(pthread_mutex_trylock(&taken)), state_of(mtx_trylock(&c11_mutex)),
         state_of(pthread_rwlock_trywrlock(&rwlock)));
  CHECK(pthread_mutex_unlock(&m) == 0);
  CHECK(pthread_mutex_unlock(&taken) == 0);
  CHECK(mtx_unlock(&c11_mutex) == thrd_success);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  CHECK(sem_destroy(&permits) == 0);
  if (!joined) CHECK(pthread_join(sleeper, NULL) == 0);
}

// A process of its own takes the file's locks and keeps them until `*let_go`.
static pid_t take_file(const char* path, Step* has_it, const Step* let_go) {
  const pid_t holder = fork();
  if (holder != 0) {
    await(has_it, 1);
    return holder;
  }
  const int own = open(path, O_RDWR);
  const struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  CHECK(fcntl(own, F_SETLK, &all) == 0);
  CHECK(flock(own, LOCK_EX) == 0);
  advance(has_it);
  await(let_go, 1);
  _exit(0);
}

// ---- the two ways to be cancelled

static void tell_end(void* result) {
  printf("    %s\n", result == PTHREAD_CANCELED ? "cancelled" : "returned");
}

static void* call_while_pending(void* call) {
  CHECK(pthread_cancel(pthread_self()) == 0);
  ((const Call*)call)->call();
  return NULL;
}

static void observe_pending(const Call* call) {
  printf("%s\n  cancelled before\n", call->name);
  prepare(1, 1);
  advance(&awake);
  await_end_of_sleeper();
  tell_end(in_thread(call_while_pending, (void*)call));
  clear();
}

static void* make_call(void* call) {
  ((const Call*)call)->call();
  return NULL;
}

static void observe_waiting(const Call* call, const char* path) {
  printf("  cancelled while it waits\n");
  prepare(0, 2);
  Step* const shared =
      mmap(NULL, 2 * sizeof(Step), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const pid_t holder = take_file(path, &shared[0], &shared[1]);
  CHECK(pthread_mutex_lock(&taken) == 0);
  CHECK(mtx_lock(&c11_taken) == thrd_success);
  CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
  Waiter waiter;
  begin_wait(&waiter, make_call, (void*)call, call->waits_in);
  CHECK(pthread_cancel(waiter.thread) == 0);
  if (call->acts) tell_end(end_wait(&waiter));
  CHECK(pthread_mutex_unlock(&taken) == 0);
  CHECK(mtx_unlock(&c11_taken) == thrd_success);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  advance(&shared[1]);
  CHECK(waitpid(holder, NULL, 0) == holder);
  advance(&awake);
  if (call->call == barrier_wait) pthread_barrier_wait(&barrier);
  if (!call->acts) tell_end(end_wait(&waiter));
  clear();
  CHECK(munmap(shared, 2 * sizeof(Step)) == 0);
}

int main(void) {
  char path[] = "/tmp/gordian-conformance-XXXXXX";
  file = mkstemp(path);
  CHECK(file >= 0);
  in_vain = after_ms(CLOCK_REALTIME, 3600000);
  in_vain_monotonic = after_ms(CLOCK_MONOTONIC, 3600000);
  CHECK(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
  CHECK(mtx_init(&c11_mutex, mtx_plain) == thrd_success);
  CHECK(mtx_init(&c11_taken, mtx_plain) == thrd_success);
  CHECK(cnd_init(&c11_never) == thrd_success);
  for (int i = 0; i < kCalls; ++i) {
    observe_pending(&calls[i]);
    if (calls[i].waits_in != 0) observe_waiting(&calls[i], path);
  }
  CHECK(unlink(path) == 0);
  return 0;
}
