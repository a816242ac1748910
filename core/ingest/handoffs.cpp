// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/handoffs.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace gordian {

using format::HandoffFamily;
using format::HandoffKind;

void Handoffs::add(ThreadId thread, const format::HandoffRecord& record) {
  const auto semaphore = [&] {
    auto& here = semaphores_[record.object];
    return here.empty() ? nullptr : &here.back();  // none: it is older than the trace
  };
  switch (record.kind) {
    case HandoffKind::barrier:
      barriers_[record.object].sizes.insert(record.value);
      barriers_[record.object].waits[thread].push_back(record.segment);
      break;
    case HandoffKind::semaphore_made:
      semaphores_[record.object].push_back({record.value, {}, {}});
      break;
    case HandoffKind::post:
      if (Semaphore* posted = semaphore()) posted->posts[thread].push_back(record.segment);
      break;
    case HandoffKind::permit:
      if (Semaphore* waited_for = semaphore()) waited_for->got[thread].push_back(record.segment);
      break;
    case HandoffKind::once_done:
      onces_[record.object].routines.push_back({thread, record.value, record.segment, {}});
      break;
    case HandoffKind::once_returned:
      onces_[record.object].returns.push_back({thread, record.segment});
      break;
    case HandoffKind::untold:
      if (record.value < format::kHandoffFamilies) untold_[record.value].insert(thread);
      break;
  }
}

void Handoffs::forget_barriers_and_semaphores() {
  barriers_.clear();
  semaphores_.clear();
}

void Handoffs::conclude(Program& program) const {
  for (const auto& [address, barrier] : barriers_) conclude(barrier, program);
  for (const auto& [address, generations] : semaphores_) {
    for (const Semaphore& semaphore : generations) conclude(semaphore, program);
  }
  if (!untold(HandoffFamily::onces).empty()) return;
  for (const auto& [address, once] : onces_) {
    if (once.routines.size() != 1) continue;
    OnceRoutine& routine = program.once_routines.emplace_back(once.routines.front());
    routine.returns = once.returns;
  }
}

void Handoffs::conclude(const Barrier& barrier, Program& program) const {
  const auto& waits = barrier.waits;
  const bool others = std::ranges::any_of(untold(HandoffFamily::barriers),
                                          [&](ThreadId thread) { return !waits.contains(thread); });
  if (others || barrier.sizes.size() != 1 || waits.size() != *barrier.sizes.begin()) return;
  size_t rounds = SIZE_MAX;
  for (const auto& [thread, boundaries] : waits) rounds = std::min(rounds, boundaries.size());
  const auto object = static_cast<uint32_t>(program.handoffs.size());
  for (size_t round = 0; round < rounds; ++round) {
    Handoff& handoff = program.handoffs.emplace_back(Handoff{OrderedBy::barrier, object, {}, {}});
    for (const auto& [thread, boundaries] : waits) handoff.before.push_back({thread, boundaries[round]});
    handoff.after = handoff.before;
  }
}

void Handoffs::conclude(const Semaphore& semaphore, Program& program) const {
  if (semaphore.permits != 0 || semaphore.posts.size() != 1) return;
  const auto& [poster, posts] = *semaphore.posts.begin();
  const Untold& posted_unseen = untold(HandoffFamily::semaphores);
  if (std::ranges::any_of(posted_unseen, [&](ThreadId thread) { return thread != poster; })) return;
  const auto object = static_cast<uint32_t>(program.handoffs.size());
  for (const auto& [thread, got] : semaphore.got) {
    for (size_t i = 0; i < std::min(got.size(), posts.size()) && thread != poster; ++i) {
      program.handoffs.push_back({OrderedBy::semaphore, object, {{poster, posts[i]}}, {{thread, got[i]}}});
    }
  }
}

}  // namespace gordian
