// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

// How much of the usual work is to be done: less under a detector that is hundreds of times slower.
inline double share_of_work() {
  const char* share = std::getenv("GORDIAN_BENCH_WORK");
  return share != nullptr ? std::atof(share) : 1;
}
