// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/runtime.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/chains.h"
#include "runtime-hook/command.h"
#include "runtime-hook/condition_mutexes.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/events.h"
#include "runtime-hook/file_locks.h"
#include "runtime-hook/forked_locks.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/in_place.h"
#include "runtime-hook/kept_locks.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/modules.h"
#include "runtime-hook/named_semaphores.h"
#include "runtime-hook/options.h"
#include "runtime-hook/permits.h"
#include "runtime-hook/python_frames.h"
#include "runtime-hook/real.h"
#include "runtime-hook/shared_memory.h"
#include "runtime-hook/thread_context.h"
#include "runtime-hook/unwind.h"

namespace gordian::hook {

namespace {

enum class State : uint32_t { resting, starting, started, off };

RecordFile record_file;
HotFile hot_file;
State state = State::resting;
bool tables_exist;
uint64_t run;  // see format::FileHeader
bool confined;

uint64_t random_word() {
  uint64_t word = 0;
  if (getrandom(&word, sizeof word, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof word)) {
    word = mix(monotonic_ns(), static_cast<uint64_t>(getpid()));
  }
  return word;
}

bool create_tables() {
  if (!tables_exist) {
    tables_exist = create_path_table() && create_stack_table() && create_chain_table() &&
                   create_lock_table() && create_event_table() && create_contention_table();
  }
  return tables_exist && create_thread_tables();
}

// The default directory lies in a shared one: it must be ours alone, or somebody could plant files for us.
bool own_directory(const char* path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & 077) == 0;
}

size_t read_file(const char* path, char* into, size_t size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t got = read(fd, into, size);
  close(fd);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

uint64_t start_ticks() {
  char text[1024];
  const size_t length = read_file("/proc/self/stat", text, sizeof text - 1);
  text[length] = 0;
  const char* at = strrchr(text, ')');  // the name before it may hold anything
  for (int field = 2; at != nullptr && field < 22; ++field) at = strchr(at + 1, ' ');
  return at != nullptr ? strtoull(at + 1, nullptr, 10) : 0;
}

uint64_t realtime_ns() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void describe_process(format::FileHeader& header) {
  header.pid = static_cast<uint32_t>(getpid());
  header.parent_pid = static_cast<uint32_t>(getppid());
  header.start_ticks = start_ticks();
  header.start_realtime_ns = realtime_ns();
  header.run = run;
  header.boot = boot_key();
  if (readlink("/proc/self/exe", header.executable, sizeof header.executable - 1) < 0)
    header.executable[0] = 0;
  read_file("/proc/self/cmdline", header.command, sizeof header.command - 1);
}

uint64_t within_address_space(uint64_t bytes) {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return bytes;
  const uint64_t share = limit.rlim_cur / 16 & ~uint64_t{4095};
  return share < bytes ? share : bytes;
}

int open_trace() {
  mkdir(options.trace_dir, 0700);
  if (options.default_dir && !own_directory(options.trace_dir)) return EPERM;
  char executable[512];
  const ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
  executable[length > 0 ? length : 0] = 0;
  const char* slash = strrchr(executable, '/');
  const char* program = slash != nullptr ? slash + 1 : "process";

  nonce = random_word();
  char name[160];
  char path[MappedFile::kMaxPath];
  snprintf(name, sizeof name, "%.80s.%d.%08x", program, getpid(), static_cast<unsigned>(random_word()));
  const int written = snprintf(path, sizeof path, "%s/%s.gordian", options.trace_dir, name);
  if (written < 0 || static_cast<size_t>(written) >= sizeof path) return ENAMETOOLONG;
  const int error = record_file.create(path, within_address_space(options.max_trace_bytes), nonce);
  if (error != 0) return error;
  strcat(name, ".hot");
  if (!hot_file.create(name, options.trace_dir, nonce)) {
    record_file.file().remove();
    return ENOMEM;
  }
  describe_process(record_file.header());
  strcpy(record_file.header().hot_path, hot_file.path());
  return 0;
}

bool start() {
  int error = create_tables() ? 0 : ENOMEM;
  if (error == 0) error = open_trace();
  if (error == 0) return true;
  say("cannot write a trace in ", options.trace_dir,
      error == EPERM ? ": not a directory of this user alone" : ": ",
      error == EPERM ? "" : strerrordesc_np(error));
  say("this process runs unwatched; set GORDIAN_OPTIONS=trace-dir=DIR to a directory it can write");
  return false;
}

void at_quick_exit_last() {
  finish(format::EndReason::quick_exit, 0);
}

// First thing in the process if nothing locks earlier. The options are read now: programs may wipe them
// later.
__attribute__((constructor)) void on_load() {
  ensure_resolved();
}

__attribute__((destructor)) void on_unload() {
  finish(format::EndReason::exit, 0);
}

}  // namespace

uint64_t nonce;
uint32_t trace_epoch = 1;

RecordFile& recorder() {
  return record_file;
}
HotFile& hot() {
  return hot_file;
}

void ensure_resolved() {
  static uint32_t resolved;
  if (load(resolved, std::memory_order_acquire) != 0) return;
  const Unobtrusive unobtrusive;
  resolve_real();
  check_in_place();
  read_options();
  remember_own_path();
  run = random_word();
  // Early, so that our handler runs before those of the program in the child.
  pthread_atfork(copy_held, discard_copy, leave_parents_trace);
  // Early too: handlers run in reverse order, and others may lock.
  at_quick_exit(at_quick_exit_last);
  store(resolved, 1U, std::memory_order_release);
}

bool ensure_started() {
  const State now = load(state, std::memory_order_acquire);
  if (now == State::started) return true;
  ensure_resolved();
  if (now == State::off) return false;
  State expected = State::resting;
  // Other threads stand aside while one starts: nothing waits for a lock of ours.
  if (!exchange_if(state, expected, State::starting)) return expected == State::started;
  const bool success = start();
  store(state, success ? State::started : State::off, std::memory_order_release);
  return success;
}

void leave_parents_trace() {
  if (load(state) == State::starting) store(state, State::resting);  // the thread that started it is not here
  if (load(state) != State::started) return;
  reset_after_fork();
  forget_file_locks();  // before we close files: that asks for them
  record_file.file().abandon();
  hot_file.abandon();
  clear_stack_table();
  clear_chain_table();
  clear_lock_table();
  clear_event_table();
  forget_permits();
  forget_semaphores_made();
  forget_condition_mutexes();
  clear_contention_table();
  forget_modules();
  forget_watch();
  ++trace_epoch;
  store(state, State::resting);
  inherit_held();
}

void forget_code() {
  if (load(state) != State::started) return;
  forget_paths();
  forget_modules();
  python::forget_interpreter();
  hot_file.for_each([](format::ThreadSlot& slot) { store(slot.revoked, 1U, std::memory_order_release); });
}

void confine() {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  record_file.confine();
  hot_file.confine();
  store(confined, true);
}

bool is_confined() {
  return load(confined);
}

void finish(format::EndReason reason, int status) {
  if (load(state) != State::started) return;
  const Unobtrusive unobtrusive;
  format::FileHeader& header = record_file.header();
  if (!is_confined() && header.pid != static_cast<uint32_t>(getpid()))
    return;  // the child of a vfork: this memory is its parent's
  note_permits_at_exit(reason == format::EndReason::exit);
  note_semaphores_left();
  State expected = State::started;
  if (!exchange_if(state, expected, State::off)) return;
  if (reason == format::EndReason::exit && context.own != nullptr) note_kept(format::EventKind::kept_at_exit);
  uint64_t acquisitions = 0;
  hot_file.for_each([&](format::ThreadSlot& slot) {
    const auto slot_state = load(slot.state);
    if (slot_state == format::SlotState::free || slot_state == format::SlotState::left_behind) return;
    flush_counts(slot);
    acquisitions += load(slot.acquisitions);
  });
  std::atomic_ref(header.acquisitions).fetch_add(acquisitions, std::memory_order_relaxed);
  header.end_realtime_ns = realtime_ns();
  record_file.append<format::ChainRef, format::EndRecord>(format::RecordType::end, 0,
                                                          [&](format::EndRecord& record, char*) {
                                                            record.reason = reason;
                                                            record.status = status;
                                                          });
  if (is_confined()) return;
  hot_file.file().remove();
  if (options.report) print_report(record_file.file().path());
}

}  // namespace gordian::hook
