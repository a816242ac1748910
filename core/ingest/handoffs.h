// SPDX-License-Identifier: Apache-2.0
//
// What the handoffs of a trace say about order: no more than holds under every schedule, given that each
// thread does what it was seen to do.
//
// barrier    A round needs as many threads as the barrier is for. If no others were ever seen at it, each
// round
//            needs all of them: the n-th wait of each belongs to the n-th round. Had others come too, who met
//            whom would be chance.
// semaphore  It was made without permits, so whoever gets its n-th one comes after n posts. If all posts are
// by one
//            thread, these are its first n. Had two threads posted, either post could have been the one.
// once       The routine was over when another thread found it done. What the thread that ran it had done
// before
//            is not: another one might have come first.
//
// A condition wait has no place here: it orders nothing that always holds (docs/design.md).
//
// Each thread's handoffs are known from its first one on, and may end early: a thread that says so may have
// been at any barrier and posted any semaphore.
#ifndef GORDIAN_CORE_INGEST_HANDOFFS_H
#define GORDIAN_CORE_INGEST_HANDOFFS_H

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/format/trace_format.h"
#include "core/graph/program.h"

namespace gordian {

// Those of one process, in the order of its trace. O(records * log) altogether; the result is as large.
class Handoffs {
 public:
  void add(ThreadId thread, const format::HandoffRecord& record);

  // Threads or posts that went unseen could have been anywhere.
  void forget_barriers_and_semaphores();

  void conclude(Program& program) const;

 private:
  using Boundaries = std::map<ThreadId, std::vector<uint32_t>>;  // of each thread, in its order

  struct Barrier {
    std::set<uint32_t> sizes;  // more than one: several barriers in one place
    Boundaries waits;
  };
  struct Semaphore {
    uint32_t permits = format::kUnusable;  // that it was made with
    Boundaries posts;
    Boundaries got;
  };
  struct Once {
    std::vector<OnceRoutine> routines;  // more than one: several controls in one place
    std::vector<Boundary> returns;
  };
  using Untold = std::set<ThreadId>;

  const Untold& untold(format::HandoffFamily family) const { return untold_[static_cast<size_t>(family)]; }
  void conclude(const Barrier& barrier, Program& program) const;
  void conclude(const Semaphore& semaphore, Program& program) const;

  std::map<uint64_t, Barrier> barriers_;
  std::map<uint64_t, std::vector<Semaphore>> semaphores_;  // all that lay at an address, in turn
  std::map<uint64_t, Once> onces_;
  std::array<Untold, format::kHandoffFamilies> untold_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_HANDOFFS_H
