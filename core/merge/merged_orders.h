// SPDX-License-Identifier: Apache-2.0
//
// The lock orders of many runs of a program as one, so that a cycle shows of which no run has all edges: one
// run takes A then B, another B then A.
//
// A run is one exec of a program, with all processes forked from it. Nothing of a run is the same in the next
// one but names: addresses, threads and locks come anew. So each fact is reduced to what is the same, and
// known by a hash of that:
//   program   build-id of its executable (two builds may well have two orders); for scripts, also their name
//   stack     build-id and offset of each frame
//   lock      its program and class. A class of which all runs had only one and the same is one lock, and can
//   be a gate thread    its role: the main thread, or the place that created it and what it runs chain its
//   outer chain, lock, stack and mode
// Merging is then the union of sets of facts by their hash, where a fact carries only what can be merged in
// any order: sums, maxima, minima. That makes it associative and commutative. It is idempotent over sets of
// traces, each known by its nonce; whoever adds runs gives each once.
//
// What a run has judged itself, as a cycle of its own or as none, is not judged again from here, where less
// is known: which lock of a class it was, which process, who joined whom. Of every run the chains are kept
// that close cycles among themselves, classes taken for locks; a choice of evidence within one such set does
// not count. In particular what two processes of a run do that share no lock makes no cycle.
//
// Memory grows with the number of distinct facts, not with that of runs. Not thread-safe.
#ifndef GORDIAN_CORE_MERGE_MERGED_ORDERS_H
#define GORDIAN_CORE_MERGE_MERGED_ORDERS_H

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/program.h"

namespace gordian {

// The hash of a fact.
enum class FactKey : uint64_t { none = 0 };

// What tells a run from others, and orders them.
struct RunLabel {
  uint64_t started_ns = 0;  // since 1970
  uint64_t nonce = 0;
  std::string text;  // "./server (pid 4711), started 2026-03-01 12:00:00"
  friend auto operator<=>(const RunLabel&, const RunLabel&) = default;
};

class MergedOrders {
 public:
  // One run, or several that share locks. The locks of `program` have their names. O(program).
  void add(const Program& program, const RunLabel& run);
  void merge(const MergedOrders& other);

  // All runs as one program: a process for each program, a lock for each class, a thread for each role, or
  // two and more where a run had as many. The same for the same runs, in whatever order they came.
  Program program() const;

 private:
  struct Module {
    std::string path;
    std::vector<uint8_t> build_id;
  };
  struct Place {
    FactKey where = FactKey::none;  // module or script frame; none: neither
    uint64_t offset = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Stack {
    std::vector<Place> places;  // innermost first
    bool truncated = false;
    size_t proven = 0;
  };
  struct LockClass {
    FactKey program = FactKey::none;
    LockKind kind{};
    bool signal = false;
    LockGraph::Readers readers{};
    std::string class_name;
    std::string name;
    bool many = false;  // there are several of different names
  };
  struct Role {
    FactKey program = FactKey::none;
    bool main = false;
    std::string name;
    uint64_t most = 0;  // threads of this role in one process
  };
  // When a thread of a role went through a chain: at last it was beside others, if it ever was.
  enum class Phase : uint8_t { no_others, before_others, beside_others };
  struct Node {
    FactKey outer = FactKey::none;
    FactKey lock = FactKey::none;
    FactKey stack = FactKey::none;
    Mode mode{};
    bool shared = false;
    bool more_uses = false;
    uint64_t count = 0;
    std::map<FactKey, Phase> uses;  // by role
    RunLabel shown_by;              // the first of the runs
  };
  class Adding;
  class Making;

  static void add_class(std::map<FactKey, LockClass>& classes, FactKey key, const LockClass& lock_class);
  static LockGraph::Vertex vertex_of(const LockClass& lock_class);
  void add_program(FactKey key, const std::string& executable);
  void add_module(FactKey key, const Module& module);
  void add_role(FactKey key, const Role& role);
  void add_node(FactKey key, const Node& node);

  std::map<FactKey, std::string> programs_;  // path of the executable
  std::map<FactKey, Module> modules_;
  std::map<FactKey, ScriptFrame> script_frames_;
  std::map<FactKey, Stack> stacks_;
  std::map<FactKey, LockClass> classes_;
  std::map<FactKey, Role> roles_;
  std::map<FactKey, Node> nodes_;
  std::set<std::vector<FactKey>> known_;  // each in order
};

}  // namespace gordian

#endif  // GORDIAN_CORE_MERGE_MERGED_ORDERS_H
