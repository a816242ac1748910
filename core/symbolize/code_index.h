// SPDX-License-Identifier: Apache-2.0
//
// From an instruction to its function, source line and the chain of inlined calls it came through.
//
// elfutils finds the unit of an address in .debug_aranges, which clang does not write, and its scope search
// does not enter namespaces, where clang puts functions. So the unit ranges are read here, and those of the
// functions of a unit the first time one of its addresses is asked for: O(units) once, O(entries of the unit)
// once, then O(log n).
#ifndef GORDIAN_CORE_SYMBOLIZE_CODE_INDEX_H
#define GORDIAN_CORE_SYMBOLIZE_CODE_INDEX_H

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/symbolize/code_symbols.h"
#include "core/symbolize/elf_image.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

class CodeIndex {
 public:
  explicit CodeIndex(ElfImage& image);

  // The frames of the instruction at an ELF virtual address, innermost first; at least one.
  std::vector<Frame> at(uint64_t address);

 private:
  // `owner` is an index into units_ or into Unit::functions.
  struct Range {
    uint64_t low;
    uint64_t high;
    size_t owner;
  };
  struct Unit {
    Dwarf_Die die;   // has the ranges and the line table
    Dwarf_Die tree;  // has the entries: another one than `die` when debug information is split off
    bool indexed = false;
    std::vector<Dwarf_Die> functions;
    std::vector<Range> function_ranges;
  };

  static const Range* find(const std::vector<Range>& ranges, uint64_t address);
  static void add_ranges(Dwarf_Die* entry, size_t owner, std::vector<Range>& ranges);
  static void sort(std::vector<Range>& ranges);
  static void add_functions(Dwarf_Die* scope, Unit& unit);
  static bool add_inlined(Dwarf_Die* scope, uint64_t address, std::vector<Dwarf_Die>& chain);
  std::string symbol_at(uint64_t address);

  ElfImage& image_;
  std::vector<Unit> units_;
  std::vector<Range> unit_ranges_;
  std::optional<CodeSymbols> symbols_;  // read when first needed
};

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_CODE_INDEX_H
