// SPDX-License-Identifier: Apache-2.0
//
// big_trace FILE SHAPE LOCKS EDGES: the trace of a program with so many locks and orders of two of them, for
// `gordian report`. SHAPE: layers (with five inversions), tangle, pairs or hub, see tests/unit/big_run.h. The
// program is this one, so that its addresses have symbols.
#include <link.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "tests/unit/big_run.h"

namespace {

constexpr uint32_t kInversions = 5;
constexpr uint32_t kSites = 2 * gordian::BigRun::kClasses + 2 * kInversions;

volatile uint32_t visited;

// Somewhere to have been called from.
template <uint32_t Site>
[[gnu::noinline]] void place() {
  visited = Site;
}

template <uint32_t... Site>
std::array<uint64_t, sizeof...(Site)> places(std::integer_sequence<uint32_t, Site...>) {
  return {reinterpret_cast<uint64_t>(&place<Site>)...};
}

// This program, as its own trace would show it.
void add_module(gordian::TraceBuilder& trace, const std::string& executable) {
  dl_phdr_info self{};
  dl_iterate_phdr(
      [](dl_phdr_info* first, size_t, void* into) {
        *static_cast<dl_phdr_info*>(into) = *first;
        return 1;
      },
      &self);
  uint64_t end = 0;
  for (int i = 0; i < self.dlpi_phnum; ++i) {
    const auto& segment = self.dlpi_phdr[i];
    if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_vaddr + segment.p_memsz);
  }
  trace.module(executable, self.dlpi_addr, self.dlpi_addr + end, self.dlpi_addr);
}

}  // namespace

int main(int count, char** arguments) {
  const std::map<std::string, gordian::BigShape> shapes = {{"layers", gordian::BigShape::layers},
                                                           {"tangle", gordian::BigShape::tangle},
                                                           {"pairs", gordian::BigShape::pairs},
                                                           {"hub", gordian::BigShape::hub}};
  if (count != 5 || !shapes.contains(arguments[2])) {
    std::fprintf(stderr, "usage: big_trace FILE layers|tangle|pairs|hub LOCKS EDGES\n");
    return 1;
  }
  const auto locks = static_cast<uint32_t>(std::strtoul(arguments[3], nullptr, 10));
  const auto edges = static_cast<uint32_t>(std::strtoul(arguments[4], nullptr, 10));
  const auto code = places(std::make_integer_sequence<uint32_t, kSites>{});
  // Behind the first instruction, so that the call lies in the function.
  gordian::BigRun run(shapes.at(arguments[2]), {locks, edges, kInversions},
                      [&](uint32_t site) { return code[site] + 1; });
  const std::string executable = std::filesystem::read_symlink("/proc/self/exe");
  std::strncpy(run.trace().header().executable, executable.c_str(),
               sizeof run.trace().header().executable - 1);
  add_module(run.trace(), executable);
  std::ofstream file(arguments[1], std::ios::binary);
  file.write(run.trace().bytes().data(), static_cast<std::streamsize>(run.trace().size()));
  if (!file.flush()) {
    std::fprintf(stderr, "cannot write %s\n", arguments[1]);
    return 1;
  }
}
