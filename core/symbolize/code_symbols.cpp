// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/code_symbols.h"

#include <algorithm>
#include <tuple>

namespace gordian {
namespace {

bool is_code_or_data(unsigned char type) {
  return type != STT_SECTION && type != STT_FILE && type != STT_TLS;
}

}  // namespace

CodeSymbols::CodeSymbols(ElfImage& image) : module_(image.module()) {
  if (module_ == nullptr) return;
  const int count = dwfl_module_getsymtab(module_);
  first_global_ = dwfl_module_getsymtab_first_global(module_);
  for (int number = 1; number < count; ++number) {
    GElf_Sym symbol;
    GElf_Addr start = 0;
    const char* name = dwfl_module_getsym_info(module_, number, &symbol, &start, nullptr, nullptr, nullptr);
    if (name == nullptr || *name == '\0' || symbol.st_shndx == SHN_UNDEF) continue;
    if (!is_code_or_data(GELF_ST_TYPE(symbol.st_info))) continue;
    symbols_.push_back({start, symbol.st_size, start + symbol.st_size, number});
  }
  std::ranges::sort(symbols_, [](const Symbol& a, const Symbol& b) {
    return std::tie(a.start, a.number) < std::tie(b.start, b.number);
  });
  uint64_t reach = 0;
  for (Symbol& symbol : symbols_) symbol.reach = reach = std::max(reach, symbol.reach);
}

const char* CodeSymbols::at(uint64_t address) const {
  const Place behind = std::ranges::upper_bound(symbols_, address, {}, &Symbol::start);
  if (behind == symbols_.begin()) return nullptr;
  const Symbol& last = *std::prev(behind);
  const Symbol* found = around(behind, address, Binding::global);
  if (found == nullptr && last.start == address && is_global(last)) found = &last;
  if (found == nullptr) found = around(behind, address, Binding::local);
  if (found == nullptr) found = label_before(behind, address);
  if (found == nullptr) return nullptr;
  GElf_Sym ignored;
  GElf_Addr start = 0;
  return dwfl_module_getsym_info(module_, found->number, &ignored, &start, nullptr, nullptr, nullptr);
}

const CodeSymbols::Symbol* CodeSymbols::around(Place behind, uint64_t address, Binding binding) const {
  std::vector<const Symbol*> candidates;
  for (Place at = behind; at != symbols_.begin() && std::prev(at)->reach > address; --at) {
    const Symbol& symbol = *std::prev(at);
    if (address - symbol.start < symbol.size && is_global(symbol) == (binding == Binding::global))
      candidates.push_back(&symbol);
  }
  // Which one is taken depends on the order of the table.
  std::ranges::sort(candidates, {}, &Symbol::number);
  const Symbol* found = nullptr;
  for (const Symbol* candidate : candidates) {
    if (found == nullptr || is_better(*candidate, *found)) found = candidate;
  }
  return found;
}

bool CodeSymbols::is_better(const Symbol& later, const Symbol& before) const {
  const auto strength = [&](const Symbol& symbol) {
    GElf_Sym entry;
    GElf_Addr start = 0;
    dwfl_module_getsym_info(module_, symbol.number, &entry, &start, nullptr, nullptr, nullptr);
    const unsigned char binding = GELF_ST_BIND(entry.st_info);
    return binding == STB_GLOBAL ? 3 : binding == STB_WEAK ? 2 : binding == STB_LOCAL ? 1 : 0;
  };
  if (before.start < later.start || strength(before) < strength(later)) return true;
  return before.start == later.start && later.size < before.size && strength(before) == strength(later);
}

const CodeSymbols::Symbol* CodeSymbols::label_before(Place behind, uint64_t address) const {
  const uint64_t reach = std::prev(behind)->reach;
  const Symbol* found = nullptr;
  for (Place at = behind; at != symbols_.begin() && std::prev(at)->start >= reach; --at) {
    const Symbol& label = *std::prev(at);
    if (label.size != 0 || !same_section(label, address)) continue;
    // The last one, where locals come behind the globals.
    if (found == nullptr || (is_global(*found) && !is_global(label))) found = &label;
  }
  return found;
}

bool CodeSymbols::same_section(const Symbol& symbol, uint64_t address) const {
  GElf_Sym entry;
  GElf_Addr start = 0;
  GElf_Word section = 0;
  dwfl_module_getsym_info(module_, symbol.number, &entry, &start, &section, nullptr, nullptr);
  if (section >= SHN_LORESERVE) return start == address;
  Dwarf_Addr bias = 0;
  Elf_Scn* const of_label = dwfl_module_address_section(module_, &start, &bias);
  return of_label == dwfl_module_address_section(module_, &address, &bias);
}

}  // namespace gordian
