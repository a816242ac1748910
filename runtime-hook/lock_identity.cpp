// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/lock_identity.h"

#include <string.h>

#include "runtime-hook/forked_locks.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/shared_memory.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

namespace {

using format::LockAttribute;
using format::LockRecord;
using format::LockRef;
using format::StackRef;

// What a generation is known by: the tag in the object itself, or its entry in the table.
struct Tag {
  uint64_t* word;
  uint64_t* check;  // null: an entry of the table, which needs none
  uint64_t check_value;

  bool valid() const { return check == nullptr || load(*check, std::memory_order_acquire) == check_value; }
  void confirm() const {
    if (check != nullptr) store(*check, check_value, std::memory_order_release);
  }
};

constexpr uint64_t kLowHalf = 0xffffffff;

uint64_t tag_of(StackRef lock_class, uint32_t low) {
  return uint64_t{static_cast<uint32_t>(lock_class)} << 32 | low;
}

enum class Missing : uint8_t { stays, is_made };

Untagged* find_untagged(Lockable lock, Missing missing) {
  const uint64_t key = untagged_key(lock);
  const uint64_t start = mix(0, key);
  for (size_t probe = 0; probe < 256; ++probe) {
    Untagged& entry = untagged[(start + probe) & (kUntagged - 1)];
    uint64_t found = load(entry.key, std::memory_order_acquire);
    if (found == 0 && missing == Missing::stays) return nullptr;
    if (found == 0 && exchange_if(entry.key, found, key)) found = key;
    if (found == key) return &entry;
  }
  return nullptr;
}

bool find_tag(Lockable lock, Tag& tag, Missing missing = Missing::is_made) {
  if (const TagPlace place = tag_place(lock); place.word != nullptr) {
    tag = {place.word, place.check, check_of(lock.address)};
    return true;
  }
  Untagged* entry = find_untagged(lock, missing);
  if (entry == nullptr) return false;
  tag = {&entry->tag, nullptr, 0};
  return true;
}

// What glibc's objects say of themselves.
void describe(Lockable lock, LockRecord& record) {
  const auto set = [&](LockAttribute attribute, bool present) {
    if (present) record.attributes |= static_cast<uint8_t>(attribute);
  };
  if (lock.kind == LockKind::mutex) {
    const int kind = reinterpret_cast<const pthread_mutex_t*>(lock.address)->__data.__kind;
    record.type = static_cast<uint8_t>(kind & 3);
    set(LockAttribute::process_shared, (kind & kProcessShared) != 0);
    set(LockAttribute::robust, (kind & kRobust) != 0);
    set(LockAttribute::priority_inheritance, (kind & 32) != 0);
    set(LockAttribute::priority_ceiling, (kind & 64) != 0);
  } else if (lock.kind == LockKind::rwlock) {
    const auto& data = reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data;
    record.type = static_cast<uint8_t>(data.__flags);
    set(LockAttribute::process_shared, data.__shared != 0);
  } else if (is_semaphore(lock.kind)) {
    const Untagged* known = find_untagged(lock, Missing::stays);
    set(LockAttribute::posted_by_holder, known != nullptr && load(known->given_back) != 0);
    set(LockAttribute::awaited, known != nullptr && load(known->awaited) != 0);
  } else if (lock.kind == LockKind::file_lock) {
    record.type = static_cast<uint8_t>(file_lock_type(lock));
  }
}

// Other processes' records of the lock are found by what is noted here.
void note_shared(Lockable lock, LockRef id) {
  const LockRecord& record = recorder().at<LockRecord>(id);
  const bool has_key = lock.kind == LockKind::file_lock || lock.kind == LockKind::system_v_semaphore;
  if (!has_key && (record.attributes & static_cast<uint8_t>(LockAttribute::process_shared)) == 0) return;
  const uint64_t key = has_key ? lock.address : shared_key_at(lock.address);
  if (key == 0) return;
  std::atomic_ref(recorder().header().shared_locks).fetch_add(1, std::memory_order_relaxed);
  if (has_key) return;
  recorder().append<format::SharedLockRef, format::SharedLockRecord>(
      format::RecordType::shared_lock, 0, [&](format::SharedLockRecord& shared, char*) {
        shared.lock = id;
        shared.key = key;
      });
}

// `low`: the low half of its tag.
LockRef write_lock_record(Lockable lock, StackRef created, StackRef taken, uint32_t low) {
  const auto id =
      recorder().append<LockRef, LockRecord>(format::RecordType::lock, 0, [&](LockRecord& record, char*) {
        record.address = lock.address;
        record.kind = lock.kind;
        describe(lock, record);
        record.created = created;
        record.first_taken = taken;
        if ((low & kOtherProcesses) != 0)
          record.attributes |= static_cast<uint8_t>(LockAttribute::process_shared);
        record.value = low & kMostPermits;
      });
  if (id != LockRef::none) note_shared(lock, id);
  return id;
}

}  // namespace

namespace {

// Changes the tag of a lock that has not yet what is wanted of it, to what `change` makes of the one it has
// (0: none). Two threads may meet a lock at once: the first to change the word decides, the other takes its
// answer. The check goes in last: whoever finds it right finds the winner's word.
template <typename IsWanted, typename Change>
Identity change_tag(const Tag& tag, IsWanted is_wanted, Change change) {
  uint64_t word = load(*tag.word, std::memory_order_acquire);
  bool valid = tag.valid();
  // A word without its check is either a foreign one (a copied object, a tag from before a fork) or one that
  // another thread is about to complete, which takes it a few instructions.
  for (int i = 0; word != 0 && !valid && i < 200; ++i) {
    __builtin_ia32_pause();
    valid = tag.valid();
    word = load(*tag.word, std::memory_order_acquire);
  }
  if (valid && is_wanted(identity_in(word))) return identity_in(word);
  const uint64_t changed = change(valid ? word : 0);
  if (exchange_if(*tag.word, word, changed)) word = changed;
  tag.confirm();
  return identity_in(word);
}

}  // namespace

Identity classify(Lockable lock, StackRef taken) {
  Tag tag;
  if (!find_tag(lock, tag)) {
    recorder().drop(format::Dropped::untagged_lock_table);
    return {};
  }
  return change_tag(
      tag, [](Identity known) { return known.lock_class != StackRef::none; },
      [&](uint64_t) { return tag_of(taken, kClassTaken); });
}

Identity identify(Lockable lock, StackRef taken) {
  Tag tag;
  if (!find_tag(lock, tag)) {
    recorder().drop(format::Dropped::untagged_lock_table);
    return {};
  }
  return change_tag(
      tag, [](Identity known) { return known.lock != LockRef::none; },
      [&](uint64_t word) {
        const auto low = static_cast<uint32_t>(word & kLowHalf);
        const StackRef known = identity_in(word).lock_class;
        const bool class_taken = (low & kClassTaken) == kClassTaken;
        const StackRef created = class_taken ? StackRef::none : known;
        const StackRef first_taken = class_taken ? known : taken;
        const LockRef fresh = write_lock_record(lock, created, first_taken, low);
        return tag_of(created != StackRef::none ? created : first_taken, static_cast<uint32_t>(fresh));
      });
}

Identity recorded_identity(LockRef lock) {
  const LockRecord& record = recorder().at<LockRecord>(lock);
  return {lock, record.created != StackRef::none ? record.created : record.first_taken};
}

Untagged* untagged;

Untagged* find_untagged(Lockable lock) {
  return untagged != nullptr ? find_untagged(lock, Missing::stays) : nullptr;
}

void begin_generation(Lockable lock, CallSite site, uint32_t permits) {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  forget_left_behind(lock);
  Tag tag;
  if (!find_tag(lock, tag)) {
    // Of other locks, when they are first nested.
    if (is_semaphore(lock.kind)) recorder().drop(format::Dropped::untagged_lock_table);
    return;
  }
  find_interpreter(lock, site.return_address);
  CallPath& created = find_path(site, script_key(lock, site.return_address));
  const python::Purpose purpose = purpose_of(created);
  const bool is_signal = purpose == python::Purpose::waiter || purpose == python::Purpose::thread_end;
  if (purpose == python::Purpose::thread_end) know_handle(lock.address, context.own->thread);
  uint32_t low = 0;
  if (is_semaphore(lock.kind)) {
    const bool shared = lock.kind == LockKind::system_v_semaphore ||
                        is_process_shared(reinterpret_cast<const sem_t*>(lock.address));
    low = kPermits | (shared ? kOtherProcesses : 0) | (permits < kMostPermits ? permits : kMostPermits);
    if (permits == 0 || is_signal) low = static_cast<uint32_t>(kSignal);
    Untagged& entry = *find_untagged(lock, Missing::stays);
    store(entry.given_back, 0U);
    store(entry.awaited, 0U);
    store(entry.kept, 0U);
  }
  store(*tag.word, tag_of(stack_of_path(created), low));
  tag.confirm();
}

void begin_taken(Lockable semaphore, StackRef taken) {
  Tag tag;
  if (!find_tag(semaphore, tag)) return;
  change_tag(
      tag, [](Identity known) { return known.lock_class != StackRef::none; },
      [&](uint64_t) { return tag_of(taken, kClassTaken | 1); });
}

namespace {

// False: it has no record yet.
bool set_attribute(const Untagged& semaphore, LockAttribute attribute) {
  const LockRef lock = identity_in(load(semaphore.tag, std::memory_order_acquire)).lock;
  if (lock == LockRef::none || lock == kSignal) return false;
  uint8_t& attributes = recorder().at<LockRecord>(lock).attributes;
  if ((load(attributes) & static_cast<uint8_t>(attribute)) == 0)
    std::atomic_ref(attributes).fetch_or(static_cast<uint8_t>(attribute));
  return true;
}

}  // namespace

uint32_t permits_of(LockRef semaphore) {
  return recorder().at<LockRecord>(semaphore).value;
}

bool is_process_shared(const Untagged& semaphore) {
  const uint64_t tag = load(semaphore.tag);
  const LockRef lock = identity_in(tag).lock;
  if (lock == LockRef::none) return (tag & kOtherProcesses) != 0;
  return lock != kSignal && (recorder().at<LockRecord>(lock).attributes &
                             static_cast<uint8_t>(LockAttribute::process_shared)) != 0;
}

void note_given_back(Untagged& semaphore, bool to_pool) {
  if (to_pool) {
    std::atomic_ref(semaphore.given_back).fetch_add(1, std::memory_order_relaxed);
  } else {
    add_given_back(semaphore);
  }
  set_attribute(semaphore, LockAttribute::posted_by_holder);
}

void note_awaited(Untagged& semaphore) {
  store(semaphore.awaited, 1U);
  set_attribute(semaphore, LockAttribute::awaited);
}

void make_signal(Untagged& semaphore) {
  uint64_t tag = load(semaphore.tag, std::memory_order_acquire);
  uint64_t signal;
  do {
    const Identity identity = identity_in(tag);
    if (identity.lock == kSignal) return;
    set_attribute(semaphore, LockAttribute::posted_by_other);
    signal = tag_of(identity.lock_class, static_cast<uint32_t>(kSignal));
  } while (!exchange_if(semaphore.tag, tag, signal));
}

bool note_description(Lockable file, CallSite site) {
  if (context.inside) return false;
  const InsideHook inside;
  Tag tag;
  if (attach() == nullptr || !find_tag(file, tag)) return false;  // counted when the lock is first nested
  uint64_t word = load(*tag.word, std::memory_order_acquire);
  uint64_t noted;
  do {
    const Identity identity = identity_in(word);
    if (identity.lock != LockRef::none) {
      std::atomic_ref(recorder().at<LockRecord>(identity.lock).value).fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    const auto descriptions = static_cast<uint32_t>(word) & kMostPermits;
    const auto lock_class = word == 0 ? stack_of_path(find_path(site)) : identity.lock_class;
    noted = tag_of(lock_class, kClassTaken | (descriptions + 1));
  } while (!exchange_if(*tag.word, word, noted));
  return word == 0;
}

void name_lock(Lockable lock, const char* name) {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  const auto length = static_cast<uint32_t>(strlen(name));
  recorder().append<LockRef, format::LockNameRecord>(format::RecordType::lock_name, length,
                                                     [&](format::LockNameRecord& record, char* text) {
                                                       record.address = lock.address;
                                                       record.kind = lock.kind;
                                                       record.length = length;
                                                       memcpy(text, name, length);
                                                     });
}

DyingLock before_destroy(Lockable lock) {
  Tag tag;
  if (context.own == nullptr || context.inside || !find_tag(lock, tag, Missing::stays) || !tag.valid())
    return {};
  return {identity_in(load(*tag.word)).lock, tag.word, tag.check};
}

void end_generation(const DyingLock& dying, CallSite site) {
  if (dying.word == nullptr) return;
  const InsideHook inside;
  store(*dying.word, uint64_t{0});
  if (dying.check != nullptr) store(*dying.check, uint64_t{0});
  if (dying.lock == LockRef::none || dying.lock == kSignal) return;
  const auto where = stack_of_path(find_path(site));
  recorder().append<LockRef, format::LockEndRecord>(format::RecordType::lock_end, 0,
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
