// SPDX-License-Identifier: Apache-2.0
//
// Text files that people write for Gordian, and edit: suppressions, baselines, lock orders. What they have in
// common: lines, of which those that begin with # are comments, and errors that name file and line.
#ifndef GORDIAN_CORE_FORMAT_USER_FILE_H
#define GORDIAN_CORE_FORMAT_USER_FILE_H

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gordian {

// One sentence for the user: which file, where, what is wrong, what to do.
struct BadUserFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct UserFile {
  struct Line {
    size_t number = 0;  // from 1
    std::string text;   // without the space around it
    bool is_empty() const { return text.empty(); }
    bool is_comment() const { return text.starts_with('#'); }
    // Of a comment: what it says.
    std::string comment() const;
  };

  std::string name;
  std::vector<Line> lines;

  [[noreturn]] void refuse(size_t line, std::string_view problem) const;
};

// Throws BadUserFile when there is no such file, or it is none of text.
UserFile read_user_file(const std::string& path);

// The same of a text that has been read.
UserFile user_file(std::string name, std::string_view text);

std::string_view trimmed(std::string_view text);

}  // namespace gordian

#endif  // GORDIAN_CORE_FORMAT_USER_FILE_H
