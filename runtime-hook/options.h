// SPDX-License-Identifier: Apache-2.0
//
// GORDIAN_OPTIONS=key=value:key=value, read once when the library is loaded: some programs wipe their
// environment.
//
//   trace-dir=DIR    where the trace goes; made if missing. Default: ${TMPDIR:-/tmp}/gordian-UID, mode 0700
//   max-trace=MB     size limit of one process's record file, 1..4096. Default 256
//   chain-budget=N   nestings of one kind that are recorded lock by lock, see chains.h. Default 1024
//   suppressions=FILE   what the report and the watch shall not tell; relative to the directory at the start
//   report=0|1       print the report on stderr when the process exits. Default 1; `gordian run` sets 0
#ifndef GORDIAN_RUNTIME_HOOK_OPTIONS_H
#define GORDIAN_RUNTIME_HOOK_OPTIONS_H

#include <limits.h>

#include <cstdint>

namespace gordian::hook {

inline constexpr uint64_t kMostTraceMegabytes = 4096;

struct Options {
  char trace_dir[400];
  bool default_dir;  // trace_dir is the shared default, so its owner must be checked
  uint64_t max_trace_bytes;
  uint64_t chain_budget;
  bool report;
  // As the command takes them: for the watch over the process, and the last for its report too.
  char stuck[32];
  char on_deadlock[32];
  char suppressions[PATH_MAX + 32];  // empty: none
};

extern Options options;

void read_options();

// One line on stderr, prefixed "gordian: ", from up to four parts. Only for what the user must know at once.
void say(const char* a, const char* b = "", const char* c = "", const char* d = "");

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_OPTIONS_H
