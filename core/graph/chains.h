// SPDX-License-Identifier: Apache-2.0
//
// The tree of held chains: which lock was wanted while which others were held.
//
// A chain is one acquisition plus the chain that was held at that moment. Keeping the parent instead of a
// copy of the held set makes a thousand nested locks cost a thousand nodes, not half a million entries.
#ifndef GORDIAN_CORE_GRAPH_CHAINS_H
#define GORDIAN_CORE_GRAPH_CHAINS_H

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "core/graph/ids.h"

namespace gordian {

// How a lock was taken. See format::AcquireMode, of which this is the analysis side.
enum class Mode : uint8_t { blocking, timed, try_only, reacquire };

struct Acquisition {
  LockId lock{};
  StackId stack = kNoStack;
  Mode mode = Mode::blocking;
  bool shared = false;  // as one of several readers, which do not wait for one another
  bool operator==(const Acquisition&) const = default;
};

// A thread that went through a chain, and the first and last of its segments in which it did. A thread that
// came back much later may have several.
struct Use {
  ThreadId thread{};
  uint32_t first_segment = 0;
  uint32_t last_segment = 0;
};

// Nearly all chains have one: it needs no memory of its own.
using Uses = boost::container::small_vector<Use, 1>;

struct Chain {
  ChainId outer = kNoChain;  // kNoChain: nothing else was held
  Acquisition wanted;
  uint64_t count = 0;      // times seen; a lower bound when the process was killed
  Uses uses;               // none: it is only what was left of others' outer chains
  bool more_uses = false;  // more threads went through than `uses` lists
  bool summary = false;    // stands for later chains of its kind too, see kind_graph.h
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_CHAINS_H
