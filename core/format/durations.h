// SPDX-License-Identifier: Apache-2.0
//
// How long things took, in buckets that are a quarter of an octave wide: four for each power of two from
// 16 ns to an hour. A percentile read from them is right within a quarter.
#ifndef GORDIAN_CORE_FORMAT_DURATIONS_H
#define GORDIAN_CORE_FORMAT_DURATIONS_H

#include <bit>
#include <cstdint>

#include "core/format/trace_format.h"

namespace gordian::format {

inline constexpr uint32_t kFirstOctave = 4;

// What is shorter or longer falls into the first or the last bucket.
inline constexpr uint32_t bucket_of(uint64_t ns) {
  if (ns < uint64_t{1} << kFirstOctave) return 0;
  const auto octave = static_cast<uint32_t>(std::bit_width(ns)) - 1;
  const auto bucket = (octave - kFirstOctave) * 4 + static_cast<uint32_t>(ns >> (octave - 2) & 3);
  return bucket < kDurationBuckets ? bucket : kDurationBuckets - 1;
}

// The shortest duration in a bucket.
inline constexpr uint64_t floor_of(uint32_t bucket) {
  return uint64_t{4 + bucket % 4} << (bucket / 4 + kFirstOctave - 2);
}

}  // namespace gordian::format

#endif  // GORDIAN_CORE_FORMAT_DURATIONS_H
