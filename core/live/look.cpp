// SPDX-License-Identifier: Apache-2.0
#include "core/live/look.h"

#include <fmt/format.h>
#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/format/shared_key.h"

namespace gordian {
namespace {

namespace fs = std::filesystem;
using format::WaitKind;

constexpr uint64_t kOwnerOffset = 8;  // of a glibc mutex's __owner
constexpr int kSignals = 64;
// Those that a program catches to say that it crashed, and those that glibc keeps for itself.
constexpr uint64_t signal_bit(int signal) {
  return uint64_t{1} << (signal - 1);
}
constexpr uint64_t kNeverPosts = signal_bit(4) | signal_bit(5) | signal_bit(6) | signal_bit(7) |
                                 signal_bit(8) | signal_bit(11) | signal_bit(31) | signal_bit(32) |
                                 signal_bit(33);

std::set<uint32_t> tasks_of(uint32_t pid) {
  std::set<uint32_t> tasks;
  std::error_code error;
  for (fs::directory_iterator at(fmt::format("/proc/{}/task", pid), error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    uint32_t tid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), tid).ec == std::errc()) tasks.insert(tid);
  }
  return tasks;
}

bool catches_signals(uint32_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("SigCgt:")) continue;
    uint64_t caught = 0;
    std::istringstream(line.substr(7)) >> std::hex >> caught;
    static_assert(kSignals == 64);
    return (caught & ~kNeverPosts) != 0;
  }
  return true;
}

// The one that the mutex says has it now; 0: none, or it cannot be read.
uint32_t owner_now(uint32_t pid, uint64_t mutex) {
  uint32_t owner = 0;
  iovec into{&owner, sizeof owner};
  iovec from{reinterpret_cast<void*>(mutex + kOwnerOffset),
             sizeof owner};  // NOLINT: an address of another process
  return process_vm_readv(static_cast<pid_t>(pid), &into, 1, &from, 1, 0) == sizeof owner ? owner : 0;
}

// For each thread that waits for a mutex.
std::map<uint32_t, uint32_t> owners_now(uint32_t pid, const std::vector<HotThread>& threads) {
  std::map<uint32_t, uint32_t> owners;
  for (const HotThread& thread : threads) {
    if (thread.wait.kind == WaitKind::lock && thread.wait.lock_kind == format::LockKind::mutex)
      owners[thread.tid] = owner_now(pid, thread.wait.object);
  }
  return owners;
}

std::map<uint64_t, uint64_t> keys_of(const std::set<uint64_t>& addresses, uint32_t pid) {
  std::map<uint64_t, uint64_t> keys;
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t offset = 0;
    uint32_t major = 0;
    uint32_t minor = 0;
    uint64_t inode = 0;
    char sign = 0;
    std::string access;
    fields >> std::hex >> begin >> sign >> end >> access >> offset >> major >> sign >> minor >> std::dec >>
        inode;
    if (!fields || access.size() != 4 || access[3] != 's') continue;
    for (auto at = addresses.lower_bound(begin); at != addresses.end() && *at < end; ++at)
      keys[*at] = format::shared_key(major, minor, inode, offset + (*at - begin));
  }
  return keys;
}

std::set<uint64_t> lock_addresses(const std::vector<HotThread>& threads) {
  std::set<uint64_t> addresses;
  for (const HotThread& thread : threads) {
    if (thread.wait.kind == WaitKind::lock) addresses.insert(thread.wait.object);
    for (const HotLock& held : thread.held) addresses.insert(held.address);
  }
  return addresses;
}

bool all_asleep(uint32_t pid, const std::set<uint32_t>& tasks) {
  return std::ranges::all_of(tasks, [&](uint32_t tid) {
    std::ifstream file(fmt::format("/proc/{}/task/{}/stat", pid, tid));
    std::string line;
    std::getline(file, line);
    const size_t name_end = line.rfind(')');
    return name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] == 'S';
  });
}

}  // namespace

uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

ProcessMoment look(const HotReader& hot, uint32_t pid) {
  ProcessMoment moment;
  const std::vector<HotThread> before = hot.threads();
  moment.running = true;
  moment.has_signal_handlers = catches_signals(pid);
  // Before and after the list of threads, so that one that has just come, or gone, is not taken for one that
  // left the mutex behind.
  const auto owners = owners_now(pid, before);
  moment.tasks = tasks_of(pid);
  const auto owners_then = owners_now(pid, before);
  moment.all_asleep = all_asleep(pid, moment.tasks);
  moment.shared_keys = keys_of(lock_addresses(before), pid);
  moment.threads = hot.threads();
  for (HotThread& thread : moment.threads) {
    const auto same = std::ranges::find_if(before, [&](const HotThread& other) {
      return other.thread == thread.thread && other.wait == thread.wait;
    });
    if (same == before.end()) thread.wait = {};
    // Who had the mutex when the wait began may have given it to another, and ended.
    const auto owner = owners.find(thread.tid);
    if (owner == owners.end() || thread.wait.with == 0) continue;
    thread.wait.with = owners_then.at(thread.tid) == owner->second ? owner->second : 0;
  }
  moment.now_ns = monotonic_ns();
  return moment;
}

}  // namespace gordian
