// SPDX-License-Identifier: Apache-2.0
//
// Joins and barriers are events. A condition wait shows as a mutex that is taken again while others are held.
// Only locks that have an owner count as held: Python's are semaphores, which its threads hold, as they must,
// when they wait for the interpreter, by a condition.
#include "core/findings/rules/wait_while_holding.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/findings/event_causes.h"

namespace gordian {
namespace {

using format::EventKind;
using format::WaitedFor;

bool has_owner(const Lock& lock) {
  return lock.kind == LockKind::mutex || lock.kind == LockKind::rwlock || lock.kind == LockKind::spinlock;
}

// As events, with the name of the mutex that the wait released for text.
void add_condition_waits(const Program& program, std::vector<Event>& waits) {
  for (const Chain& chain : program.graph.chains()) {
    if (chain.wanted.mode != Mode::reacquire) continue;
    ChainId outer = chain.outer;
    while (outer != kNoChain && !has_owner(program.locks[program.graph.chain(outer).wanted.lock])) {
      outer = program.graph.chain(outer).outer;
    }
    if (outer == kNoChain) continue;
    const Acquisition& held = program.graph.chain(outer).wanted;
    const Lock& mutex = program.locks[chain.wanted.lock];
    Event wait;
    wait.process = mutex.process;
    wait.kind = EventKind::wait_while_holding;
    wait.detail = static_cast<uint16_t>(WaitedFor::condition);
    wait.lock = held.lock;
    wait.thread = chain.uses.empty() ? kNoThread : chain.uses.front().thread;
    wait.where = chain.wanted.stack;
    wait.held_at = held.stack;
    wait.count = std::max<uint64_t>(chain.count, 1);
    wait.text = mutex.name;
    waits.push_back(std::move(wait));
  }
}

std::string wait_of(const Event& event) {
  switch (static_cast<WaitedFor>(event.detail)) {
    case WaitedFor::condition:
      return fmt::format("waits for a condition, which releases {} only,", event.text);
    case WaitedFor::thread:
      return "waits for the end of a thread";
    case WaitedFor::barrier:
      return "waits at a barrier";
  }
  return "waits";
}

EventStory tell(const Program& program, Context& context, const EventCause& cause) {
  const Event& event = cause.first();
  const std::string thread = actor(program, event.thread);
  return {fmt::format("{} {} while it holds {}", thread, wait_of(event), cause.lock),
          "it was seen; if who is to end the wait needs the lock first, neither goes on",
          {moment(program, context, fmt::format("where {} waits:", thread),
                  fmt::format("waits here, holding {}", cause.lock), event.thread, event.where),
           moment(program, context, "where it had taken the lock:",
                  fmt::format("{} is taken here", cause.lock), event.thread, event.held_at)}};
}

void run(const Program& program, Context& context) {
  std::vector<Event> waits;
  for (const Event& event : program.events) {
    if (event.kind == EventKind::wait_while_holding) waits.push_back(event);
  }
  add_condition_waits(program, waits);
  report_causes(
      program, waits, context, rules::wait_while_holding, [](const Event&) { return true; },
      [&](const EventCause& cause) { return tell(program, context, cause); });
}

}  // namespace

const Rule rules::wait_while_holding{"wait-while-holding", Severity::warning, run};

}  // namespace gordian
