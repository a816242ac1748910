// SPDX-License-Identifier: Apache-2.0
//
// The fuzz target without a fuzzer: every file of the corpus, and of each a number of mutations that are the
// same in every run. It finds less than libFuzzer does, but every compiler builds it.
//
// usage: replay MUTATIONS FILE...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

Bytes read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "replay: cannot open %s\n", path);
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// What sizes, counts and references are apt to be wrong by.
constexpr uint64_t kInteresting[] = {0,           1, 7, 8, 9, 512, 0x7fffffff, 0xffffffff, 0x8000000000000000,
                                     ~uint64_t{0}};

class Mutator {
 public:
  // <random>'s distributions differ between libraries; the engine does not.
  size_t below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  void change(Bytes& bytes, const Bytes& other) {
    if (bytes.empty()) return;
    const size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] ^= static_cast<uint8_t>(1U << below(8));
        break;
      case 1:
        bytes[at] = static_cast<uint8_t>(random_());
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        overwrite(bytes, at & ~size_t{3}, kInteresting[below(std::size(kInteresting))], 4);
        break;
      case 4:
        overwrite(bytes, at & ~size_t{7}, kInteresting[below(std::size(kInteresting))], 8);
        break;
      default:
        splice(bytes, at & ~size_t{7}, other);
    }
  }

 private:
  static void overwrite(Bytes& bytes, size_t at, uint64_t value, size_t length) {
    for (size_t i = 0; i < length && at + i < bytes.size(); ++i)
      bytes[at + i] = static_cast<uint8_t>(value >> (8 * i));
  }

  void splice(Bytes& bytes, size_t at, const Bytes& other) {
    if (other.empty()) return;
    const size_t from = below(other.size()) & ~size_t{7};
    const size_t length = std::min(other.size() - from, size_t{8} << below(6));
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 other.begin() + static_cast<std::ptrdiff_t>(from),
                 other.begin() + static_cast<std::ptrdiff_t>(from + length));
  }

  std::mt19937_64 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: replay MUTATIONS FILE...\n");
    return 1;
  }
  const int mutations = std::atoi(argv[1]);
  std::vector<Bytes> corpus;
  for (int i = 2; i < argc; ++i) corpus.push_back(read(argv[i]));
  Mutator mutator;
  for (const Bytes& file : corpus) {
    LLVMFuzzerTestOneInput(file.data(), file.size());
    for (int i = 0; i < mutations; ++i) {
      Bytes bytes = file;
      for (size_t changes = 1 + mutator.below(8); changes > 0; --changes) {
        mutator.change(bytes, corpus[mutator.below(corpus.size())]);
      }
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
  }
  std::printf("%zu files, %d mutations of each\n", corpus.size(), mutations);
  return 0;
}
