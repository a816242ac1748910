// SPDX-License-Identifier: Apache-2.0
//
// gordian graph: the lock graph of traces as DOT on standard output.
#include <iostream>
#include <memory>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/traces.h"
#include "viz/dot.h"

namespace gordian {

namespace {

struct Options {
  std::vector<std::string> paths;
  bool instances = false;
  bool findings = false;
};

}  // namespace

void add_graph_command(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("graph", "Print the lock graph as DOT (render it with: dot -Tsvg).");
  const auto options = std::make_shared<Options>();
  command->add_flag("--instances", options->instances, "one box a lock, instead of one a class of locks");
  command->add_flag("--findings", options->findings, "only locks that lie on a cycle");
  command->add_option("trace", options->paths, "traces (*.gordian), or directories of them")->required();
  command->callback([options, &status] {
    SymbolFiles files;
    const Fold fold = options->instances ? Fold::instances : Fold::classes;
    const MergedReport merged = merge_traces(options->paths, files, fold);
    write_dot(std::cout, merged.graph(merged.report(files)), {options->findings});
    if (!std::cout.flush()) throw std::runtime_error("cannot write the graph to standard output");
    status = kNothingFound;
  });
}

}  // namespace gordian
