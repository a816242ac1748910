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

}  // namespace gordian
