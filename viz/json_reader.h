// SPDX-License-Identifier: Apache-2.0
//
// Findings out of a report that write_json() wrote: those made while a program ran are kept beside its
// traces.
#ifndef GORDIAN_VIZ_JSON_READER_H
#define GORDIAN_VIZ_JSON_READER_H

#include <istream>
#include <string>
#include <vector>

#include "core/findings/finding.h"

namespace gordian {

// Throws std::runtime_error, one sentence with `name`, when that is no such report.
std::vector<Finding> read_findings(std::istream& in, const std::string& name);

}  // namespace gordian

#endif  // GORDIAN_VIZ_JSON_READER_H
