// SPDX-License-Identifier: Apache-2.0
//
// From a data address to the static variable it lies in: the ELF symbol gives the variable, debug information
// the member. Names of internal linkage that several files use carry their file: cache.c:lock.
#ifndef GORDIAN_CORE_SYMBOLIZE_DATA_INDEX_H
#define GORDIAN_CORE_SYMBOLIZE_DATA_INDEX_H

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/symbolize/elf_image.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Reads the symbol table when made: O(n log n). The variables of files and namespaces are read from the debug
// information with the first look-up, those inside functions with the first one that is not among the others.
class DataIndex {
 public:
  explicit DataIndex(ElfImage& image);

  // The variable at an ELF virtual address; nothing where no symbol covers it.
  std::optional<DataSymbol> at(uint64_t address);

 private:
  struct Symbol {
    uint64_t start;
    uint64_t size;
    std::string name;  // as shown
    std::string file;  // of local symbols
    int rank;          // which name of a variable to use: the smallest
  };
  struct Variable {
    Dwarf_Die entry;
    bool in_function;
  };

  void read_symbols();
  const Symbol* symbol_at(uint64_t address) const;
  std::optional<Variable> variable_at(uint64_t address);
  void read_variables(bool inside_functions);
  void add_variables(Dwarf_Die* scope, bool inside_functions, bool in_function);
  std::string display_name(const Symbol& symbol, std::optional<Variable>& variable) const;

  ElfImage& image_;
  std::vector<Symbol> symbols_;                       // by start
  std::unordered_map<std::string, int> local_names_;  // how many local symbols have a name
  std::unordered_map<uint64_t, Variable> variables_;  // by address
  bool read_file_scope_ = false;
  bool read_functions_ = false;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_DATA_INDEX_H
