// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/named_semaphores.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime-hook/events.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

namespace {

constexpr char kPrefix[] = "/dev/shm/sem.";
constexpr size_t kLongestName = 251;  // glibc's limit
constexpr uint32_t kMost = 256;

struct Made {
  char name[kLongestName + 1];
  uint64_t inode;  // 0: not filled in yet
  CallPath* path;
};
Made all_made[kMost];
uint32_t made_count;

}  // namespace

uint64_t find_named_semaphore(const char* name) {
  char path[sizeof kPrefix + kLongestName];
  struct stat status;
  while (*name == '/') ++name;
  if (is_confined() || strlen(name) > kLongestName) return 0;
  strcpy(path, kPrefix);
  strcat(path, name);
  const long result =
      call_kernel(SYS_newfstatat, AT_FDCWD, reinterpret_cast<long>(path), reinterpret_cast<long>(&status), 0);
  return result == 0 ? status.st_ino : 0;
}

void note_semaphore_made(const char* name, CallSite site) {
  const uint64_t inode = find_named_semaphore(name);
  if (inode == 0 || context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  const uint32_t place = std::atomic_ref(made_count).fetch_add(1);
  if (place >= kMost) {
    recorder().drop(format::Dropped::event_table);
    return;
  }
  Made& made = all_made[place];
  strncpy(made.name, name, kLongestName);
  made.path = &find_path(site);
  store(made.inode, inode, std::memory_order_release);
}

void note_semaphores_left() {
  for (uint32_t i = 0; i < load(made_count) && i < kMost; ++i) {
    const Made& made = all_made[i];
    const uint64_t inode = load(made.inode, std::memory_order_acquire);
    if (inode == 0 || find_named_semaphore(made.name) != inode) continue;
    note_event({.kind = format::EventKind::semaphore_left,
                .lock = {0, LockKind::semaphore},
                .path = made.path,
                .lock_is_gone = true,
                .text = made.name});
  }
}

void forget_semaphores_made() {
  for (uint32_t i = 0; i < made_count && i < kMost; ++i) all_made[i].inode = 0;
  made_count = 0;
}

}  // namespace gordian::hook
