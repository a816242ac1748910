// SPDX-License-Identifier: Apache-2.0
//
// What a lock in memory is known by that several processes map: the place in the file, or in what the kernel
// makes up as one for anonymous memory. The same in all processes of a machine, as long as the file exists.
#ifndef GORDIAN_CORE_FORMAT_SHARED_KEY_H
#define GORDIAN_CORE_FORMAT_SHARED_KEY_H

#include <cstdint>

namespace gordian::format {

// Never 0.
constexpr uint64_t shared_key(uint32_t device_major, uint32_t device_minor, uint64_t inode, uint64_t offset) {
  const uint64_t parts[] = {uint64_t{device_major} << 32 | device_minor, inode, offset};
  uint64_t key = 0xcbf29ce484222325;
  for (const uint64_t part : parts) key = (key ^ part) * 0x9E3779B97F4A7C15 ^ (key >> 29);
  return key | 1;
}

}  // namespace gordian::format

#endif  // GORDIAN_CORE_FORMAT_SHARED_KEY_H
