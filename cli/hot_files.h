// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CLI_HOT_FILES_H
#define GORDIAN_CLI_HOT_FILES_H

#include <filesystem>
#include <optional>

#include "core/format/trace_reader.h"
#include "core/ingest/process_moment.h"

namespace gordian {

// A process that was killed, or that replaced itself by exec, leaves its hot file in memory-backed storage.
// Once it is gone the file is moved beside its trace, where it costs no memory and goes away with it.
void collect_hot_file(const std::filesystem::path& trace, const TraceReader& reader);

// What the process does, or did when it was killed. Nothing: it ended in order, or its hot file cannot be
// read.
std::optional<ProcessMoment> moment_of(const std::filesystem::path& trace, const TraceReader& reader);

}  // namespace gordian

#endif  // GORDIAN_CLI_HOT_FILES_H
