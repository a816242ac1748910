// SPDX-License-Identifier: Apache-2.0
#include "core/live/system_call.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace gordian {
namespace {

namespace fs = std::filesystem;

// How a call answers after a stop without a signal: see signal(7), "Interruption of system calls", and for
// the cases that a program can tell, kernel/restart_block users. `files`: only on what is no socket.
enum class Stop : uint8_t { harmless, harmless_on_files, seen };

struct Known {
  long number;
  std::string_view name;
  bool has_descriptor;  // the first argument is one
  Stop stop;
};

constexpr std::array kCalls = {
    Known{SYS_read, "read", true, Stop::harmless_on_files},
    Known{SYS_write, "write", true, Stop::harmless_on_files},
    Known{SYS_pread64, "pread", true, Stop::harmless_on_files},
    Known{SYS_pwrite64, "pwrite", true, Stop::harmless_on_files},
    Known{SYS_readv, "readv", true, Stop::harmless_on_files},
    Known{SYS_writev, "writev", true, Stop::harmless_on_files},
    Known{SYS_fsync, "fsync", true, Stop::harmless},
    Known{SYS_fdatasync, "fdatasync", true, Stop::harmless},
    Known{SYS_flock, "flock", true, Stop::harmless},
    Known{SYS_futex, "futex", false, Stop::harmless},
    Known{SYS_nanosleep, "nanosleep", false, Stop::harmless},
    Known{SYS_clock_nanosleep, "clock_nanosleep", false, Stop::harmless},
    Known{SYS_wait4, "wait4", false, Stop::harmless},
    Known{SYS_waitid, "waitid", false, Stop::harmless},
    Known{SYS_poll, "poll", false, Stop::harmless},
    Known{SYS_pause, "pause", false, Stop::harmless},
    // What one of these becomes when it goes on after a stop, such as ours.
    Known{SYS_restart_syscall, "nanosleep(), clock_nanosleep(), poll() or futex", false, Stop::harmless},
    Known{SYS_openat, "openat", false, Stop::seen},
    Known{SYS_fcntl, "fcntl", true, Stop::seen},
    Known{SYS_connect, "connect", true, Stop::seen},
    Known{SYS_accept, "accept", true, Stop::seen},
    Known{SYS_accept4, "accept4", true, Stop::seen},
    Known{SYS_sendto, "send", true, Stop::seen},
    Known{SYS_recvfrom, "recv", true, Stop::seen},
    Known{SYS_sendmsg, "sendmsg", true, Stop::seen},
    Known{SYS_recvmsg, "recvmsg", true, Stop::seen},
    Known{SYS_select, "select", false, Stop::seen},
    Known{SYS_pselect6, "pselect", false, Stop::seen},
    Known{SYS_ppoll, "ppoll", false, Stop::seen},
    Known{SYS_epoll_wait, "epoll_wait", true, Stop::seen},
    Known{SYS_epoll_pwait, "epoll_pwait", true, Stop::seen},
    Known{SYS_semop, "semop", false, Stop::seen},
    Known{SYS_semtimedop, "semtimedop", false, Stop::seen},
};

const Known* find(long number) {
  const auto* found = std::ranges::find(kCalls, number, &Known::number);
  return found != kCalls.end() ? found : nullptr;
}

std::string descriptor_path(uint32_t pid, uint64_t fd) {
  std::error_code error;
  return fs::read_symlink(fmt::format("/proc/{}/fd/{}", pid, fd), error).string();
}

// An address as /proc/net/tcp has it: bytes of the network's order, read as words of the machine's.
std::string address_in_words(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon != 8 && colon != 32) return text;
  std::array<uint32_t, 4> words{};
  for (size_t i = 0; i < colon / 8; ++i)
    words[i] = static_cast<uint32_t>(std::stoul(text.substr(8 * i, 8), nullptr, 16));
  std::array<char, INET6_ADDRSTRLEN> shown{};
  inet_ntop(colon == 8 ? AF_INET : AF_INET6, words.data(), shown.data(), shown.size());
  return fmt::format(fmt::runtime(colon == 8 ? "{}:{}" : "[{}]:{}"), shown.data(),
                     std::stoul(text.substr(colon + 1), nullptr, 16));
}

// "to 10.0.0.1:80" of the socket with that name in /proc/PID/fd, "at 10.0.0.2:8080" of one that listens
// there; its name where it is of no such kind.
std::string peer_of(uint32_t pid, const std::string& socket) {
  const std::string inode = socket.substr(8, socket.size() - 9);
  for (const char* table : {"tcp", "tcp6"}) {
    std::ifstream file(fmt::format("/proc/{}/net/{}", pid, table));
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      std::array<std::string, 10> field;
      for (std::string& each : field) fields >> each;
      if (field[9] != inode) continue;
      const bool has_peer = !field[2].ends_with(":0000");
      return has_peer ? "to " + address_in_words(field[2]) : "at " + address_in_words(field[1]);
    }
  }
  return "on " + socket;
}

}  // namespace

SystemCall system_call(uint32_t pid, uint32_t tid) {
  std::ifstream file(fmt::format("/proc/{}/task/{}/syscall", pid, tid));
  SystemCall call;
  std::string first;
  if (!(file >> first)) return call;
  if (first == "running") {
    call.state = SystemCall::State::running;
    return call;
  }
  std::istringstream(first) >> call.number;
  uint64_t sp = 0;
  file >> std::hex;
  if (call.number >= 0) {
    for (uint64_t& argument : call.arguments) {
      std::string text;
      file >> text;
      argument = std::stoull(text, nullptr, 16);
    }
  }
  std::string text;
  if (file >> text) sp = std::stoull(text, nullptr, 16);
  if (file >> text) call.pc = std::stoull(text, nullptr, 16);
  call.state = call.number >= 0 && sp != 0 ? SystemCall::State::in_call : SystemCall::State::running;
  return call;
}

std::string in_words(const SystemCall& call, uint32_t pid) {
  if (call.state == SystemCall::State::running) return "is running";
  if (call.state == SystemCall::State::unknown) return "is doing what the kernel does not say";
  const Known* known = find(call.number);
  if (known == nullptr) return fmt::format("is in system call {}", call.number);
  if (!known->has_descriptor) return fmt::format("is in {}()", known->name);
  const std::string path = descriptor_path(pid, call.arguments[0]);
  const std::string where = path.starts_with("socket:[") ? peer_of(pid, path)
                            : path.empty()               ? fmt::format("on descriptor {}", call.arguments[0])
                                                         : "on " + path;
  return fmt::format("is in {}() {}", known->name, where);
}

bool survives_stop(const SystemCall& call, uint32_t pid) {
  if (call.state == SystemCall::State::running) return true;
  const Known* known = call.state == SystemCall::State::in_call ? find(call.number) : nullptr;
  if (known == nullptr || known->stop == Stop::seen) return false;
  return known->stop == Stop::harmless || !descriptor_path(pid, call.arguments[0]).starts_with("socket:[");
}

}  // namespace gordian
