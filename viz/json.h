// SPDX-License-Identifier: Apache-2.0
//
// A report for programs. The schema is docs/report.schema.json, explained in docs/json.md.
#ifndef GORDIAN_VIZ_JSON_H
#define GORDIAN_VIZ_JSON_H

#include <iosfwd>

#include "core/findings/finding.h"

namespace gordian {

// Goes up when a reader of the old schema could misread the new one; a key that is merely added does not
// count.
inline constexpr int kJsonVersion = 1;

// Always valid JSON in UTF-8, whatever bytes names and paths are made of.
void write_json(std::ostream& out, const Report& report, bool all_tiers);

}  // namespace gordian

#endif  // GORDIAN_VIZ_JSON_H
