// SPDX-License-Identifier: Apache-2.0
//
// Which functions only carry a lock call, or one that may block, from the program's code to libc.
#include <algorithm>
#include <array>

#include "core/symbolize/lock_names.h"

namespace gordian {
namespace {

// Qualified names, up to a point where a name part may end: "std::mutex" covers std::mutex::lock,
// "std::lock_guard" covers std::lock_guard<std::mutex>::lock_guard.
constexpr std::array<std::string_view, 47> kPlumbing = {
    // libstdc++ and libc++
    "std::mutex",
    "std::recursive_mutex",
    "std::timed_mutex",
    "std::recursive_timed_mutex",
    "std::shared_mutex",
    "std::shared_timed_mutex",
    "std::__mutex_base",
    "std::__timed_mutex_impl",
    "std::__shared_mutex_pthread",
    "std::__shared_mutex_cv",
    "std::lock_guard",
    "std::unique_lock",
    "std::scoped_lock",
    "std::shared_lock",
    "std::lock",
    "std::try_lock",
    "std::__try_to_lock",
    "std::__try_lock_impl",
    "std::__detail",
    "std::condition_variable",
    "std::condition_variable_any",
    "std::_V2::condition_variable_any",
    "std::__condvar",
    "std::chrono::__detail",
    "std::this_thread",
    "std::__basic_file",
    "std::getline",
    "std::endl",
    "std::flush",
    // C
    "mtx_lock",
    "mtx_trylock",
    "mtx_timedlock",
    "cnd_wait",
    "cnd_timedwait",
    // Boost, Abseil, Qt
    "boost::mutex",
    "boost::timed_mutex",
    "boost::recursive_mutex",
    "boost::lock_guard",
    "boost::unique_lock",
    "boost::shared_mutex",
    "boost::condition_variable",
    "absl::Mutex",
    "absl::MutexLock",
    "absl::base_internal::SpinLock",
    "QMutex",
    "QRecursiveMutex",
    "QMutexLocker",
};

// Of Python's threading.py: what it builds from locks.
constexpr std::array<std::string_view, 7> kPythonPlumbing = {
    "Condition.", "Event.", "Semaphore.", "BoundedSemaphore.", "Barrier.", "_RLock.", "RLock",
};

bool is_python_plumbing(const Frame& frame) {
  return frame.file.ends_with("/threading.py") &&
         std::ranges::any_of(kPythonPlumbing,
                             [&](std::string_view name) { return frame.function.starts_with(name); });
}

constexpr std::array<std::string_view, 9> kPlumbingPrefixes = {
    "std::basic_", "std::__ostream_", "std::operator",          "pthread_", "__pthread_", "___pthread_",
    "__gthread",   "__gthrw_",        "std::__glibcxx_rwlock_",
};

bool covers(std::string_view plumbing, std::string_view function) {
  if (!function.starts_with(plumbing)) return false;
  const std::string_view behind = function.substr(plumbing.size());
  return behind.empty() || behind[0] == '<' || behind.starts_with("::");
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

bool is_lock_plumbing(const Frame& frame) {
  if (frame.script) return is_python_plumbing(frame);
  if (base_name(frame.module).starts_with("libgordian.so")) return true;
  const std::string_view function = frame.function;
  for (const std::string_view prefix : kPlumbingPrefixes) {
    if (function.starts_with(prefix)) return true;
  }
  for (const std::string_view plumbing : kPlumbing) {
    if (covers(plumbing, function)) return true;
  }
  return false;
}

const Frame* user_frame(const std::vector<Frame>& frames) {
  for (const Frame& frame : frames) {
    if (!is_lock_plumbing(frame)) return &frame;
  }
  return frames.empty() ? nullptr : &frames.front();
}

}  // namespace gordian
