// SPDX-License-Identifier: Apache-2.0
//
// The findings that are known: they do not fail a run, new ones do. A baseline is a file, one finding a line,
// sorted, so that a diff of two shows what has come and gone:
//
//   lock-order-cycle 9c1f6f0e5a7d42b1 Threads that take a then b can deadlock with threads that take b then
//   a.
//
// A finding is known by its rule and fingerprint; the message is for people. Notes are in no baseline: they
// fail nothing, and what becomes more than a note is new.
#ifndef GORDIAN_CORE_FINDINGS_BASELINE_H
#define GORDIAN_CORE_FINDINGS_BASELINE_H

#include <map>
#include <string>
#include <utility>

#include "core/findings/finding.h"
#include "core/format/user_file.h"

namespace gordian {

class Baseline {
 public:
  // Throws BadUserFile. A file without findings is one where everything is new.
  explicit Baseline(const UserFile& file);

  // Of all findings that are neither notes nor suppressed. What `before` knows already keeps its message,
  // which may tell of one run (a thread's number, say).
  Baseline(const Report& report, const Baseline* before);

  // Says of every finding whether it is known, and lists what is known but was not seen. After suppressions:
  // what is suppressed is seen.
  void apply(Report& report) const;

  std::string text() const;

 private:
  using Key = std::pair<std::string, std::string>;  // rule, fingerprint
  std::map<Key, std::string> messages_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_BASELINE_H
