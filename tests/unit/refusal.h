// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_TESTS_UNIT_REFUSAL_H
#define GORDIAN_TESTS_UNIT_REFUSAL_H

#include <string>

#include "core/format/user_file.h"

namespace gordian {

// What the user is told of a bad file; empty: it is taken.
template <typename Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const BadUserFile& bad) {
    return bad.what();
  }
  return "";
}

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_REFUSAL_H
