// SPDX-License-Identifier: Apache-2.0
//
// Names a person recognises, for every lock of a program. A lock that has a name of its own (a file, a named
// semaphore) keeps it. Else, in order of preference:
//   1. the variable it lies in:                      g_state.lock, item_locks[37]    class: item_locks[]
//      or, in Python, that its creator assigned it to:   Account.lock, jobs_lock
//   2. the lock expression in the source line of its first acquisition:  from->mutex   class: same + function
//   3. where it was created, or first taken:          mutex created in init_cache (cache.c:88)
// Locks of one class (same variable family, or same expression in the same function, or same site) share
// class_name. Two locks of one class that got no index of their own are told apart by #1, #2 ... in order of
// their ids.
#ifndef GORDIAN_CORE_SYMBOLIZE_LOCK_NAMES_H
#define GORDIAN_CORE_SYMBOLIZE_LOCK_NAMES_H

#include <string>
#include <string_view>

#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Fills name and class_name of every lock of `program`.
void name_locks(Program& program, Symbolizer& symbolizer);

// True for frames that only carry a lock call (std::mutex::lock, __gthread_mutex_lock, std::lock_guard's
// constructor and their kin): the frame a person looks for is the first one behind them.
bool is_lock_plumbing(const Frame& frame);

// The first frame that is not plumbing; the innermost one when all are; null for an empty list.
const Frame* user_frame(const std::vector<Frame>& frames);

// The argument of the lock call in one source line, or empty when it cannot be told for certain:
//   "pthread_mutex_lock(&from->mutex);" -> "from->mutex"    "std::lock_guard<std::mutex> g(table_.mu);" ->
//   "table_.mu" "state.lock.lock();" -> "state.lock"                     "Guard guard(mutex_);" -> "mutex_"
std::string lock_expression(std::string_view source_line);

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_LOCK_NAMES_H
