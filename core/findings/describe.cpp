// SPDX-License-Identifier: Apache-2.0
#include "core/findings/describe.h"

#include <fmt/format.h>

#include "core/symbolize/lock_names.h"

namespace gordian {
std::string process_name(const Process& process) {
  if (process.pid == 0) return process.executable + " (several runs)";
  return fmt::format("{} (pid {})", process.executable, process.pid);
}

std::string thread_name(const Thread& thread) {
  if (thread.main) return "main thread";
  if (thread.tid == 0) return thread.name;  // it stands for those of many runs
  return fmt::format("{} (tid {})", thread.name.empty() ? "thread" : thread.name, thread.tid);
}

FindingLock finding_lock(const Lock& lock) {
  return {lock.name, lock.class_name, std::string(name(lock.kind))};
}

std::string mode_name(const Acquisition& wanted) {
  if (wanted.shared) return "read";
  switch (wanted.mode) {
    case Mode::blocking:
      return "blocking";
    case Mode::timed:
      return "timed";
    case Mode::try_only:
      return "try";
    case Mode::reacquire:
      return "reacquire";
  }
  return "unknown";
}

// Each return address has given one frame that is not inlined, behind those inlined into it.
size_t proven_frames(const std::vector<Frame>& frames, size_t proven_addresses) {
  size_t addresses = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (addresses == proven_addresses) return i;
    if (!frames[i].inlined) ++addresses;
  }
  return frames.size();
}

FindingStack finding_stack(StackId stack, const Program& program, Symbolizer& symbolizer) {
  FindingStack result;
  if (stack == kNoStack) return result;
  result.frames = symbolizer.frames(stack);
  result.truncated = program.stacks[stack].truncated;
  result.proven = proven_frames(result.frames, program.stacks[stack].proven);
  if (const Frame* user = user_frame(result.frames)) {
    result.user_frame = static_cast<size_t>(user - result.frames.data());
  }
  return result;
}

std::string duration(uint64_t ns) {
  const auto value = static_cast<double>(ns);
  if (ns < 1'000) return fmt::format("{} ns", ns);
  if (ns < 1'000'000) return fmt::format("{:.1f} us", value / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{:.1f} ms", value / 1e6);
  return fmt::format("{:.1f} s", value / 1e9);
}

FindingLocation location(const FindingStack& stack) {
  if (stack.frames.empty()) return {};
  const Frame& user = stack.frames[stack.user_frame];
  return {user.file, user.line, user.function};
}

std::string function_at(StackId stack, Symbolizer& symbolizer) {
  if (stack == kNoStack) return "";
  const Frame* user = user_frame(symbolizer.frames(stack));
  if (user == nullptr) return "";
  return user->function.empty() ? user->module : user->function;
}

}  // namespace gordian
