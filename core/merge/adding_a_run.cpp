// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/range/iterator_range.hpp>
#include <string_view>
#include <unordered_map>

#include "core/merge/fact_hash.h"
#include "core/merge/merged_orders.h"

namespace gordian {
namespace {

std::string_view bytes(const std::vector<uint8_t>& from) {
  return {reinterpret_cast<const char*>(from.data()), from.size()};
}

// The script that an interpreter runs: its first argument that is no option.
std::string_view script_of(const Process& process) {
  if (process.script_frames.empty()) return {};
  for (size_t i = 1; i < process.command.size(); ++i) {
    const std::string_view word = process.command[i];
    if (!word.starts_with('-')) return word.substr(word.rfind('/') + 1);
  }
  return {};
}

}  // namespace

// One pass over the program of a run.
class MergedOrders::Adding {
 public:
  Adding(MergedOrders& into, const Program& program, const RunLabel& run)
      : into_(into), program_(program), run_(run) {}

  void add() {
    for (const Process& process : program_.processes) add_program(process);
    for (size_t i = 0; i < program_.locks.size(); ++i) add_lock(static_cast<LockId>(i));
    find_starts();
    for (size_t i = 0; i < program_.threads.size(); ++i) add_thread(static_cast<ThreadId>(i));
    for (const Chain& chain : program_.graph.chains()) add_chain(chain);
    for (const auto& [key, node] : nodes_) into_.add_node(key, node);
    keep_known();
  }

 private:
  void add_program(const Process& process) {
    const auto executable = std::ranges::find_if(process.modules, [&](const gordian::Module& module) {
      return module.path == process.executable && !module.build_id.empty();
    });
    FactHash hash;
    hash.add(executable != process.modules.end() ? bytes(executable->build_id)
                                                 : std::string_view(process.executable));
    const FactKey key = hash.add(script_of(process)).key();
    programs_.add(key);
    into_.add_program(key, process.executable);
  }

  FactKey module_key(const gordian::Module& module) {
    const FactKey key =
        FactHash()
            .add(module.build_id.empty() ? std::string_view(module.path) : bytes(module.build_id))
            .key();
    into_.add_module(key, {module.path, module.build_id});
    return key;
  }

  Place place(ProcessId process, uint64_t address, uint64_t seen) {
    const Process& of = program_.processes[process];
    if (const auto script = of.script_frames.find(address); script != of.script_frames.end()) {
      const ScriptFrame& frame = script->second;
      const FactKey key = FactHash().add(frame.function).add(frame.file).add(uint64_t{frame.line}).key();
      into_.script_frames_.try_emplace(key, frame);
      return {key, 0};
    }
    // Of code that belongs to no file nothing is the same in the next run.
    const gordian::Module* module = module_at(of, address, seen);
    return module != nullptr ? Place{module_key(*module), address - module->load_bias} : Place{};
  }

  FactKey stack_key(StackId id) {
    if (id == kNoStack) return FactKey::none;
    const auto [known, is_new] = stacks_.try_emplace(id, FactKey::none);
    if (!is_new) return known->second;
    const gordian::Stack& from = program_.stacks[id];
    Stack stack{{}, from.truncated, from.proven};
    FactHash hash;
    for (const uint64_t address : from.return_addresses) {
      stack.places.push_back(place(from.process, address, from.seen));
      hash.add(stack.places.back().where).add(stack.places.back().offset);
    }
    hash.add(uint64_t{stack.truncated}).add(uint64_t{stack.proven});
    into_.stacks_.try_emplace(hash.key(), std::move(stack));
    return stacks_[id] = hash.key();
  }

  void add_lock(LockId id) {
    const Lock& lock = program_.locks[id];
    const bool signal = program_.graph.vertex(id) == LockGraph::Vertex::signal;
    const LockGraph::Readers readers = program_.graph.readers(id);
    const FactKey program = programs_[lock.process];
    const FactKey key = FactHash()
                            .add(program)
                            .add(lock.class_name)
                            .add(static_cast<uint64_t>(lock.kind))
                            .add(uint64_t{signal})
                            .add(static_cast<uint64_t>(readers))
                            .key();
    classes_.add(key);
    const LockClass lock_class{program, lock.kind, signal, readers, lock.class_name, lock.name, false};
    MergedOrders::add_class(into_.classes_, key, lock_class);
    MergedOrders::add_class(here_, key, lock_class);
  }

  // Where the main thread of each process made its first thread.
  void find_starts() {
    for (const Thread& thread : program_.threads) {
      if (thread.main) continue;
      Start& start = starts_[thread.process];
      start.has_others = true;
      if (thread.parent == kNoThread) {
        start.unknown = true;
      } else if (program_.threads[thread.parent].main) {
        start.first_creation = std::min(start.first_creation, thread.parent_segment);
      }
    }
  }

  void add_thread(ThreadId id) {
    const Thread& thread = program_.threads[id];
    const FactKey program = programs_[thread.process];
    FactHash hash;
    hash.add(program).add(uint64_t{thread.main});
    if (!thread.main) {
      const Place runs = place(thread.process, thread.start_routine, UINT64_MAX);
      hash.add(runs.where).add(runs.offset).add(stack_key(thread.created));
    }
    const FactKey key = hash.key();
    thread_roles_.add(key);
    const uint64_t so_many = ++role_counts_[{thread.process, key}];
    into_.add_role(key, {program, thread.main, thread.name.empty() ? "a thread" : thread.name, so_many});
  }

  Phase phase(const Use& use) const {
    const Thread& thread = program_.threads[use.thread];
    const auto known = starts_.find(thread.process);
    const Start start = known != starts_.end() ? known->second : Start{};
    if (!thread.main || start.unknown) return Phase::beside_others;
    if (!start.has_others) return Phase::no_others;
    return use.last_segment <= start.first_creation ? Phase::before_others : Phase::beside_others;
  }

  // Of a big run, nearly all chains are like others before: these are only counted.
  void add_chain(const Chain& chain) {
    Node node;
    node.outer = chain.outer == kNoChain ? FactKey::none : chains_[chain.outer];
    node.lock = classes_[chain.wanted.lock];
    node.stack = stack_key(chain.wanted.stack);
    node.mode = chain.wanted.mode;
    node.shared = chain.wanted.shared;
    const FactKey key = FactHash()
                            .add(node.outer)
                            .add(node.lock)
                            .add(node.stack)
                            .add(static_cast<uint64_t>(node.mode))
                            .add(uint64_t{node.shared})
                            .key();
    chains_.add(key);
    const auto known = nodes_.find(key);
    Node& all = known != nodes_.end() ? known->second : add_node(key, std::move(node));
    all.more_uses |= chain.more_uses;
    all.count += chain.count;
    for (const Use& use : chain.uses) {
      Phase& latest = all.uses.try_emplace(thread_roles_[use.thread], Phase::no_others).first->second;
      latest = std::max(latest, phase(use));
    }
  }

  // Also to the run's own graph of classes.
  Node& add_node(FactKey key, Node node) {
    const auto vertex = [&](FactKey lock) {
      const auto [known, is_new] = vertices_.try_emplace(lock);
      if (is_new) known->second = graph_.add_lock(vertex_of(here_.at(lock)), here_.at(lock).readers);
      return known->second;
    };
    Chain chain;
    chain.outer = node.outer == FactKey::none ? kNoChain : in_graph_.at(node.outer);
    chain.wanted = {vertex(node.lock), kNoStack, node.mode, node.shared};
    in_graph_.emplace(key, graph_.add_chain(std::move(chain)));
    keys_.add(key);
    node.shown_by = run_;
    return nodes_.emplace(key, std::move(node)).first->second;
  }

  void keep_known() {
    const auto& graph = graph_.boost_graph();
    std::vector<size_t> component(graph_.lock_count());
    boost::strong_components(
        graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
    std::map<size_t, std::set<FactKey>> cyclic;
    for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
      const size_t of = component[boost::source(edge, graph)];
      if (of != component[boost::target(edge, graph)]) continue;
      for (const Evidence& evidence : graph_.evidence(edge)) cyclic[of].insert(keys_[evidence.wanted]);
    }
    for (const auto& [of, keys] : cyclic) into_.known_.emplace(keys.begin(), keys.end());
  }

  struct Start {
    bool has_others = false;
    bool unknown = false;  // a thread came from elsewhere
    uint32_t first_creation = UINT32_MAX;
  };

  MergedOrders& into_;
  const Program& program_;
  const RunLabel& run_;
  Table<ProcessId, FactKey> programs_;
  std::map<ProcessId, Start> starts_;
  Table<LockId, FactKey> classes_;
  Table<ThreadId, FactKey> thread_roles_;
  Table<ChainId, FactKey> chains_;
  std::unordered_map<StackId, FactKey> stacks_;
  std::map<std::pair<ProcessId, FactKey>, uint64_t> role_counts_;
  std::unordered_map<FactKey, Node> nodes_;
  std::map<FactKey, LockClass> here_;  // as this run alone shows them
  LockGraph graph_;
  std::map<FactKey, LockId> vertices_;
  std::map<FactKey, ChainId> in_graph_;
  Table<ChainId, FactKey> keys_;
};

void MergedOrders::add(const Program& program, const RunLabel& run) {
  Adding(*this, program, run).add();
}

}  // namespace gordian
