// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/script_stack.h"

#include <string.h>

#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

namespace {

using format::ScriptFrameRecord;
using format::ScriptFrameRef;

constexpr uint32_t kStacks = 1 << 17;
constexpr uint32_t kTextUnits = 1 << 21;  // of 8 bytes

// The text of a place: file and function lie behind it. `record` belongs to the trace of `trace_epoch`.
struct PlaceText {
  uint32_t trace_epoch;
  ScriptFrameRef record;
  uint32_t line;
  uint32_t file_length;
  uint32_t function_length;
};

uint64_t* texts;
uint32_t texts_end = 1;
uint32_t stacks_end = 1;

struct KnownText {
  uint64_t hash;
  ScriptPlace place;
};
Table<KnownText, &KnownText::hash, 17> places;

struct KnownStack {
  uint64_t key;
  uint32_t number;  // 0: not learned yet
};
Table<KnownStack, &KnownStack::key, 17> stacks_by_key;

// The last trial of this thread that failed.
struct Trial {
  uint64_t lock;
  uint64_t script;
};
thread_local constinit Trial trial = {};

bool create_tables() {
  if (script_stacks != nullptr) return true;
  texts = map_zeroed<uint64_t>(kTextUnits);
  auto* const stacks = map_zeroed<ScriptStack>(kStacks);
  if (texts == nullptr || stacks == nullptr || !places.create() || !stacks_by_key.create()) return false;
  store(script_stacks, stacks, std::memory_order_release);
  return true;
}

PlaceText& text_of(ScriptPlace place) {
  return *reinterpret_cast<PlaceText*>(texts + static_cast<uint32_t>(place));
}

uint64_t hash_of(const char* text, uint32_t length, uint64_t hash) {
  for (uint32_t i = 0; i < length; ++i) hash = mix(hash, static_cast<uint8_t>(text[i]));
  return mix(hash, length);
}

ScriptPlace add_text(const python::Description& description) {
  const uint32_t length = description.file_length + description.function_length;
  const auto units = static_cast<uint32_t>((sizeof(PlaceText) + length + 7) / 8);
  if (kTextUnits - texts_end < units) return ScriptPlace::none;
  const auto place = static_cast<ScriptPlace>(texts_end);
  texts_end += units;
  PlaceText& text = text_of(place);
  text.line = description.line;
  text.file_length = description.file_length;
  text.function_length = description.function_length;
  char* const behind = reinterpret_cast<char*>(&text + 1);
  memcpy(behind, description.file, description.file_length);
  memcpy(behind + description.file_length, description.function, description.function_length);
  return place;
}

// Equal texts are kept once, so that stacks through the same lines are equal.
ScriptPlace place_of_text(const python::Description& description) {
  const uint64_t hash = hash_of(description.function, description.function_length,
                                hash_of(description.file, description.file_length, description.line));
  KnownText* const known = places.find_or_add(hash | 1);
  if (known != nullptr && known->place == ScriptPlace::none) known->place = add_text(description);
  if (known != nullptr && known->place != ScriptPlace::none) return known->place;
  recorder().drop(format::Dropped::script_frames);
  return ScriptPlace::none;
}

// Without reading the names again, where they were read before.
ScriptPlace place_of(const python::Frame& frame) {
  const auto name = reinterpret_cast<uint64_t>(frame.code->qualified_name);
  KnownText* const known = places.find_or_add(mix(name, python::key_of(frame)) | 1);
  if (known != nullptr && known->place != ScriptPlace::none) return known->place;
  python::Description description;
  describe(frame, description);
  const ScriptPlace place = place_of_text(description);
  if (known != nullptr) known->place = place;
  return place;
}

// Its record in the trace, written at its first use.
ScriptFrameRef record_of(ScriptPlace place) {
  PlaceText& text = text_of(place);
  const uint32_t epoch = trace_epoch;
  if (load(text.trace_epoch, std::memory_order_acquire) == epoch) return load(text.record);
  const uint32_t length = text.file_length + text.function_length;
  const auto record = recorder().append<ScriptFrameRef, ScriptFrameRecord>(
      format::RecordType::script_frame, length, [&](ScriptFrameRecord& written, char* behind) {
        written.line = text.line;
        written.file_length = text.file_length;
        written.function_length = text.function_length;
        memcpy(behind, &text + 1, length);
      });
  store(text.record, record);
  store(text.trace_epoch, epoch, std::memory_order_release);
  return record;
}

bool add_address(ScriptPlace place, uint64_t* into) {
  const ScriptFrameRef record = place != ScriptPlace::none ? record_of(place) : ScriptFrameRef::none;
  *into = format::address_of(record);
  return record != ScriptFrameRef::none;
}

// `frame` and its callers.
uint32_t addresses_from(const python::Frame* frame, uint64_t* into) {
  uint32_t count = 0;
  for (; frame != nullptr && count < kMostScriptFrames; frame = frame->previous) {
    if (add_address(place_of(*frame), into + count)) ++count;
  }
  return count;
}

uint32_t find_stack(uint64_t key) {
  if (load(script_stacks, std::memory_order_acquire) == nullptr) return 0;
  const KnownStack* const known = stacks_by_key.find(key);
  return known != nullptr ? load(known->number, std::memory_order_acquire) : 0;
}

}  // namespace

ScriptStack* script_stacks;

uint64_t read_script_key(Lockable lock) {
  const python::Frame* frame = python::current_frame();
  if (frame == nullptr) return trial.lock == lock.address ? trial.script : 0;
  uint64_t key = 0;
  for (uint32_t i = 0; i < kScriptFrames && frame != nullptr; ++i, frame = frame->previous) {
    key = mix(key, python::key_of(*frame));
  }
  return key != 0 ? key : 1;
}

void keep_script(Lockable lock, uint64_t return_address) {
  trial = {lock.address, script_key(lock, return_address)};
  if (trial.script == 0 || find_stack(trial.script) != 0 || context.inside) return;
  const InsideHook inside;
  if (attach() != nullptr) learn_script(trial.script);
}

uint32_t learn_script(uint64_t key) {
  if (const uint32_t known = find_stack(key)) return known;
  const python::Frame* frame = python::current_frame();
  if (frame == nullptr || !create_tables()) return 0;
  KnownStack* const known = stacks_by_key.find_or_add(key);
  if (known == nullptr || stacks_end == kStacks) {
    recorder().drop(format::Dropped::script_frames);
    return 0;
  }
  ScriptStack& stack = script_stacks[stacks_end];
  stack = {};  // a fork may have left it half filled
  stack.key = key;
  for (uint64_t last = 0; frame != nullptr; frame = frame->previous) {
    if (stack.count == kScriptFrames) {
      stack.outermost = last;
      break;
    }
    last = python::key_of(*frame);
    if (stack.count == 0) stack.purpose = python::purpose_of(*frame);
    stack.frames[stack.count++] = place_of(*frame);
  }
  store(known->number, stacks_end, std::memory_order_release);
  return stacks_end++;
}

uint32_t addresses_of(const ScriptStack& stack, uint64_t* into) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < stack.count; ++i) {
    if (add_address(stack.frames[i], into + count)) ++count;
  }
  return count;
}

uint32_t addresses_of_callers(const ScriptStack& stack, uint64_t* into) {
  if (stack.outermost == 0) return 0;
  const python::Frame* frame = python::current_frame();
  while (frame != nullptr && python::key_of(*frame) != stack.outermost) frame = frame->previous;
  return frame != nullptr ? addresses_from(frame->previous, into) : 0;
}

uint32_t addresses_of_script(uint64_t* into) {
  return addresses_from(python::current_frame(), into);
}

}  // namespace gordian::hook
