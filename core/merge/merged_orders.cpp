// SPDX-License-Identifier: Apache-2.0
#include "core/merge/merged_orders.h"

#include <algorithm>

namespace gordian {
namespace {

template <typename Map>
void unite(Map& into, const Map& from) {
  into.insert(from.begin(), from.end());
}

}  // namespace

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
