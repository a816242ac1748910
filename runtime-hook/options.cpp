// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

namespace gordian::hook {

Options options;

namespace {

struct Text {
  const char* begin;
  size_t length;
  bool is(const char* word) const { return strlen(word) == length && memcmp(begin, word, length) == 0; }
};

// As getenv, but also in the time before libc has its environment: code in .preinit_array may lock.
const char* variable(const char* name) {
  if (environ != nullptr) return getenv(name);
  static char all[64 << 10];
  static ssize_t length;
  if (length == 0) {
    const int fd = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return nullptr;
    // What does not fit is cut: the last byte stays 0.
    for (ssize_t got; (got = read(fd, all + length, sizeof all - 1 - static_cast<size_t>(length))) > 0;)
      length += got;
    close(fd);
  }
  const size_t name_length = strlen(name);
  for (const char* at = all; at < all + length; at += strlen(at) + 1) {
    if (strncmp(at, name, name_length) == 0 && at[name_length] == '=') return at + name_length + 1;
  }
  return nullptr;
}

// False, and `into` as it was, unless the text is a number from `least` to `most`.
bool number(Text text, uint64_t least, uint64_t most, uint64_t& into) {
  uint64_t value = 0;
  for (size_t i = 0; i < text.length; ++i) {
    if (text.begin[i] < '0' || text.begin[i] > '9' || value > most) return false;
    value = value * 10 + static_cast<uint64_t>(text.begin[i] - '0');
  }
  if (value < least || value > most) return false;
  into = value;
  return true;
}

bool apply(Text key, Text value) {
  if (key.is("trace-dir") && value.length > 0 && value.length < sizeof options.trace_dir) {
    memcpy(options.trace_dir, value.begin, value.length);
    options.trace_dir[value.length] = 0;
    options.default_dir = false;
    return true;
  }
  if (key.is("max-trace")) {
    if (!number(value, 1, kMostTraceMegabytes, options.max_trace_bytes)) return false;
    options.max_trace_bytes <<= 20;
    return true;
  }
  if (key.is("chain-budget")) return number(value, 1, 1'000'000, options.chain_budget);
  if (key.is("stuck")) {
    uint64_t seconds;
    if (!number(value, 1, 1'000'000'000, seconds)) return false;
    snprintf(options.stuck, sizeof options.stuck, "--stuck=%lu", seconds);
    return true;
  }
  if (key.is("on-deadlock") && (value.is("report") || value.is("abort") || value.is("core"))) {
    snprintf(options.on_deadlock, sizeof options.on_deadlock, "--on-deadlock=%.*s",
             static_cast<int>(value.length), value.begin);
    return true;
  }
  // Absolute, since the program may change its directory.
  if (key.is("suppressions") && value.length > 0 && options.suppressions[0] == 0) {
    char directory[PATH_MAX] = "";
    if (*value.begin != '/' && getcwd(directory, sizeof directory) == nullptr) return false;
    const int length =
        snprintf(options.suppressions, sizeof options.suppressions, "--suppressions=%s%s%.*s", directory,
                 *directory != 0 ? "/" : "", static_cast<int>(value.length), value.begin);
    if (static_cast<size_t>(length) < sizeof options.suppressions) return true;
    options.suppressions[0] = 0;
    return false;
  }
  if (key.is("report") && (value.is("0") || value.is("1"))) {
    options.report = value.is("1");
    return true;
  }
  return false;
}

}  // namespace

void say(const char* a, const char* b, const char* c, const char* d) {
  const char* parts[] = {"gordian: ", a, b, c, d, "\n"};
  iovec pieces[6];
  for (int i = 0; i < 6; ++i) pieces[i] = {const_cast<char*>(parts[i]), strlen(parts[i])};
  // One call, so that lines of several processes do not mix; there is nobody to tell if it fails.
  [[maybe_unused]] const ssize_t written = writev(STDERR_FILENO, pieces, 6);
}

void read_options() {
  const char* temporary = variable("TMPDIR");
  if (temporary == nullptr || *temporary != '/') temporary = "/tmp";
  const int length =
      snprintf(options.trace_dir, sizeof options.trace_dir, "%s/gordian-%u", temporary, geteuid());
  if (length < 0 || static_cast<size_t>(length) >= sizeof options.trace_dir)
    strcpy(options.trace_dir, "/tmp");
  options.default_dir = true;
  options.max_trace_bytes = uint64_t{256} << 20;
  options.chain_budget = 1024;
  options.report = true;
  strcpy(options.stuck, "--stuck=10");
  strcpy(options.on_deadlock, "--on-deadlock=report");
  options.suppressions[0] = 0;

  const char* at = variable("GORDIAN_OPTIONS");
  while (at != nullptr && *at != 0) {
    const size_t item = strcspn(at, ":");
    const size_t key = strcspn(at, "=:");
    const Text name{at, key < item ? key : item};
    const Text value{at + (key < item ? key + 1 : item), key < item ? item - key - 1 : 0};
    if (item > 0 && !apply(name, value)) {
      char shown[80];
      snprintf(shown, sizeof shown, "%.*s", static_cast<int>(item), at);
      say("GORDIAN_OPTIONS: cannot use '", shown,
          "'; known are trace-dir=DIR, max-trace=MB (1..4096), chain-budget=N (1..1000000), stuck=SECONDS, "
          "on-deadlock=report|abort|core, suppressions=FILE (one), report=0|1");
    }
    at += item + (at[item] == ':');
  }
}

}  // namespace gordian::hook
