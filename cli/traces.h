// SPDX-License-Identifier: Apache-2.0
//
// Finding and loading traces named on the command line.
#ifndef GORDIAN_CLI_TRACES_H
#define GORDIAN_CLI_TRACES_H

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/findings/class_graph.h"
#include "core/findings/finding.h"
#include "core/graph/intended_order.h"
#include "core/merge/merged_report.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// All traces in a directory, by name. Empty when there are none.
std::vector<std::filesystem::path> traces_in(const std::filesystem::path& directory);

// Where the findings are kept that are made while a program runs: beside its trace, or in the directory of
// traces.
std::filesystem::path file_of_findings(const std::filesystem::path& traces);

// What files and directories of traces show, run by run. A file that cannot be read throws BadTrace if it was
// named itself; one found in a directory becomes a warning. A directory without traces throws too. `graph`:
// the class graph is wanted. `order`: the intended order of locks, if there is one. Tells its progress on
// stderr, if that is a terminal and there is much to do.
MergedReport merge_traces(const std::vector<std::string>& paths, SymbolFiles& files,
                          std::optional<Fold> graph = std::nullopt, const IntendedOrder& order = {});

// All findings kept beside the traces. What cannot be read becomes a warning.
std::vector<Finding> findings_seen(const std::vector<std::string>& paths, MergedReport& merged);

}  // namespace gordian

#endif  // GORDIAN_CLI_TRACES_H
