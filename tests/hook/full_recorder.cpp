// SPDX-License-Identifier: Apache-2.0
//
// A program that takes locks at random and keeps a full log of its own, in the most simple-minded way: for
// every acquisition the whole list of what was held. Run under the shim, its trace must say the same as its
// log (chain_model_test.cpp compares them).
//
// What it does: a few threads, and short-lived children of theirs, each with mutexes of all kinds, rwlocks
// and semaphores of its own, and some mutexes shared by all. They lock, try, lock with a deadline, re-enter,
// wait on condition variables, unlock in order and out of order, destroy, re-initialise and overwrite locks;
// from many call sites, some behind a common wrapper, some in frames of varying size, at varying recursion
// depth. Nothing can deadlock: a thread waits for a shared mutex only when it has none with that or a higher
// number, and its own are wanted by nobody else.
//
// usage: full_recorder SEED LOG. The log is text, one fact a line; its words are in write_log().
#include <alloca.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <random>
#include <vector>

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __LINE__))

namespace {

[[noreturn]] void check_failed(const char* condition, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, line, condition);
  std::abort();
}

// The numbers of format::AcquireMode.
enum Mode : uint64_t { blocking, timed, try_only, reacquire };

// What the same memory may hold.
union Object {
  pthread_mutex_t mutex;
  pthread_rwlock_t rwlock;
  sem_t semaphore;
};
enum Use { mutex, reader, writer, semaphore };

struct Request {
  Mode mode;
  Use use;
  Object* object;
  const timespec* until;
  pthread_cond_t* condition;
};

// ---- call sites: each function has a section to itself, so that the linker tells where it begins and ends
// ----

#define IN_SECTION(name) __attribute__((noipa, section("site_" #name)))

// Written out in each site, so that every call instruction belongs to it. Not a tail call, which would take
// the site off the stack.
#define LOCK_BY(request, lock, timed_lock, try_lock) \
  (request).mode == blocking ? lock : (request).mode == timed ? timed_lock : try_lock
#define PERFORM(request)                                                                                   \
  Object& object = *(request).object;                                                                      \
  const timespec* const until = (request).until;                                                           \
  int result = 0;                                                                                          \
  if ((request).mode == reacquire) {                                                                       \
    result = pthread_cond_timedwait((request).condition, &object.mutex, until);                            \
  } else if ((request).use == mutex) {                                                                     \
    result = LOCK_BY(request, pthread_mutex_lock(&object.mutex),                                           \
                     pthread_mutex_timedlock(&object.mutex, until), pthread_mutex_trylock(&object.mutex)); \
  } else if ((request).use == reader) {                                                                    \
    result = LOCK_BY(request, pthread_rwlock_rdlock(&object.rwlock),                                       \
                     pthread_rwlock_timedrdlock(&object.rwlock, until),                                    \
                     pthread_rwlock_tryrdlock(&object.rwlock));                                            \
  } else if ((request).use == writer) {                                                                    \
    result = LOCK_BY(request, pthread_rwlock_wrlock(&object.rwlock),                                       \
                     pthread_rwlock_timedwrlock(&object.rwlock, until),                                    \
                     pthread_rwlock_trywrlock(&object.rwlock));                                            \
  } else {                                                                                                 \
    result = LOCK_BY(request, sem_wait(&object.semaphore), sem_timedwait(&object.semaphore, until),        \
                     sem_trywait(&object.semaphore));                                                      \
  }                                                                                                        \
  asm volatile("" : "+r"(result));                                                                         \
  return result

IN_SECTION(wrapper) int wrapper(const Request& request, size_t) {
  PERFORM(request);
}

#define DIRECT(name)                                          \
  IN_SECTION(name) int name(const Request& request, size_t) { \
    PERFORM(request);                                         \
  }
#define VIA_WRAPPER(name)                                     \
  IN_SECTION(name) int name(const Request& request, size_t) { \
    int result = wrapper(request, 0);                         \
    asm volatile("" : "+r"(result));                          \
    return result;                                            \
  }

DIRECT(direct0)
DIRECT(direct1)
DIRECT(direct2)
DIRECT(direct3)
VIA_WRAPPER(via0)
VIA_WRAPPER(via1)
VIA_WRAPPER(via2)
VIA_WRAPPER(via3)

IN_SECTION(varying_direct) int varying_direct(const Request& request, size_t room) {
  asm volatile("" ::"r"(alloca(16 * room)) : "memory");
  PERFORM(request);
}
IN_SECTION(varying_via) int varying_via(const Request& request, size_t room) {
  asm volatile("" ::"r"(alloca(16 * room)) : "memory");
  int result = wrapper(request, 0);
  asm volatile("" : "+r"(result));
  return result;
}

using Site = int (*)(const Request&, size_t);

IN_SECTION(recurse) int recurse(size_t depth, Site site, const Request& request, size_t room) {
  int result = depth > 0 ? recurse(depth - 1, site, request, room) : site(request, room);
  asm volatile("" : "+r"(result));
  return result;
}

#define SITES(X) \
  X(direct0) X(direct1) X(direct2) X(direct3) X(via0) X(via1) X(via2) X(via3) X(varying_direct) X(varying_via)

constexpr Site kSites[] = {
#define X(name) name,
    SITES(X)
#undef X
};
constexpr size_t kSiteCount = std::size(kSites);
constexpr size_t kDepths = 8;

// ---- the log ----

std::atomic<uint64_t> next_generation{1};

struct Lock {
  Object* object;
  uint64_t generation = 0;
  int kind = 0;
  int shared = -1;  // its number among the shared ones
};

struct Held {
  Lock* lock;
  uint64_t site;
  uint64_t how;  // mode, and kRead
  size_t depth;  // of the recursion through which it was taken
  int times;
};

using Chain = std::vector<uint64_t>;  // per lock: address, generation, site, how

// Of a read lock, beside its mode.
constexpr uint64_t kRead = 4;

struct Seen {
  uint64_t count = 0;
  uint64_t first_segment = 0;
  uint64_t last_segment = 0;
  uint64_t depths = 0;  // bit set
};

struct Log {
  uint64_t tid = 0;
  uint64_t parent = 0;
  uint64_t parent_segment = 0;
  uint64_t acquisitions = 0;
  std::map<Chain, Seen> chains;
  std::vector<std::pair<uint64_t, uint64_t>> joins;  // tid joined, own segment after it
  std::vector<std::pair<uint64_t, uint64_t>> ended;  // address, generation
};

// ---- a thread ----

constexpr int kShared = 6;
Object shared_mutexes[kShared] = {{PTHREAD_MUTEX_INITIALIZER}, {PTHREAD_MUTEX_INITIALIZER},
                                  {PTHREAD_MUTEX_INITIALIZER}, {PTHREAD_MUTEX_INITIALIZER},
                                  {PTHREAD_MUTEX_INITIALIZER}, {PTHREAD_MUTEX_INITIALIZER}};
constexpr timespec kLongAgo = {1, 0};
const timespec kFarAway = {std::time(nullptr) + 3600, 0};

enum Kind {
  normal,
  recursive,
  errorcheck,
  adaptive,
  inheriting,
  robust,
  process_shared,
  rwlock,
  one_permit,
  kind_count
};

class Worker {
 public:
  Worker(uint64_t seed, Object* objects, int count, int levels, uint64_t parent, uint64_t parent_segment)
      : random_(seed), levels_(levels) {
    log_.tid = static_cast<uint64_t>(syscall(SYS_gettid));
    log_.parent = parent;
    log_.parent_segment = parent_segment;
    for (int i = 0; i < count; ++i) locks_.push_back({objects + i});
    for (Lock& lock : locks_) make(lock);
    own_ = locks_.size();
    for (int i = 0; i < kShared; ++i) locks_.push_back({&shared_mutexes[i], 0, normal, i});
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      const size_t dice = below(1000);
      if (dice < 3 && levels_ > 0) {
        spawn();
      } else if (dice < 20) {
        remake(locks_[below(own_)]);
      } else if (dice < 80) {
        wait();
      } else if (dice < 300) {
        routine(below(12));
      } else if (dice < 310) {
        sweep();
      } else if (dice < 310 + 80 * held_.size()) {
        leave(below(3) != 0 ? held_.size() - 1 : below(held_.size()));
      } else {
        take(locks_[below(locks_.size())], below(kSiteCount), below(10), below(kDepths), below(40));
      }
    }
    while (!held_.empty()) leave(held_.size() - 1);
    for (size_t i = 0; i < own_; ++i) end(locks_[i]);
  }

  const Log& log() const { return log_; }

 private:
  size_t below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  Held* held(const Lock& lock) {
    for (Held& held : held_) {
      if (held.lock == &lock) return &held;
    }
    return nullptr;
  }

  bool may_wait_for(const Lock& lock) const {
    if (lock.shared < 0) return true;
    for (const Held& held : held_) {
      if (held.lock->shared >= lock.shared) return false;
    }
    return true;
  }

  // The whole list of what is held, written down for each of its beginnings too: those are chains of their
  // own.
  Seen& note(const Lock& lock, uint64_t site, uint64_t how, size_t depth) {
    Chain chain;
    const auto extend = [&](const Lock& at, uint64_t with, uint64_t by, size_t from) -> Seen& {
      for (const uint64_t word : {reinterpret_cast<uint64_t>(at.object), at.generation, with, by}) {
        chain.push_back(word);
      }
      Seen& seen = log_.chains[chain];
      seen.depths |= uint64_t{1} << from;
      return seen;
    };
    for (const Held& held : held_) extend(*held.lock, held.site, held.how, held.depth);
    return extend(lock, site, how, depth);
  }

  // A lock is waited for while others are held: what there is to be found in the trace. A try waits for
  // nothing; it shows only as one of the locks held when another is wanted.
  void want(const Lock& lock, uint64_t site, uint64_t how, size_t depth) {
    if (held_.empty()) return;
    Seen& seen = note(lock, site, how, depth);
    if (seen.count++ == 0) seen.first_segment = segment_;
    seen.last_segment = segment_;
  }

  void obtained(Lock& lock, uint64_t site, uint64_t how, size_t depth) {
    ++log_.acquisitions;
    held_.push_back({&lock, site, how, depth, 1});
  }

  void take(Lock& lock, size_t site, size_t dice, size_t depth, size_t room) {
    Use use = mutex;
    if (lock.kind == one_permit) use = semaphore;
    if (lock.kind == rwlock) use = below(2) == 0 ? reader : writer;
    const auto perform = [&](Mode mode, const timespec* until) {
      return recurse(depth, kSites[site], {mode, use, lock.object, until, nullptr}, room);
    };
    if (Held* again = held(lock)) {
      if (lock.kind == recursive || (use == reader && (again->how & kRead) != 0)) {
        CHECK(perform(dice < 5 ? blocking : try_only, nullptr) == 0);
        again->times += 1;
        ++log_.acquisitions;
      } else if (lock.kind == errorcheck) {
        CHECK(perform(blocking, nullptr) == EDEADLK);
      } else {
        const int result = perform(try_only, nullptr);
        CHECK(result == EBUSY || (use == semaphore && result == -1 && errno == EAGAIN));
      }
      return;
    }
    Mode mode = dice < 6 ? blocking : dice < 8 ? timed : try_only;
    const bool patient = may_wait_for(lock);
    if (mode == blocking && !patient) mode = timed;
    const uint64_t how = mode | (use == reader ? kRead : 0);
    if (mode == try_only) {
      if (perform(mode, nullptr) != 0) return;
    } else {
      want(lock, site, how, depth);
      const int result = perform(mode, patient ? &kFarAway : &kLongAgo);
      CHECK(result == 0 || (!patient && result == ETIMEDOUT));
      if (result != 0) return;
    }
    obtained(lock, site, how, depth);
  }

  void leave(size_t place) {
    Held& held = held_[place];
    Object& object = *held.lock->object;
    const int result = held.lock->kind == rwlock       ? pthread_rwlock_unlock(&object.rwlock)
                       : held.lock->kind == one_permit ? sem_post(&object.semaphore)
                                                       : pthread_mutex_unlock(&object.mutex);
    CHECK(result == 0);
    if (--held.times == 0) held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(place));
  }

  // The same nesting every time, as programs do: what the hook remembers is put to use.
  void routine(size_t number) {
    const size_t before = held_.size();
    if (before > 3) return;
    std::mt19937_64 script(number);
    const size_t steps = 2 + script() % 4;
    for (size_t i = 0; i < steps; ++i) {
      Lock& lock = locks_[script() % own_];
      const size_t site = script() % kSiteCount;
      if (held(lock) == nullptr) take(lock, site, 0, number % 3, 2);
    }
    const bool in_order = below(4) != 0;
    while (held_.size() > before) leave(in_order ? held_.size() - 1 : before);
  }

  // Many different locks at the same few places, one nesting right after the other, as programs do that have
  // many locks of a kind.
  void sweep() {
    while (!held_.empty()) leave(held_.size() - 1);
    const size_t levels = 1 + below(3);
    const bool in_order = below(4) != 0;
    for (size_t times = 10 + below(50); times > 0; --times) {
      for (size_t level = 0; level < levels; ++level) {
        Lock& lock = locks_[below(own_)];
        if (held(lock) == nullptr) take(lock, level, 0, 0, 2);
      }
      while (!held_.empty()) leave(in_order ? held_.size() - 1 : 0);
    }
  }

  // A deadline that has passed: the mutex is released and taken again all the same.
  void wait() {
    if (held_.empty()) return;
    const size_t place = below(held_.size());
    const Held before = held_[place];
    if (before.times > 1 || before.lock->shared >= 0 || before.lock->kind >= rwlock) return;
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(place));
    const size_t site = below(kSiteCount);
    const size_t depth = below(kDepths);
    want(*before.lock, site, reacquire, depth);
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    const Request request{reacquire, mutex, before.lock->object, &kLongAgo, &condition};
    CHECK(recurse(depth, kSites[site], request, below(40)) == ETIMEDOUT);
    obtained(*before.lock, site, reacquire, depth);
  }

  void make(Lock& lock) {
    lock.kind = below(2) == 0 ? normal : static_cast<int>(below(kind_count));
    lock.generation = next_generation++;
    if (lock.kind == rwlock) {
      CHECK(pthread_rwlock_init(&lock.object->rwlock, nullptr) == 0);
    } else if (lock.kind == one_permit) {
      CHECK(sem_init(&lock.object->semaphore, 0, 1) == 0);
    } else {
      make_mutex(lock);
    }
  }

  void make_mutex(const Lock& lock) {
    pthread_mutexattr_t attributes;
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    int type = PTHREAD_MUTEX_NORMAL;
    if (lock.kind == recursive) type = PTHREAD_MUTEX_RECURSIVE;
    if (lock.kind == errorcheck) type = PTHREAD_MUTEX_ERRORCHECK;
    if (lock.kind == adaptive) type = PTHREAD_MUTEX_ADAPTIVE_NP;
    CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
    if (lock.kind == inheriting) CHECK(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) == 0);
    if (lock.kind == robust) CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    if (lock.kind == process_shared)
      CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    CHECK(pthread_mutex_init(&lock.object->mutex, &attributes) == 0);
    CHECK(pthread_mutexattr_destroy(&attributes) == 0);
  }

  void end(const Lock& lock) {
    const int result = lock.kind == rwlock       ? pthread_rwlock_destroy(&lock.object->rwlock)
                       : lock.kind == one_permit ? sem_destroy(&lock.object->semaphore)
                                                 : pthread_mutex_destroy(&lock.object->mutex);
    CHECK(result == 0);
    log_.ended.emplace_back(reinterpret_cast<uint64_t>(lock.object), lock.generation);
  }

  void remake(Lock& lock) {
    if (held(lock) != nullptr) return;
    // What is known by its address alone does not end by being overwritten. Nor is a mutex what the memory of
    // an rwlock becomes, as long as nothing ends that.
    const bool overwrite = below(3) == 0;
    const bool marked = lock.kind < robust;
    if ((overwrite && !marked) || below(2) == 0) end(lock);
    if (!overwrite) return make(lock);
    *lock.object = {PTHREAD_MUTEX_INITIALIZER};
    lock.kind = normal;
    lock.generation = next_generation++;
  }

  void spawn();

  std::mt19937_64 random_;
  int levels_;  // of children below this thread
  Log log_;
  std::vector<Lock> locks_;  // its own, then the shared ones
  size_t own_ = 0;
  std::vector<Held> held_;
  uint64_t segment_ = 0;
};

struct Start {
  uint64_t seed;
  int operations;
  int locks;
  int levels;
  uint64_t parent;
  uint64_t parent_segment;
  const Log* log;  // of the thread, when it has ended
};

std::atomic<const Log*> finished[1 << 16];
std::atomic<size_t> finished_count;

// Its locks lie on its stack: the next thread finds what they left there.
void* live(void* argument) {
  auto& start = *static_cast<Start*>(argument);
  Object objects[8];
  Worker worker(start.seed, objects, start.locks, start.levels, start.parent, start.parent_segment);
  worker.run(start.operations);
  start.log = new Log(worker.log());
  finished[finished_count++] = start.log;
  return nullptr;
}

void Worker::spawn() {
  Start start{random_(), 200, 4, levels_ - 1, log_.tid, segment_, nullptr};
  pthread_t thread;
  CHECK(pthread_create(&thread, nullptr, live, &start) == 0);
  ++segment_;
  // Not while shared mutexes are held, which the child may be waiting for.
  for (size_t place = held_.size(); place-- > 0;) {
    while (place < held_.size() && held_[place].lock->shared >= 0) leave(place);
  }
  if (below(2) == 0) routine(below(12));
  CHECK(pthread_join(thread, nullptr) == 0);
  log_.joins.emplace_back(start.log->tid, ++segment_);
}

// ---- the log, written ----

void write_range(std::FILE* out, const char* name, const char* begin, const char* end) {
  std::fprintf(out, "function %s %lu %lu\n", name, reinterpret_cast<uint64_t>(begin),
               reinterpret_cast<uint64_t>(end));
}

void write_log(std::FILE* out, const Log& log) {
  std::fprintf(out, "thread %lu %lu %lu\n", log.tid, log.parent, log.parent_segment);
  for (const auto& [joined, segment] : log.joins)
    std::fprintf(out, "join %lu %lu %lu\n", log.tid, joined, segment);
  for (const auto& [address, generation] : log.ended) std::fprintf(out, "end %lu %lu\n", address, generation);
  std::fprintf(out, "acquisitions %lu\n", log.acquisitions);
  for (const auto& [chain, seen] : log.chains) {
    std::fprintf(out, "chain %lu %lu %lu %lu %lu %zu", log.tid, seen.count, seen.first_segment,
                 seen.last_segment, seen.depths, chain.size());
    for (const uint64_t word : chain) std::fprintf(out, " %lu", word);
    std::fprintf(out, "\n");
  }
}

}  // namespace

#define X(name) extern "C" const char __start_site_##name[], __stop_site_##name[];
SITES(X)
X(wrapper)
X(recurse)
#undef X

int main(int argc, char** argv) {
  CHECK(argc == 3);
  const uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  constexpr size_t kWorkers = 4;
  Start starts[kWorkers];
  pthread_t threads[kWorkers];
  Log own;
  own.tid = static_cast<uint64_t>(getpid());
  for (size_t i = 0; i < kWorkers; ++i) {
    starts[i] = {seed * 100 + i, 8'000, 8, 2, own.tid, i, nullptr};
    CHECK(pthread_create(&threads[i], nullptr, live, &starts[i]) == 0);
  }
  for (size_t i = 0; i < kWorkers; ++i) {
    CHECK(pthread_join(threads[i], nullptr) == 0);
    own.joins.emplace_back(starts[i].log->tid, kWorkers + i + 1);
  }
  std::FILE* out = std::fopen(argv[2], "w");
  CHECK(out != nullptr);
#define X(name) write_range(out, #name, __start_site_##name, __stop_site_##name);
  SITES(X)
  X(wrapper)
  X(recurse)
#undef X
  write_log(out, own);
  for (size_t i = 0; i < finished_count; ++i) write_log(out, *finished[i]);
  CHECK(std::fclose(out) == 0);
  return 0;
}
