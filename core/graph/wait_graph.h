// SPDX-License-Identifier: Apache-2.0
//
// The wait-for graph at one moment, and who in it waits for ever.
//
// Reduction (Holt, Some Deadlock Properties of Computer Systems, 1972): a thread that does not wait may go
// on, and give back what it holds; so may one whose wait that ends. Whoever is left when no more can be added
// waits for ever. A wait for a lock needs all who hold it against the wait; one for a permit of a pool any
// holder, provided that all permits are accounted for; one for a thread's end that thread. Conditions,
// barriers and semaphores used as signals may be ended by anybody: their waits are over-estimated to end as
// long as one thread of the process may go on. Where something is not known, the wait is taken to end: what
// is reported is certain as far as the moment was seen right.
//
// O(threads * (held locks + waits)) for each round of the reduction; rounds are as many as the longest chain
// of waits.
#ifndef GORDIAN_CORE_GRAPH_WAIT_GRAPH_H
#define GORDIAN_CORE_GRAPH_WAIT_GRAPH_H

#include <cstddef>
#include <vector>

#include "core/graph/program.h"
#include "core/graph/thread_state.h"

namespace gordian {

// Threads that wait for ever, because of one another. Positions in Program::states.
struct Standstill {
  // Each waits for a lock that the next one holds, or for its end; the last one for the first. One thread: it
  // waits for itself, or for one that has ended with the lock. Empty: nobody in particular is waited for, see
  // `everyone`.
  std::vector<size_t> cycle;
  // Waits for ever because the cycle does.
  std::vector<size_t> behind;
  bool everyone = false;  // all threads of a process whom another could wake, and none is left to do so
};

std::vector<Standstill> find_standstills(const Program& program);

// Who keeps `waiter` from going on: those who hold what it waits for against it, or the thread whose end it
// waits for.
std::vector<size_t> blockers(const Program& program, size_t waiter);

// Whether its cycle is one thread, which holds itself what it waits for.
bool waits_for_itself(const Program& program, const Standstill& standstill);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_WAIT_GRAPH_H
