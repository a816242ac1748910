// SPDX-License-Identifier: Apache-2.0
//
// The `gordian` command. Each subcommand is one file, which adds its options to the parser and its action to
// run.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Finds deadlocks and lock misuse in native Linux programs."};
  app.name("gordian");
  app.set_version_flag("--version", std::string("gordian ") + GORDIAN_VERSION);
  app.require_subcommand(1);
  int status = 0;
  gordian::add_run_command(app, status);
  gordian::add_report_command(app, status);
  gordian::add_graph_command(app, status);
  gordian::add_watch_command(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // The library's own exit codes would collide with ours: 1 is "the tool failed", and help is no failure.
    return app.exit(error) == 0 ? 0 : gordian::kToolFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gordian: {}\n", error.what());
    return gordian::kToolFailed;
  }
  return status;
}
