// SPDX-License-Identifier: Apache-2.0
//
// The ELF symbol that an instruction lies in, for code without debug information.
//
// dwfl_module_addrinfo() of elfutils says so too, and looks at every symbol to answer: half a millisecond for
// a big program, a thousand times a report. Here they are sorted once, and what is found is the same: of the
// symbols whose range has the address, a global one before a local one; the one that begins last, unless
// another binds stronger. If no range has it, the nearest label without a size in front of it, in the same
// section.
//
// Algorithm: symbols in the order of their starts, each with how far any up to it reaches; from the last one
// that starts at or before the address back until nothing reaches it. O(n log n) to sort, then O(log n) and
// the symbols looked at, few where ranges do not lie in one another.
#ifndef GORDIAN_CORE_SYMBOLIZE_CODE_SYMBOLS_H
#define GORDIAN_CORE_SYMBOLIZE_CODE_SYMBOLS_H

#include <cstdint>
#include <vector>

#include "core/symbolize/elf_image.h"

namespace gordian {

// Not thread-safe, as little as the image, which must outlive it.
class CodeSymbols {
 public:
  explicit CodeSymbols(ElfImage& image);

  // The name as the symbol table has it, owned by the image; null: no symbol is known.
  const char* at(uint64_t address) const;

 private:
  struct Symbol {
    uint64_t start;
    uint64_t size;   // 0: a label
    uint64_t reach;  // the furthest end of this one and all that start before
    int number;      // in elfutils' table: locals first
  };
  enum class Binding : uint8_t { global, local };  // global: weak ones too
  using Place = std::vector<Symbol>::const_iterator;

  // `behind`: the first that starts behind the address.
  const Symbol* around(Place behind, uint64_t address, Binding binding) const;
  const Symbol* label_before(Place behind, uint64_t address) const;
  bool is_global(const Symbol& symbol) const { return symbol.number >= first_global_; }
  // Whether a symbol that was found later takes the place of the one found before.
  bool is_better(const Symbol& later, const Symbol& before) const;
  bool same_section(const Symbol& symbol, uint64_t address) const;

  Dwfl_Module* module_;
  std::vector<Symbol> symbols_;
  int first_global_ = 0;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_CODE_SYMBOLS_H
