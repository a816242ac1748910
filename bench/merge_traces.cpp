// SPDX-License-Identifier: Apache-2.0
//
// merge_traces DIRECTORY COUNT: makes so many traces of runs of one program, for `gordian report` to merge.
// Each has 40 random nestings out of 2 * 200 * 199 pairs of locks in 200 functions by 8 roles of threads, in
// ascending order of the locks but for one nesting in 1000. The program is this one, so that its addresses
// have symbols.
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
constexpr uint32_t kFunctions = 200;
constexpr uint32_t kRoles = 8;
constexpr uint32_t kNestings = 40;

gordian::RunBuilder make_run(uint64_t nonce, const std::string& executable, std::mt19937_64& random) {
  gordian::RunBuilder run(nonce, nonce, executable);
  std::vector<gordian::format::ThreadRef> threads;
  for (uint32_t role = 0; role < kRoles; ++role) threads.push_back(run.thread(0x1000 + 0x40 * role));
  for (uint32_t i = 0; i < kNestings; ++i) {
    uint64_t outer = random() % kLocks;
    uint64_t inner = random() % kLocks;
    if ((outer > inner) != (random() % 1000 == 0)) std::swap(outer, inner);
    if (outer == inner) continue;
    run.nest(threads[random() % kRoles], {"lock" + std::to_string(outer), "lock" + std::to_string(inner)},
             random() % kFunctions);
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
  for (uint64_t nonce = 1; nonce <= traces; ++nonce) {
    const gordian::RunBuilder run = make_run(nonce, executable, random);
    std::ofstream file(directory / (std::to_string(nonce) + ".gordian"), std::ios::binary);
    file.write(run.bytes().data(), static_cast<std::streamsize>(run.bytes().size()));
    if (!file) {
      std::fprintf(stderr, "cannot write in %s\n", directory.c_str());
      return 1;
    }
  }
}
