// SPDX-License-Identifier: Apache-2.0
#include "cli/hot_files.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <string>

#include "core/live/look.h"

namespace gordian {

namespace fs = std::filesystem;

namespace {

// Field 22 of /proc/PID/stat, as recorded; 0 when there is no such process.
uint64_t start_ticks_of(uint32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  size_t at = line.rfind(')');  // the name before it may hold anything
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  uint64_t ticks = 0;
  if (at != std::string::npos) std::from_chars(line.data() + at + 1, line.data() + line.size(), ticks);
  return ticks;
}

bool is_running(const TraceReader& reader) {
  return start_ticks_of(reader.header().pid) == reader.header().start_ticks;
}

}  // namespace

void collect_hot_file(const fs::path& trace, const TraceReader& reader) {
  const fs::path hot{TraceReader::text(reader.header().hot_path)};
  // The path comes out of a file: only what can be nothing but this trace's hot file is touched.
  const fs::path name = trace.stem().string() + ".hot";
  if (hot.filename() != name || hot.parent_path() != "/dev/shm") return;
  if (is_running(reader)) return;
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(hot, error))) return;
  if (fs::copy_file(hot, trace.parent_path() / name, fs::copy_options::overwrite_existing, error)) {
    fs::remove(hot, error);
  }
}

std::optional<ProcessMoment> moment_of(const fs::path& trace, const TraceReader& reader) {
  const bool running = is_running(reader);
  fs::path hot = trace;
  hot.replace_extension(".hot");
  if (running) hot = fs::path(TraceReader::text(reader.header().hot_path));
  std::error_code error;
  if (hot.empty() || !fs::exists(hot, error)) return std::nullopt;
  try {
    const HotReader threads(hot, reader.header().nonce);
    if (running) return look(threads, reader.header().pid);
    ProcessMoment moment;
    moment.threads = threads.threads();
    return moment;
  } catch (const BadTrace&) {
    return std::nullopt;  // beside the trace it is an extra
  }
}

}  // namespace gordian
