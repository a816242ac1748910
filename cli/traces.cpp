// SPDX-License-Identifier: Apache-2.0
#include "cli/traces.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cli/hot_files.h"
#include "core/format/trace_reader.h"
#include "core/ingest/ingest.h"
#include "viz/json_reader.h"

namespace gordian {

namespace fs = std::filesystem;

namespace {

void load(const fs::path& file, Program& program) {
  const TraceReader reader(file);
  collect_hot_file(file, reader);
  const auto moment = moment_of(file, reader);
  ingest(reader, program, moment ? &*moment : nullptr);
}

}  // namespace

std::vector<fs::path> traces_in(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".gordian") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

fs::path file_of_findings(const fs::path& traces) {
  if (fs::is_directory(traces)) return traces / "live.findings.json";
  fs::path file = traces;
  return file.replace_extension(".findings.json");
}

std::vector<Finding> findings_seen(const std::vector<std::string>& paths, Program& program) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    files.push_back(file_of_findings(path));
    if (!fs::is_directory(path)) continue;
    for (const fs::path& trace : traces_in(path)) files.push_back(file_of_findings(trace));
  }
  std::vector<Finding> findings;
  for (const fs::path& file : files) {
    std::ifstream in(file);
    if (!in) continue;
    try {
      std::ranges::move(read_findings(in, file.string()), std::back_inserter(findings));
    } catch (const std::runtime_error& error) {
      program.warnings.emplace_back(error.what());
    }
  }
  return findings;
}

Program load_traces(const std::vector<std::string>& paths) {
  Program program;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      load(path, program);
      continue;
    }
    const std::vector<fs::path> files = traces_in(path);
    if (files.empty())
      throw BadTrace(path + ": holds no trace (*.gordian); name the directory given as trace-dir");
    for (const fs::path& file : files) {
      try {
        load(file, program);
      } catch (const BadTrace& bad) {
        program.warnings.emplace_back(bad.what());
      }
    }
  }
  return program;
}

}  // namespace gordian
