// SPDX-License-Identifier: Apache-2.0
#include "cli/traces.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "cli/hot_files.h"
#include "core/format/trace_reader.h"
#include "core/ingest/ingest.h"
#include "core/ingest/trace_groups.h"
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

// "gordian: 1200 of 10000 traces", on a terminal.
class Progress {
 public:
  explicit Progress(size_t all) : all_(all), shown_(all >= kMany && isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step() {
    if (++done_ % kEach == 0 && shown_) fmt::print(stderr, "\rgordian: {} of {} traces", done_, all_);
  }

 private:
  static constexpr size_t kMany = 200;
  static constexpr size_t kEach = 20;
  size_t all_;
  size_t done_ = 0;
  bool shown_;
};

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

std::vector<Finding> findings_seen(const std::vector<std::string>& paths, MergedReport& merged) {
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
      merged.add_warning(error.what());
    }
  }
  return findings;
}

MergedReport merge_traces(const std::vector<std::string>& paths, SymbolFiles& files,
                          std::optional<Fold> graph, const IntendedOrder& order) {
  std::vector<std::string> warnings;
  std::vector<TraceHead> heads;
  std::set<fs::path> named;  // what cannot be read of these is an error
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      heads.push_back(head_of(path));
      named.insert(path);
      continue;
    }
    const std::vector<fs::path> found = traces_in(path);
    if (found.empty())
      throw BadTrace(path + ": holds no trace (*.gordian); name the directory given as trace-dir");
    for (const fs::path& file : found) {
      try {
        heads.push_back(head_of(file));
      } catch (const BadTrace& bad) {
        warnings.emplace_back(bad.what());
      }
    }
  }
  Progress progress(heads.size());
  const std::vector<std::vector<TraceHead>> groups = groups_of(std::move(heads));
  MergedReport merged(graph, groups.size() > 1 ? MergedReport::Runs::many : MergedReport::Runs::one);
  for (std::string& warning : warnings) merged.add_warning(std::move(warning));
  for (const std::vector<TraceHead>& group : groups) {
    Program program;
    program.intended_order = order;
    for (const TraceHead& trace : group) {
      try {
        load(trace.file, program);
      } catch (const BadTrace& bad) {
        if (named.contains(trace.file)) throw;
        merged.add_warning(bad.what());
      }
      progress.step();
    }
    if (!program.processes.empty()) merged.add(program, files);
  }
  return merged;
}

}  // namespace gordian
