// SPDX-License-Identifier: Apache-2.0
//
// The members and indices that lead from a variable to a byte inside it.
#ifndef GORDIAN_CORE_SYMBOLIZE_TYPE_PATH_H
#define GORDIAN_CORE_SYMBOLIZE_TYPE_PATH_H

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>

namespace gordian {

struct TypePath {
  std::string text;    // ".shards[3].mu"
  std::string family;  // ".shards[].mu"
  uint64_t rest = 0;   // bytes from what `text` names to the byte asked for
  bool in_library =
      false;  // the walk ended before a member that belongs to a library, as those of std::mutex do
};

// Walks down the type of `entity` (a variable or member) to the byte at `offset`. It stops before members
// whose name is reserved for the implementation (_M_mutex, __data): what holds them is the object a person
// knows, a std::mutex, a pthread_mutex_t. Only the array inside std::array is passed through.
TypePath type_path(Dwarf_Die* entity, uint64_t offset);

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_TYPE_PATH_H
