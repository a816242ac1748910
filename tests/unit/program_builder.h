// SPDX-License-Identifier: Apache-2.0
//
// Programs made by hand: locks, threads and nestings in the words of a test.
#ifndef GORDIAN_TESTS_UNIT_PROGRAM_BUILDER_H
#define GORDIAN_TESTS_UNIT_PROGRAM_BUILDER_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/program.h"

namespace gordian {

// A process with a main thread, thread 0. Stacks have no module, so their frames have no source.
class ProgramBuilder {
 public:
  ProgramBuilder() {
    Process process;
    process.executable = "server";
    process.pid = 4711;
    program.processes.add(process);
    Thread main;
    main.tid = 4711;
    main.main = true;
    program.threads.add(main);
  }

  LockId lock(LockGraph::Readers readers = LockGraph::Readers::pass) {
    program.graph.add_lock(LockGraph::Vertex::lock, readers);
    return program.locks.add({});
  }

  // A thread that nothing is known of but its name: it may overlap with any other.
  ThreadId thread(std::string name, uint32_t tid) {
    Thread thread;
    thread.name = std::move(name);
    thread.tid = tid;
    return program.threads.add(thread);
  }

  ThreadId create(ThreadId parent, uint32_t parent_segment) {
    Thread thread;
    thread.parent = parent;
    thread.parent_segment = parent_segment;
    thread.tid = 4711 + static_cast<uint32_t>(program.threads.size());
    return program.threads.add(thread);
  }

  void join(ThreadId joiner, ThreadId joined, uint32_t segment) {
    program.joins.push_back({joiner, joined, segment});
  }

  struct Taken {
    LockId lock{};
    bool shared = false;
    Mode mode = Mode::blocking;
  };

  // Takes `locks` one inside the other, each at a stack of its own. Returns the innermost chain.
  ChainId take(const std::vector<Taken>& locks, const std::vector<Use>& uses) {
    ChainId outer = kNoChain;
    for (const Taken& taken : locks) {
      Stack stack;
      stack.return_addresses = {0x1000 + 16 * program.stacks.size()};
      Chain chain;
      chain.outer = outer;
      chain.wanted = {taken.lock, program.stacks.add(stack), taken.mode, taken.shared};
      chain.count = 1;
      chain.uses.assign(uses.begin(), uses.end());
      outer = program.graph.add_chain(chain);
    }
    return outer;
  }

  // The same, all of them for writing.
  ChainId nest(const std::vector<LockId>& locks, const std::vector<Use>& uses,
               Mode innermost = Mode::blocking) {
    std::vector<Taken> all(locks.size());
    std::ranges::transform(locks, all.begin(), [](LockId lock) { return Taken{lock}; });
    all.back().mode = innermost;
    return take(all, uses);
  }
  ChainId nest(const std::vector<LockId>& locks, ThreadId thread) { return nest(locks, {Use{thread, 0, 0}}); }

  // `lock` was read wherever this chain takes it.
  void read(ChainId chain, LockId lock) {
    for (; chain != kNoChain; chain = program.graph.chain(chain).outer) {
      Acquisition& taken = program.graph.chain(chain).wanted;
      if (taken.lock == lock) taken.shared = true;
    }
  }

  Program program;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_PROGRAM_BUILDER_H
