// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/call_path.h"

#include <string.h>
#include <unwind.h>

#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

namespace {

uint32_t generation;

constexpr size_t kPaths = 1 << 18;
constexpr int64_t kFarthest = 4096;  // bytes: a caller's slot further away than this is not verified
constexpr int64_t kReturnSlot = 8;   // bytes below the frame address: the call site's own return address

// A trie node: one return address below its parent. `next_distance` says where the following caller's return
// address lies; it is 0 while no path goes on from here.
struct Node {
  uint64_t key;  // hash of the parent's key and this return address; 0: free
  int64_t next_distance;
  CallPath* path;  // set where a path ends
};

constexpr int64_t kVaries = -1;  // next_distance: the function's frame has no fixed size; a path ends here

Table<Node, &Node::key, 19> nodes;
uint32_t path_count = 1;

uint64_t child_key(uint64_t parent, uint64_t return_address) {
  const uint64_t key = mix(parent, return_address);
  return key != 0 ? key : 1;
}

// Each generation has a trie of its own in the one table.
uint64_t root_key() {
  return load(generation) + 1;
}

CallPath* take_path() {
  const uint32_t place = std::atomic_ref(path_count).fetch_add(1, std::memory_order_relaxed);
  return place < kPaths ? &paths[place] : nullptr;
}

CallPath* add_path(const Unwound& stack, uint32_t callers) {
  CallPath* const taken = take_path();
  if (taken == nullptr) return nullptr;
  CallPath& path = *taken;
  path.return_address = stack.frames[0].return_address;
  for (uint32_t i = 0; i < kVerified; ++i) {
    const Frame& frame = stack.frames[i < callers ? i + 1 : 0];
    path.caller[i] = frame.return_address;
    path.distance[i] = static_cast<int16_t>(frame.distance);
  }
  path.callers = static_cast<uint16_t>(callers);
  path.whole = callers + 1 == stack.count && !stack.truncated ? 1 : 0;
  return &path;
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
    const Node* node = nodes.find(key);
    if (node == nullptr) return nullptr;
    const int64_t distance = load(node->next_distance, std::memory_order_acquire);
    if (distance <= 0 || depth == kVerified) return load(node->path, std::memory_order_acquire);
    key = child_key(key, word_at(site.frame, distance));
  }
  return nullptr;
}

CallPath* learn(CallSite site) {
  Unwound stack;
  // One more than can be part of the path tells whether there are any beyond.
  unwind(site.frame, stack, 1 + kVerified + 1);
  // A stack the unwinder cannot start on (no unwind tables at the call site) still has its return address.
  if (stack.count == 0 || stack.frames[0].return_address != site.return_address) {
    stack.count = 1;
    stack.truncated = true;
    stack.frames[0] = {site.return_address, -kReturnSlot};
  }
  const uint32_t verified = verifiable_callers(stack);
  uint64_t key = child_key(root_key(), stack.frames[0].return_address);
  for (uint32_t depth = 0;; ++depth) {
    Node* node = nodes.find_or_add(key);
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

// The path that `native` goes on as for `script`.
CallPath* continue_path(const CallPath& native, uint64_t script) {
  uint64_t key = child_key(root_key(), native.return_address);
  for (uint32_t i = 0; i < native.callers; ++i) key = child_key(key, native.caller[i]);
  Node* node = nodes.find_or_add(child_key(key, script));
  CallPath* known = node != nullptr ? load(node->path, std::memory_order_acquire) : nullptr;
  if (known != nullptr) return known;
  const uint32_t stack = learn_script(script);
  if (stack == 0) return nullptr;
  CallPath* const fresh = node != nullptr ? take_path() : nullptr;
  if (fresh == nullptr) {
    recorder().drop(format::Dropped::call_path_table);
    return nullptr;
  }
  *fresh = native;
  fresh->trace_epoch = 0;
  fresh->script = stack;
  return exchange_if(node->path, known, fresh) ? fresh : known;
}

bool same_function(uint64_t a, uint64_t b) {
  // One less: a call may be the last instruction of its function.
  void* const start = _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(a - 1));
  return start != nullptr && start == _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(b - 1));
}

// A stack on its way into the trace. Of an interpreted program the script's frames come first, then the
// native ones, without those of the interpreter, for which the script's stand.
class Frames {
 public:
  explicit Frames(const CallPath& path)
      : script_(path.script != 0 ? &script_stacks[path.script] : nullptr), cut_(path.whole == 0) {
    if (script_ != nullptr) cut_ = script_->outermost != 0;
  }

  void add_script() {
    if (script_ != nullptr) count_ += addresses_of(*script_, addresses_);
  }
  // What was added before is certain; what comes behind the callers is not, like they.
  void add_script_callers() {
    const uint32_t more = script_ != nullptr ? addresses_of_callers(*script_, addresses_ + count_) : 0;
    if (more == 0) return;
    end_proven();
    count_ += more;
    cut_ = false;
  }
  void add_live_script() {
    const uint32_t all = script_ != nullptr ? addresses_of_script(addresses_) : 0;
    if (all == 0) return add_script();
    count_ = all;
    cut_ = all == kMostScriptFrames;
  }

  void add_proven(const CallPath& path) {
    add(path.return_address);
    for (uint32_t i = 0; i < path.callers; ++i) add(path.caller[i]);
  }
  void add_live(const Frame* frame, const Unwound& now) {
    for (; frame != now.frames + now.count; ++frame) add(frame->return_address);
    if (script_ == nullptr) cut_ = now.truncated;
  }
  void end_proven() {
    if (proven_ > count_) proven_ = count_;
  }

  format::StackRef record() const {
    return record_stack(addresses_, count_, proven_ < count_ ? proven_ : count_, cut_);
  }

 private:
  void add(uint64_t pc) {
    if (script_ == nullptr || !python::is_interpreter(pc)) addresses_[count_++] = pc;
  }

  const ScriptStack* script_;
  bool cut_;
  uint32_t count_ = 0;
  uint32_t proven_ = ~0U;
  uint64_t addresses_[kScriptFrames + kMostScriptFrames + 1 + kVerified + Unwound::kMaxFrames];
};

// The slot that held the outermost proven return address still exists if it is a slot of the live stack, and
// still belongs to the same function if what lies there now returns into it. Then its callers of now are
// taken for its callers of then, and recorded as such: it may have returned and been entered again in
// between. Null: there are none.
const Frame* live_callers(const CallPath& path, uint64_t frame, const Unwound& now) {
  if (path.whole != 0) return nullptr;
  const int64_t distance = path.callers > 0 ? path.distance[path.callers - 1] : -kReturnSlot;
  const uint64_t outermost = path.callers > 0 ? path.caller[path.callers - 1] : path.return_address;
  const uint64_t slot = frame + static_cast<uint64_t>(distance);
  const Frame* const end = now.frames + now.count;
  const Frame* live = now.frames;
  while (live != end && now.frame_address + static_cast<uint64_t>(live->distance) != slot) ++live;
  return live != end && same_function(live->return_address, outermost) ? live + 1 : nullptr;
}

}  // namespace

CallPath* paths;

CallPath& find_path(CallSite site, uint64_t script) {
  CallPath* path = walk(site);
  if (path == nullptr) path = learn(site);
  if (path == nullptr) recorder().drop(format::Dropped::call_path_table);
  if (path == nullptr || script == 0) return path != nullptr ? *path : *paths;
  CallPath* const of_script = continue_path(*path, script);
  return of_script != nullptr ? *of_script : *path;
}

format::StackRef stack_of_path(CallPath& path) {
  if (!is_known(path)) return format::StackRef::none;
  const uint32_t epoch = trace_epoch;
  if (load(path.trace_epoch, std::memory_order_acquire) == epoch) return path.stack;
  Frames frames(path);
  frames.add_script();
  frames.add_proven(path);
  const auto stack = frames.record();
  store(path.stack, stack);
  store(path.trace_epoch, epoch, std::memory_order_release);
  recorder().append<format::StackRef, format::PathRecord>(format::RecordType::path, 0,
                                                          [&](format::PathRecord& record, char*) {
                                                            record.path = reinterpret_cast<uint64_t>(&path);
                                                            record.stack = stack;
                                                          });
  return stack;
}

format::StackRef stack_of_now(const CallPath& path, const Unwound& now) {
  Frames frames(path);
  frames.add_live_script();
  frames.add_live(now.frames, now);
  return frames.record();
}

format::StackRef stack_of_held(CallPath& path, uint64_t frame, const Unwound& now) {
  if (!is_known(path)) return format::StackRef::none;
  Frames frames(path);
  frames.add_script();
  frames.add_script_callers();
  frames.add_proven(path);
  if (const Frame* live = live_callers(path, frame, now)) {
    frames.end_proven();
    frames.add_live(live, now);
  }
  return frames.record();
}

bool may_still_run(const CallPath& path, uint64_t frame, const Unwound& now) {
  if (path.callers == 0 || now.truncated) return true;
  const uint64_t slot = frame + static_cast<uint64_t>(path.distance[0]);
  for (const Frame* live = now.frames; live != now.frames + now.count; ++live) {
    const bool same_place = now.frame_address + static_cast<uint64_t>(live->distance) == slot;
    if (same_place && live->return_address == path.caller[0]) return true;
  }
  return false;
}

void forget_paths() {
  std::atomic_ref(generation).fetch_add(1);
}

uint32_t path_generation() {
  return load(generation);
}

bool create_path_table() {
  paths = map_zeroed<CallPath>(kPaths);
  return paths != nullptr && nodes.create();
}

}  // namespace gordian::hook
