// SPDX-License-Identifier: Apache-2.0
//
// Finding and loading traces named on the command line.
#ifndef GORDIAN_CLI_TRACES_H
#define GORDIAN_CLI_TRACES_H

#include <filesystem>
#include <string>
#include <vector>

#include "core/findings/finding.h"
#include "core/graph/program.h"

namespace gordian {

// All traces in a directory, by name. Empty when there are none.
std::vector<std::filesystem::path> traces_in(const std::filesystem::path& directory);

// Where the findings are kept that are made while a program runs: beside its trace, or in the directory of
// traces.
std::filesystem::path file_of_findings(const std::filesystem::path& traces);

// All of them that lie there. What cannot be read becomes a warning.
std::vector<Finding> findings_seen(const std::vector<std::string>& paths, Program& program);

// Loads files and directories of traces into one program. A file that cannot be read throws BadTrace if it
// was named itself; one found in a directory becomes a warning. A directory without traces throws too.
Program load_traces(const std::vector<std::string>& paths);

}  // namespace gordian

#endif  // GORDIAN_CLI_TRACES_H
