// SPDX-License-Identifier: Apache-2.0
#include "core/merge/merged_orders.h"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/range/iterator_range.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/merge/fact_hash.h"

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

template <typename Map>
void unite(Map& into, const Map& from) {
  into.insert(from.begin(), from.end());
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
    const FactKey program = programs_[lock.process];
    const FactKey key = FactHash()
                            .add(program)
                            .add(lock.class_name)
                            .add(static_cast<uint64_t>(lock.kind))
                            .add(uint64_t{signal})
                            .key();
    classes_.add(key);
    const LockClass lock_class{program, lock.kind, signal, lock.class_name, lock.name, false};
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

  void add_chain(const Chain& chain) {
    Node node;
    node.outer = chain.outer == kNoChain ? FactKey::none : chains_[chain.outer];
    node.lock = classes_[chain.wanted.lock];
    node.stack = stack_key(chain.wanted.stack);
    node.mode = chain.wanted.mode;
    node.shared = chain.wanted.shared;
    node.queues = chain.wanted.queues;
    node.more_uses = chain.more_uses || chain.uses.empty();
    node.count = chain.count;
    for (const Use& use : chain.uses) {
      Phase& known = node.uses.try_emplace(thread_roles_[use.thread], Phase::no_others).first->second;
      known = std::max(known, phase(use));
    }
    node.shown_by = run_;
    const FactKey key = FactHash()
                            .add(node.outer)
                            .add(node.lock)
                            .add(node.stack)
                            .add(static_cast<uint64_t>(node.mode))
                            .add(uint64_t{node.shared})
                            .add(uint64_t{node.queues})
                            .key();
    chains_.add(key);
    into_.add_node(key, node);
    add_to_graph(key, node);
  }

  // The run's own graph of classes.
  void add_to_graph(FactKey key, const Node& node) {
    const auto vertex = [&](FactKey lock) {
      const auto [known, is_new] = vertices_.try_emplace(lock);
      if (is_new) known->second = graph_.add_lock(vertex_of(here_.at(lock)));
      return known->second;
    };
    const auto [known, is_new] = in_graph_.try_emplace(key, kNoChain);
    if (!is_new) return;
    Chain chain;
    chain.outer = node.outer == FactKey::none ? kNoChain : in_graph_.at(node.outer);
    chain.wanted = {vertex(node.lock), kNoStack, node.mode, node.shared, node.queues};
    known->second = graph_.add_chain(std::move(chain));
    keys_.add(key);
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
  std::map<FactKey, LockClass> here_;  // as this run alone shows them
  LockGraph graph_;
  std::map<FactKey, LockId> vertices_;
  std::map<FactKey, ChainId> in_graph_;
  Table<ChainId, FactKey> keys_;
};

// All facts as a program.
class MergedOrders::Making {
 public:
  explicit Making(const MergedOrders& from) : from_(from) {}

  Program make() {
    for (const auto& [key, executable] : from_.programs_) add_process(key, executable);
    for (const auto& [key, lock_class] : from_.classes_) add_lock(key, lock_class);
    for (const auto& [key, role] : from_.roles_) {
      if (!threads_.contains(key)) add_threads(key, role);
    }
    program_.runs.emplace();
    for (const auto& [key, node] : from_.nodes_) add_chain(key, node);
    for (const std::vector<FactKey>& keys : from_.known_) {
      auto& known = program_.runs->known.emplace_back();
      for (const FactKey key : keys) known.insert(chains_.at(key));
    }
    return std::move(program_);
  }

 private:
  // Each module where it is in the way of no other. Far from each other, so that every offset has room.
  static constexpr uint64_t kModuleRoom = uint64_t{1} << 40;

  void add_process(FactKey key, const std::string& executable) {
    Process process;
    process.executable = executable;
    uint64_t start = kModuleRoom;
    for (const auto& [module_key, module] : from_.modules_) {
      process.modules.push_back({module.path, module.build_id, start, start + kModuleRoom, start, 0});
      bases_[module_key] = start;
      start += kModuleRoom;
    }
    for (const auto& [frame_key, frame] : from_.script_frames_) {
      const auto number = static_cast<format::ScriptFrameRef>(process.script_frames.size() + 1);
      bases_[frame_key] = format::address_of(number);
      process.script_frames.emplace(format::address_of(number), frame);
    }
    processes_[key] = program_.processes.add(std::move(process));
  }

  void add_lock(FactKey key, const LockClass& lock_class) {
    Lock lock;
    lock.process = processes_.at(lock_class.program);
    lock.kind = lock_class.kind;
    lock.name = lock_class.many ? lock_class.class_name : lock_class.name;
    lock.class_name = lock_class.class_name;
    locks_[key] = program_.locks.add(std::move(lock));
    program_.graph.add_lock(vertex_of(lock_class));
  }

  // As many as one process had, as far as a chain would list them.
  void add_threads(FactKey key, const Role& role) {
    for (uint64_t i = 0; i < std::min<uint64_t>(role.most, format::kMaxUsesPerChain); ++i) {
      Thread thread;
      thread.process = processes_.at(role.program);
      thread.main = role.main;
      thread.name = role.name;
      if (!role.main) thread.parent = main_of(role.program);
      threads_[key].push_back(program_.threads.add(std::move(thread)));
    }
  }

  // The main thread, which has made all others at the end of its first segment.
  ThreadId main_of(FactKey program) {
    for (const auto& [key, role] : from_.roles_) {
      if (!role.main || role.program != program) continue;
      if (!threads_.contains(key)) add_threads(key, role);
      return threads_.at(key).front();
    }
    return kNoThread;
  }

  StackId stack(FactKey key) {
    if (key == FactKey::none) return kNoStack;
    const auto [known, is_new] = stacks_.try_emplace(key, kNoStack);
    if (!is_new) return known->second;
    const MergedOrders::Stack& from = from_.stacks_.at(key);
    gordian::Stack stack;
    stack.truncated = from.truncated;
    stack.proven = from.proven;
    for (const Place& place : from.places) {
      stack.return_addresses.push_back(place.where == FactKey::none ? 1
                                                                    : bases_.at(place.where) + place.offset);
    }
    return known->second = program_.stacks.add(std::move(stack));
  }

  ChainId add_chain(FactKey key, const Node& node) {
    if (const auto known = chains_.find(key); known != chains_.end()) return known->second;
    Chain chain;
    if (node.outer != FactKey::none) chain.outer = add_chain(node.outer, from_.nodes_.at(node.outer));
    chain.wanted = {locks_.at(node.lock), stack(node.stack), node.mode, node.shared, node.queues};
    chain.count = node.count;
    chain.more_uses = node.more_uses;
    for (const auto& [role, phase] : node.uses) {
      const uint32_t segment = phase == Phase::before_others ? 0 : 1;
      for (const ThreadId thread : threads_.at(role)) {
        chain.uses.push_back({thread, segment, segment});
      }
      chain.more_uses |= from_.roles_.at(role).most > format::kMaxUsesPerChain;
    }
    program_.runs->shown_by.add(node.shown_by.text);
    return chains_[key] = program_.graph.add_chain(std::move(chain));
  }

  const MergedOrders& from_;
  Program program_;
  std::map<FactKey, uint64_t> bases_;  // where a module starts, or the address of a script frame
  std::map<FactKey, ProcessId> processes_;
  std::map<FactKey, LockId> locks_;
  std::map<FactKey, std::vector<ThreadId>> threads_;
  std::map<FactKey, StackId> stacks_;
  std::map<FactKey, ChainId> chains_;
};

void MergedOrders::add(const Program& program, const RunLabel& run) {
  Adding(*this, program, run).add();
}

Program MergedOrders::program() const {
  return Making(*this).make();
}

LockGraph::Vertex MergedOrders::vertex_of(const LockClass& lock_class) {
  if (lock_class.signal) return LockGraph::Vertex::signal;
  return lock_class.many ? LockGraph::Vertex::lock_class : LockGraph::Vertex::lock;
}

void MergedOrders::add_program(FactKey key, const std::string& executable) {
  const auto [known, is_new] = programs_.try_emplace(key, executable);
  if (!is_new) known->second = std::min(known->second, executable);
}

void MergedOrders::add_module(FactKey key, const Module& module) {
  const auto [known, is_new] = modules_.try_emplace(key, module);
  if (!is_new) known->second.path = std::min(known->second.path, module.path);
}

void MergedOrders::add_class(std::map<FactKey, LockClass>& classes, FactKey key,
                             const LockClass& lock_class) {
  const auto [known, is_new] = classes.try_emplace(key, lock_class);
  if (is_new) return;
  known->second.many |= lock_class.many || known->second.name != lock_class.name;
  known->second.name = std::min(known->second.name, lock_class.name);
}

void MergedOrders::add_role(FactKey key, const Role& role) {
  const auto [known, is_new] = roles_.try_emplace(key, role);
  if (is_new) return;
  known->second.most = std::max(known->second.most, role.most);
  known->second.name = std::min(known->second.name, role.name);
}

void MergedOrders::add_node(FactKey key, const Node& node) {
  const auto [at, is_new] = nodes_.try_emplace(key, node);
  if (is_new) return;
  Node& known = at->second;
  known.more_uses |= node.more_uses;
  known.count += node.count;
  for (const auto& [role, phase] : node.uses) {
    Phase& latest = known.uses.try_emplace(role, phase).first->second;
    latest = std::max(latest, phase);
  }
  known.shown_by = std::min(known.shown_by, node.shown_by);
}

void MergedOrders::merge(const MergedOrders& other) {
  for (const auto& [key, executable] : other.programs_) add_program(key, executable);
  for (const auto& [key, module] : other.modules_) add_module(key, module);
  unite(script_frames_, other.script_frames_);
  unite(stacks_, other.stacks_);
  for (const auto& [key, lock_class] : other.classes_) add_class(classes_, key, lock_class);
  for (const auto& [key, role] : other.roles_) add_role(key, role);
  for (const auto& [key, node] : other.nodes_) add_node(key, node);
  unite(known_, other.known_);
}

}  // namespace gordian
