// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/call_path.h"

#include <string.h>

#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

constexpr size_t kNodes = 1 << 19;
constexpr size_t kPathBytes = 256 << 20;  // address space; committed as paths are added
constexpr int64_t kFarthest = 4096;       // bytes: a caller's slot further away than this is not verified

// A trie node: one return address below its parent. `next_distance` says where the following caller's return
// address lies; it is 0 while no path goes on from here.
struct Node {
  uint64_t key;  // hash of the parent's key and this return address; 0: free
  int64_t next_distance;
  CallPath* path;  // set where a path ends
};

constexpr int64_t kVaries = -1;  // next_distance: the function's frame has no fixed size; a path ends here

Node* nodes;
char* path_memory;
uint64_t path_memory_used;
uint32_t path_count;
uint32_t generation;

Node* find_node(uint64_t key, bool insert) {
  for (size_t probe = 0; probe < 64; ++probe) {
    Node& node = nodes[(key + probe) & (kNodes - 1)];
    uint64_t found = load(node.key, std::memory_order_acquire);
    if (found == key) return &node;
    if (found != 0) continue;
    if (!insert) return nullptr;
    if (exchange_if(node.key, found, key) || found == key) return &node;
  }
  return nullptr;
}

uint64_t child_key(uint64_t parent, uint64_t return_address) {
  const uint64_t key = mix(parent, return_address);
  return key != 0 ? key : 1;
}

// Each generation has a trie of its own in the one table.
uint64_t root_key() {
  return load(generation) + 1;
}

CallPath* add_path(const Unwound& stack, uint32_t verified) {
  const size_t size = sizeof(CallPath) + stack.count * sizeof(Frame);
  const uint64_t at = std::atomic_ref(path_memory_used).fetch_add(size, std::memory_order_relaxed);
  if (at + size > kPathBytes) return nullptr;
  auto* path = reinterpret_cast<CallPath*>(path_memory + at);
  path->return_address = stack.frames[0].return_address;
  for (uint32_t i = 0; i < kVerified; ++i) {
    const Frame& frame = stack.frames[i < verified ? i + 1 : 0];
    path->caller[i] = frame.return_address;
    path->distance[i] = static_cast<int32_t>(frame.distance);
  }
  path->id = std::atomic_ref(path_count).fetch_add(1, std::memory_order_relaxed) + 1;
  path->frames = stack.count;
  path->generation = load(generation);
  path->truncated = stack.truncated ? 1 : 0;
  memcpy(path->all(), stack.frames, stack.count * sizeof(Frame));
  return path;
}

// How many callers can be verified by their word on the stack: the slot must hold what the unwinder said (it
// does not around signal frames and hand-written code), and lie near.
uint32_t verifiable_callers(const Unwound& stack) {
  uint32_t count = 0;
  while (count < kVerified && count + 1 < stack.count) {
    const Frame& frame = stack.frames[count + 1];
    if (frame.distance <= 0 || frame.distance > kFarthest) break;
    if (word_at(stack.frame_address, frame.distance) != frame.return_address) break;
    ++count;
  }
  return count;
}

CallPath* walk(CallSite site) {
  uint64_t key = child_key(root_key(), site.return_address);
  for (uint32_t depth = 0; depth <= kVerified; ++depth) {
    const Node* node = find_node(key, false);
    if (node == nullptr) return nullptr;
    const int64_t distance = load(node->next_distance, std::memory_order_acquire);
    if (distance <= 0 || depth == kVerified) return load(node->path, std::memory_order_acquire);
    key = child_key(key, word_at(site.frame, distance));
  }
  return nullptr;
}

CallPath* learn(CallSite site) {
  Unwound stack;
  unwind(site.frame, stack);
  // A stack the unwinder cannot start on (no unwind tables at the call site) still has its return address.
  if (stack.count == 0 || stack.frames[0].return_address != site.return_address) {
    stack.count = 1;
    stack.truncated = true;
    stack.frames[0] = {site.return_address, -static_cast<int64_t>(sizeof(uint64_t))};
  }
  const uint32_t verified = verifiable_callers(stack);
  uint64_t key = child_key(root_key(), stack.frames[0].return_address);
  for (uint32_t depth = 0;; ++depth) {
    Node* node = find_node(key, true);
    if (node == nullptr) return nullptr;
    int64_t known = load(node->next_distance, std::memory_order_acquire);
    const int64_t distance = depth < verified ? stack.frames[depth + 1].distance : 0;
    if (known != kVaries && distance > 0 && known != distance) {
      if (known == 0 && load(node->path) == nullptr) exchange_if(node->next_distance, known, distance);
      known = load(node->next_distance);
      if (known != distance) store(node->next_distance, known = kVaries, std::memory_order_release);
    }
    if (known > 0 && distance > 0) {
      key = child_key(key, stack.frames[depth + 1].return_address);
      continue;
    }
    CallPath* path = load(node->path, std::memory_order_acquire);
    if (path == nullptr) {
      CallPath* fresh = add_path(stack, depth);
      if (fresh == nullptr) return nullptr;
      if (exchange_if(node->path, path, fresh)) path = fresh;
    }
    return path;
  }
}

}  // namespace

CallPath* find_path(CallSite site) {
  if (CallPath* path = walk(site)) return path;
  CallPath* path = learn(site);
  if (path == nullptr) recorder().drop(format::Dropped::call_path_table);
  return path;
}

format::StackRef stack_of_path(CallPath& path) {
  const uint32_t epoch = trace_epoch();
  if (load(path.trace_epoch, std::memory_order_acquire) == epoch) return path.stack;
  uint64_t pcs[Unwound::kMaxFrames];
  for (uint32_t i = 0; i < path.frames; ++i) pcs[i] = path.all()[i].return_address;
  const auto stack = record_stack(pcs, path.frames, path.truncated != 0);
  store(path.stack, stack);
  store(path.trace_epoch, epoch, std::memory_order_release);
  return stack;
}

format::StackRef stack_of_held(CallPath& path, uint64_t frame, const Unwound& now) {
  const Frame* all = path.all();
  // The outermost live return address bounds what may be read.
  const uint64_t top =
      now.count > 0 ? now.frame_address + static_cast<uint64_t>(now.frames[now.count - 1].distance) : 0;
  const auto slot = [&](uint32_t i) { return frame + static_cast<uint64_t>(all[i].distance); };
  uint32_t verified = 1;
  while (verified <= kVerified && path.distance[verified - 1] > 0) ++verified;
  uint32_t same = verified;
  while (same < path.frames && slot(same) <= top &&
         word_at(frame, all[same].distance) == all[same].return_address) {
    ++same;
  }
  if (same == path.frames) return stack_of_path(path);

  // The path was entered another way this time. Where its outermost confirmed function is still running, its
  // live callers are its callers; otherwise the stack ends at what is known.
  uint64_t pcs[Unwound::kMaxFrames];
  uint32_t count = 0;
  for (; count < same; ++count) pcs[count] = all[count].return_address;
  const uint64_t inner = slot(same - 1);
  const uint64_t outer = slot(same);
  bool truncated = true;
  for (uint32_t i = 0; i + 1 < now.count; ++i) {
    const auto live = [&](uint32_t k) {
      return now.frame_address + static_cast<uint64_t>(now.frames[k].distance);
    };
    if (live(i) != inner || live(i + 1) != outer) continue;
    for (uint32_t k = i + 1; k < now.count && count < Unwound::kMaxFrames; ++k)
      pcs[count++] = now.frames[k].return_address;
    truncated = now.truncated;
    break;
  }
  return record_stack(pcs, count, truncated);
}

void forget_paths() {
  std::atomic_ref(generation).fetch_add(1);
}

bool is_current(const CallPath& path) {
  return path.generation == load(generation);
}

bool create_path_table() {
  nodes = map_zeroed<Node>(kNodes);
  path_memory = map_zeroed<char>(kPathBytes);
  return nodes != nullptr && path_memory != nullptr;
}

}  // namespace gordian::hook
