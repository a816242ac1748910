// SPDX-License-Identifier: Apache-2.0
//
// Strong index types. Each is a position in one table of a Program (or of the LockGraph), and none converts
// to another, so a lock cannot be passed where a thread is meant.
#ifndef GORDIAN_CORE_GRAPH_IDS_H
#define GORDIAN_CORE_GRAPH_IDS_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gordian {

enum class ProcessId : uint32_t {};
enum class ThreadId : uint32_t {};
enum class LockId : uint32_t {};
enum class StackId : uint32_t {};
enum class ChainId : uint32_t {};
enum class ClassId : uint32_t {};  // of locks, numbered by name

inline constexpr StackId kNoStack{0xffffffff};
inline constexpr ChainId kNoChain{0xffffffff};
inline constexpr ThreadId kNoThread{0xffffffff};
inline constexpr LockId kNoLock{0xffffffff};

template <typename Id>
constexpr size_t index(Id id) {
  return static_cast<size_t>(id);
}

// A vector indexed by one id type only.
template <typename Id, typename T>
class Table {
 public:
  Id add(T value) {
    items_.push_back(std::move(value));
    return static_cast<Id>(items_.size() - 1);
  }
  T& operator[](Id id) { return items_[index(id)]; }
  const T& operator[](Id id) const { return items_[index(id)]; }
  void reserve(size_t size) { items_.reserve(size); }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<T> items_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_IDS_H
