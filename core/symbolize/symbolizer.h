// SPDX-License-Identifier: Apache-2.0
//
// Addresses to source, by elfutils (libdw): function, file and line of each frame with inlined calls
// expanded, and the variable that a data address lies in. Separate debug files are found by build-id in the
// usual places.
//
// Answers are cached per address. A module whose file is gone, or whose build-id differs from the recorded
// one, gives frames without source and one warning. Not thread-safe.
#ifndef GORDIAN_CORE_SYMBOLIZE_SYMBOLIZER_H
#define GORDIAN_CORE_SYMBOLIZE_SYMBOLIZER_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/program.h"

namespace gordian {

struct Frame {
  std::string function;  // demangled; empty: unknown
  std::string file;      // as the compiler was told, made absolute with its directory; empty: no line table
  unsigned line = 0;     // from 1; 0: unknown
  std::string module;    // path of the ELF object; empty: unknown
  uint64_t offset = 0;   // ELF virtual address in the module: stable across runs
  bool inlined = false;  // this frame was inlined into the next one
  bool script = false;   // of an interpreted function, which has no module
};

// A variable that an address lies in, described down to the member: `g_state.lock`, `item_locks[37]`.
struct DataSymbol {
  std::string path;    // variable, members and indices
  std::string family;  // the same with every index left out: `item_locks[]`
};

// The files that were read so far, and what was found in them. Programs that are looked at one after the
// other share one, so that each file is read once: it grows with the number of distinct files and addresses.
class SymbolFiles {
 public:
  SymbolFiles();
  ~SymbolFiles();
  SymbolFiles(const SymbolFiles&) = delete;
  SymbolFiles& operator=(const SymbolFiles&) = delete;

  class Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Symbolizer {
 public:
  explicit Symbolizer(const Program& program);
  Symbolizer(const Program& program, SymbolFiles& files);
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  // The stack with inlined calls expanded, innermost first. Never empty for a stack that has return
  // addresses: an unknown one gives a frame with the module (or nothing) and offset only. kNoStack gives an
  // empty list.
  const std::vector<Frame>& frames(StackId stack);

  // The code at `address` itself (not a return address), as of `seen`; for thread start routines.
  std::optional<Frame> code(ProcessId process, uint64_t address, uint64_t seen);

  // The static variable at `address`, as of `seen`; nothing for heap, stack and anonymous memory.
  std::optional<DataSymbol> data(ProcessId process, uint64_t address, uint64_t seen);

  // Modules without usable symbols, and why: one sentence each, no repetition. Of all files shared.
  const std::vector<std::string>& warnings() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_SYMBOLIZER_H
