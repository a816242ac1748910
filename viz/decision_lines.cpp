// SPDX-License-Identifier: Apache-2.0
#include "viz/decision_lines.h"

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "viz/label.h"

namespace gordian {

void write_decisions(std::ostream& out, const Decisions& decisions) {
  for (const std::string& place : decisions.unused_suppressions)
    out << "gordian: " << printable(place) << ": this suppression fits no finding here\n";
  if (!decisions.not_seen.empty()) {
    out << "gordian: " << counted(decisions.not_seen.size(), "finding", "findings")
        << " of the baseline not seen any more: repaired, or this run did not come by\n";
  }
  for (const KnownFinding& known : decisions.not_seen)
    out << fmt::format("  {} {} {}\n", known.rule, known.fingerprint, printable(known.message));
  if (!decisions.unlisted.empty()) {
    out << "gordian: note: " << counted(decisions.unlisted.size(), "class", "classes")
        << " of nested locks not in the order:";
    const char* parting = " ";
    for (const std::string& name : decisions.unlisted) {
      out << parting << printable(name);
      parting = ", ";
    }
    out << '\n';
  }
}

}  // namespace gordian
