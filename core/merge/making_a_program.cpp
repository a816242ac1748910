// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/merge/merged_orders.h"

namespace gordian {

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
    program_.graph.add_lock(vertex_of(lock_class), lock_class.readers);
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
    chain.wanted = {locks_.at(node.lock), stack(node.stack), node.mode, node.shared};
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

Program MergedOrders::program() const {
  return Making(*this).make();
}

}  // namespace gordian
