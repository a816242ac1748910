// SPDX-License-Identifier: Apache-2.0
//
// Lines of source around a place, as a person is shown them. The source may be missing, moved or changed
// since the program was built; a file that cannot be read gives no lines, never an error.
//
// A file is read once, at its first use. Not thread-safe.
#ifndef GORDIAN_VIZ_SOURCE_EXCERPT_H
#define GORDIAN_VIZ_SOURCE_EXCERPT_H

#include <string>
#include <unordered_map>
#include <vector>

namespace gordian {

struct SourceLine {
  unsigned number = 0;  // from 1
  std::string text;     // printable, tabs expanded, no line end
};

class SourceExcerpts {
 public:
  // Lines first..last and one line of context on each side where there is one that says something. Empty when
  // the file cannot be read or has no line `last`.
  std::vector<SourceLine> around(const std::string& file, unsigned first, unsigned last);

 private:
  const std::vector<std::string>& lines(const std::string& file);

  std::unordered_map<std::string, std::vector<std::string>> files_;
};

}  // namespace gordian

#endif  // GORDIAN_VIZ_SOURCE_EXCERPT_H
