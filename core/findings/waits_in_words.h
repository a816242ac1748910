// SPDX-License-Identifier: Apache-2.0
//
// Threads that wait, in the words and moments of a finding.
#ifndef GORDIAN_CORE_FINDINGS_WAITS_IN_WORDS_H
#define GORDIAN_CORE_FINDINGS_WAITS_IN_WORDS_H

#include <string>

#include "core/findings/finding.h"
#include "core/findings/rule.h"
#include "core/graph/thread_state.h"
#include "core/graph/wait_graph.h"

namespace gordian {

// "worker (tid 4711)"; with its process where the program has several.
std::string waiter(const Program& program, const ThreadState& state);

// "alpha", "the end of worker (tid 4711)", "a condition", "a barrier for 3 threads".
std::string awaited(const Program& program, const Wait& wait);

// How `state` came to hold the lock; null: it is not known to.
const HeldLock* held_lock(const Program& program, const ThreadState& state, LockId lock);

// Of a standstill of everyone: who waits for a condition that was signalled before, when nobody waited; null:
// nobody.
const ThreadState* find_lost_wakeup(const Program& program, const Standstill& standstill);

// Fills in the processes that stand still. Those that only wait behind them go on when they are gone.
void name_processes(const Program& program, const Standstill& standstill, Finding& finding);

FindingMoment wait_moment(const Program& program, Context& context, const ThreadState& state);
FindingMoment held_moment(const Program& program, Context& context, const ThreadState& state,
                          const HeldLock& held);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_WAITS_IN_WORDS_H
