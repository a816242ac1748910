// SPDX-License-Identifier: Apache-2.0
//
// What the user does not want to be told, and why:
//
//   # The logger takes its own lock last and calls nobody: reviewed in 2024, ticket 4711.
//   rule: lock-order-cycle
//   lock: log_lock
//
// An entry is a block of lines. The comment above its conditions is its reason, and it must have one. An
// empty line or the next comment ends it. All its conditions must hold; each holds if any part of the finding
// has the name: a `rule`, a `fingerprint`, a `lock` (its name or its class), the `function`, source `file` or
// `library` of any frame of any stack shown. In a pattern, * stands for any text, and everything else for
// itself: names of locks and functions are full of brackets and question marks. Paths also fit from any slash
// on: `file: cache.c`, `file: src/*`.
//
// O(entries * frames).
#ifndef GORDIAN_CORE_FINDINGS_SUPPRESSIONS_H
#define GORDIAN_CORE_FINDINGS_SUPPRESSIONS_H

#include <string>
#include <string_view>
#include <vector>

#include "core/findings/finding.h"
#include "core/format/user_file.h"

namespace gordian {

class Suppressions {
 public:
  // Adds the entries of a file. Throws BadUserFile.
  void add(const UserFile& file);

  // Marks the suppressed findings, the hidden ones too, and lists the entries that fit none.
  void apply(Report& report) const;

  bool suppress(const Finding& finding) const;

 private:
  struct Condition {
    size_t what;  // index into the table of conditions
    std::string pattern;
  };
  struct Entry {
    std::string place;  // "gordian.supp:12"
    std::string reason;
    std::vector<Condition> conditions;
  };

  static bool fits(const Entry& entry, const Finding& finding);
  static Condition condition(const UserFile& file, const UserFile::Line& line);

  std::vector<Entry> entries_;
};

// `*` stands for any text.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_SUPPRESSIONS_H
