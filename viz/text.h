// SPDX-License-Identifier: Apache-2.0
//
// A report for a person at a terminal, laid out like a compiler's diagnostics: what is wrong, why it is
// believed, the source lines that matter, then every frame, then a summary.
#ifndef GORDIAN_VIZ_TEXT_H
#define GORDIAN_VIZ_TEXT_H

#include <iosfwd>

#include "core/findings/finding.h"

namespace gordian {

struct TextOptions {
  bool colour = false;     // ANSI escapes
  bool all_tiers = false;  // Report::hidden too
  bool omit_told = false;  // findings that were told before take two lines
  bool contention = false;
  bool show_suppressed = false;
  bool show_known = false;  // in full what a baseline knows, instead of in one line
};

void write_text(std::ostream& out, const Report& report, const TextOptions& options);

// One finding alone, as it is made while the program runs.
void write_text(std::ostream& out, const Finding& finding, const TextOptions& options);

}  // namespace gordian

#endif  // GORDIAN_VIZ_TEXT_H
