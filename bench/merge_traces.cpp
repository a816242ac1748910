// SPDX-License-Identifier: Apache-2.0
//
// merge_traces DIRECTORY COUNT: makes so many traces of runs of one program, for `gordian report` to merge.
// The program nests its 200 locks in 500 ways, of which 5 are against the order of the others; each run goes
// 40 of these ways, in 8 threads. The program is this one, so that its addresses have symbols.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/run_builder.h"

namespace {

constexpr uint32_t kLocks = 200;
constexpr uint32_t kRoles = 8;
constexpr uint32_t kWays = 500;
constexpr uint32_t kOpposite = 5;
constexpr uint32_t kWaysOfARun = 40;

struct Way {
  uint64_t role;
  std::vector<std::string> locks;
};

std::vector<Way> make_ways(std::mt19937_64& random) {
  std::vector<Way> ways;
  while (ways.size() < kWays) {
    uint64_t outer = random() % (kLocks - 1);
    uint64_t inner = outer + 1 + random() % (kLocks - 1 - outer);
    if (ways.size() < kOpposite) std::swap(outer, inner);
    ways.push_back({random() % kRoles, {"lock" + std::to_string(outer), "lock" + std::to_string(inner)}});
  }
  return ways;
}

gordian::RunBuilder make_run(uint64_t nonce, const std::string& executable, const std::vector<Way>& ways,
                             std::mt19937_64& random) {
  gordian::RunBuilder run(nonce, nonce, executable);
  std::vector<gordian::format::ThreadRef> threads;
  for (uint32_t role = 0; role < kRoles; ++role) threads.push_back(run.thread(0x1000 + 0x40 * role));
  for (uint32_t i = 0; i < kWaysOfARun; ++i) {
    const uint64_t way = random() % kWays;
    run.nest(threads[ways[way].role], ways[way].locks, way);
  }
  return run;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: merge_traces DIRECTORY COUNT\n");
    return 1;
  }
  const std::filesystem::path directory = arguments[1];
  const uint64_t traces = std::strtoull(arguments[2], nullptr, 10);
  const std::string executable = std::filesystem::read_symlink("/proc/self/exe");
  std::filesystem::create_directories(directory);
  std::mt19937_64 random(1);
  const std::vector<Way> ways = make_ways(random);
  for (uint64_t nonce = 1; nonce <= traces; ++nonce) {
    const gordian::RunBuilder run = make_run(nonce, executable, ways, random);
    std::ofstream file(directory / (std::to_string(nonce) + ".gordian"), std::ios::binary);
    file.write(run.bytes().data(), static_cast<std::streamsize>(run.bytes().size()));
    if (!file) {
      std::fprintf(stderr, "cannot write in %s\n", directory.c_str());
      return 1;
    }
  }
}
