// SPDX-License-Identifier: Apache-2.0
#include "core/graph/program.h"

namespace gordian {

std::string_view name(LockKind kind) {
  switch (kind) {
    case LockKind::mutex:
      return "mutex";
    case LockKind::rwlock:
      return "rwlock";
    case LockKind::spinlock:
      return "spinlock";
    case LockKind::semaphore:
      return "semaphore";
    case LockKind::file_lock:
      return "file lock";
    case LockKind::system_v_semaphore:
      return "System V semaphore";
  }
  return "lock";
}

const Module* module_at(const Process& process, uint64_t address, uint64_t seen) {
  const Module* before = nullptr;
  const Module* after = nullptr;
  for (const Module& module : process.modules) {
    if (address < module.start || address >= module.end) continue;
    if (module.first_seen <= seen) {
      if (before == nullptr || module.first_seen >= before->first_seen) before = &module;
    } else if (after == nullptr || module.first_seen < after->first_seen) {
      after = &module;
    }
  }
  return before != nullptr ? before : after;
}

Table<LockId, ClassId> classes_by_name(const Program& program) {
  std::unordered_map<std::string_view, ClassId> numbers;
  Table<LockId, ClassId> classes;
  for (const Lock& lock : program.locks) {
    const auto next = static_cast<ClassId>(numbers.size());
    classes.add(numbers.try_emplace(lock.class_name, next).first->second);
  }
  return classes;
}

}  // namespace gordian
