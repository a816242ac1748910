// SPDX-License-Identifier: Apache-2.0
//
// Comparison with the texts of tests/golden. GORDIAN_UPDATE_GOLDEN=1 in the environment writes them instead:
// look at the difference before committing it.
#ifndef GORDIAN_TESTS_UNIT_GOLDEN_H
#define GORDIAN_TESTS_UNIT_GOLDEN_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace gordian {

inline std::string golden_directory() {
  return GORDIAN_SOURCE_DIR "/tests/golden";
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline void expect_golden(const std::string& file, const std::string& actual) {
  const std::string path = golden_directory() + "/" + file;
  if (std::getenv("GORDIAN_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  EXPECT_EQ(file_text(path), actual) << "differs from " << path;
}

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_GOLDEN_H
