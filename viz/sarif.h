// SPDX-License-Identifier: Apache-2.0
//
// A report in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS), for what shows findings
// beside the source: code hosts, editors.
//
// A finding is a result. Its edges are one code flow with a flow for each thread: where it takes the lock it
// holds, and where it waits for the next. Its moments are stacks. Rules come with their page of docs/rules;
// they have no helpUri, which would have to be an absolute address.
#ifndef GORDIAN_VIZ_SARIF_H
#define GORDIAN_VIZ_SARIF_H

#include <iosfwd>
#include <string>

#include "core/findings/finding.h"

namespace gordian {

struct SarifOptions {
  std::string source_root;   // file names are relative to it; empty: the current directory
  std::string tool_version;  // Gordian's
  bool all_tiers = false;    // Report::hidden too
};

void write_sarif(std::ostream& out, const Report& report, const SarifOptions& options);

}  // namespace gordian

#endif  // GORDIAN_VIZ_SARIF_H
