// SPDX-License-Identifier: Apache-2.0
//
// The hot file: a page per live thread with its held set and what it waits for, readable by others at any
// time. It lives in /dev/shm where there is one, because write-back of a disk file makes pages read-only
// again and stalls the next store into them.
//
// Thread safety: take(), give_back() and end() are lock-free; a slot's content belongs to the thread that
// took it.
#ifndef GORDIAN_RUNTIME_HOOK_HOT_FILE_H
#define GORDIAN_RUNTIME_HOOK_HOT_FILE_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/mapped_file.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

class HotFile {
 public:
  // `name` without directory; `fallback_directory` is used when there is no /dev/shm. Never fails for good:
  // with no place for a file, the state is private memory and path() is empty. False only when there is no
  // memory either.
  bool create(const char* name, const char* fallback_directory, uint64_t nonce);

  // A free slot, with a held array of at least kInlineHeld entries; null when there is no room.
  format::ThreadSlot* take();
  void give_back(format::ThreadSlot* slot);  // of a thread that never ran
  void end(format::ThreadSlot* slot);        // free as soon as its thread is gone

  // Doubles the held array of `slot`, taking `depth` entries along. False when there is no room; the old
  // array stays.
  bool grow_held(format::ThreadSlot* slot, uint32_t depth);

  format::HeldEntry* held_of(const format::ThreadSlot* slot) {
    return reinterpret_cast<format::HeldEntry*>(file_.base() + slot->held);
  }

  // Calls `visit` for every slot that was ever used.
  template <typename Visit>
  void for_each(Visit visit) {
    for (uint32_t i = 0; i < load(slots_, std::memory_order_acquire); ++i) visit(slot_at(i));
  }

  // From now on without system calls: slots are not taken over from threads that have gone, since nothing can
  // tell that they have.
  void confine();

  const char* path() const { return file_.path(); }
  MappedFile& file() { return file_; }
  void abandon();

 private:
  void offer(format::ThreadSlot* slot, format::SlotState state);
  uint64_t claim_pages(uint64_t bytes);
  format::HotHeader& header() { return *reinterpret_cast<format::HotHeader*>(file_.base()); }
  format::ThreadSlot& slot_at(uint32_t i) {
    return *reinterpret_cast<format::ThreadSlot*>(file_.base() + load(pages_[i]));
  }

  static constexpr uint32_t kMaxSlots = 16384;
  MappedFile file_;
  bool confined_ = false;
  uint32_t slots_ = 0;
  uint64_t pages_[kMaxSlots] = {};  // offset of each slot
  uint32_t free_count_ = 0;         // free and ending
  uint32_t last_freed_ = 0;         // where to look first
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_HOT_FILE_H
