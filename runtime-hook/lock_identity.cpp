// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/lock_identity.h"

#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

namespace {

constexpr size_t kUntagged = 1 << 16;

struct Untagged {
  uint64_t address;  // 0: never used
  uint64_t tag;      // as in a tagged mutex
};
Untagged* untagged;

// What a generation is known by: the tag in the mutex itself, or its entry in the table.
struct Tag {
  uint64_t* word;
  uint64_t* check;  // null: an entry of the table, which needs none
  uint64_t check_value;

  bool valid() const { return check == nullptr || load(*check, std::memory_order_acquire) == check_value; }
};

constexpr uint64_t kLockHalf = 0xffffffff;

Untagged* find_untagged(const pthread_mutex_t* mutex) {
  const auto address = reinterpret_cast<uint64_t>(mutex);
  const uint64_t start = mix(0, address);
  for (size_t probe = 0; probe < 256; ++probe) {
    Untagged& entry = untagged[(start + probe) & (kUntagged - 1)];
    uint64_t found = load(entry.address, std::memory_order_acquire);
    if (found == 0 && exchange_if(entry.address, found, address)) found = address;
    if (found == address) return &entry;
  }
  return nullptr;
}

bool find_tag(pthread_mutex_t* mutex, Tag& tag) {
  if (is_taggable(mutex)) {
    auto& list = mutex->__data.__list;
    tag = {reinterpret_cast<uint64_t*>(&list.__prev), reinterpret_cast<uint64_t*>(&list.__next),
           check_of(mutex)};
    return true;
  }
  Untagged* entry = find_untagged(mutex);
  if (entry == nullptr) return false;
  tag = {&entry->tag, nullptr, 0};
  return true;
}

format::LockRef write_lock_record(const pthread_mutex_t* mutex, format::StackRef created,
                                  format::StackRef taken) {
  const int kind = mutex->__data.__kind;
  return recorder().append<format::LockRef, format::LockRecord>(
      format::RecordType::lock, 0, [&](format::LockRecord& record, char*) {
        record.address = reinterpret_cast<uint64_t>(mutex);
        record.kind = format::LockKind::mutex;
        record.type = static_cast<uint8_t>(kind & 3);
        record.attributes = static_cast<uint8_t>((kind & kProcessShared ? 1 : 0) | (kind & kRobust ? 2 : 0) |
                                                 (kind & 32 ? 4 : 0) | (kind & 64 ? 8 : 0));
        record.created = created;
        record.first_taken = taken;
      });
}

}  // namespace

Identity identify(pthread_mutex_t* mutex, format::StackRef taken) {
  Tag tag;
  if (!find_tag(mutex, tag)) {
    recorder().drop(format::Dropped::untagged_lock_table);
    return {};
  }
  uint64_t word = load(*tag.word, std::memory_order_acquire);
  bool valid = tag.valid();
  // A word without its check is either a foreign one (a copied mutex, a tag from before a fork) or one that
  // another thread is about to complete, which takes it a few instructions.
  for (int i = 0; word != 0 && !valid && i < 200; ++i) {
    __builtin_ia32_pause();
    valid = tag.valid();
    word = load(*tag.word, std::memory_order_acquire);
  }
  if (valid && (word & kLockHalf) != 0) return identity_in(word);
  const auto created = valid ? identity_in(word).lock_class : format::StackRef::none;
  const format::LockRef fresh = write_lock_record(mutex, created, taken);
  const auto lock_class = created != format::StackRef::none ? created : taken;
  const uint64_t tagged = uint64_t{static_cast<uint32_t>(lock_class)} << 32 | static_cast<uint32_t>(fresh);
  // Two threads may meet a fresh lock at once: the first to change the word decides, the other takes its
  // answer. The check goes in last: whoever finds it right finds the winner's word.
  if (exchange_if(*tag.word, word, tagged)) word = tagged;
  if (tag.check != nullptr) store(*tag.check, tag.check_value, std::memory_order_release);
  return identity_in(word);
}

Identity identity_in_table(const pthread_mutex_t* mutex) {
  const Untagged* entry = find_untagged(mutex);
  return identity_in(entry != nullptr ? load(entry->tag) : 0);
}

void begin_generation(pthread_mutex_t* mutex, CallSite site) {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  Tag tag;
  if (!find_tag(mutex, tag)) return;  // counted when the lock is first nested
  const auto created = stack_of_path(find_path(site));
  store(*tag.word, uint64_t{static_cast<uint32_t>(created)} << 32);
  if (tag.check != nullptr) store(*tag.check, tag.check_value, std::memory_order_release);
}

DyingLock before_destroy(pthread_mutex_t* mutex) {
  Tag tag;
  if (context.own == nullptr || context.inside || !find_tag(mutex, tag) || !tag.valid()) return {};
  return {identity_in(load(*tag.word)).lock, tag.word, tag.check};
}

void end_generation(const DyingLock& dying, CallSite site) {
  if (dying.word == nullptr) return;
  const InsideHook inside;
  store(*dying.word, uint64_t{0});
  if (dying.check != nullptr) store(*dying.check, uint64_t{0});
  if (dying.lock == format::LockRef::none) return;
  const auto where = stack_of_path(find_path(site));
  recorder().append<format::LockRef, format::LockEndRecord>(format::RecordType::lock_end, 0,
                                                            [&](format::LockEndRecord& record, char*) {
                                                              record.lock = dying.lock;
                                                              record.where = where;
                                                            });
}

bool create_lock_table() {
  untagged = map_zeroed<Untagged>(kUntagged);
  return untagged != nullptr;
}

void clear_lock_table() {
  madvise(untagged, kUntagged * sizeof(Untagged), MADV_DONTNEED);
}

}  // namespace gordian::hook
