// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/data_index.h"

#include <dwarf.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/symbolize/entity_name.h"
#include "core/symbolize/type_path.h"

namespace gordian {
namespace {

// Symbols that lie inside another one are rare (aliases of a member): this many are tried.
constexpr int kOverlapsTried = 8;

int rank_of(unsigned char binding) {
  return binding == STB_GLOBAL ? 0 : binding == STB_LOCAL ? 2 : 1;
}

std::string shown_name(const char* symbol) {
  std::string name = readable_symbol(symbol);
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  if (const size_t at = name.find(kAnonymous); at != std::string::npos) name.erase(at, kAnonymous.size());
  return name;
}

std::optional<uint64_t> static_address(Dwarf_Die* variable) {
  Dwarf_Attribute location;
  Dwarf_Op* operations = nullptr;
  size_t count = 0;
  if (dwarf_attr(variable, DW_AT_location, &location) == nullptr ||
      dwarf_getlocation(&location, &operations, &count) != 0 || count != 1) {
    return std::nullopt;
  }
  if (operations->atom == DW_OP_addr) return operations->number;
  Dwarf_Attribute indirect;
  Dwarf_Addr address = 0;
  if ((operations->atom == DW_OP_addrx || operations->atom == DW_OP_GNU_addr_index) &&
      dwarf_getlocation_attr(&location, operations, &indirect) == 0 &&
      dwarf_formaddr(&indirect, &address) == 0) {
    return address;
  }
  return std::nullopt;
}

}  // namespace

DataIndex::DataIndex(ElfImage& image) : image_(image) {
  read_symbols();
}

std::optional<DataSymbol> DataIndex::at(uint64_t address) {
  const Symbol* symbol = symbol_at(address);
  if (symbol == nullptr) return std::nullopt;
  std::optional<Variable> variable = variable_at(symbol->start);
  TypePath path;
  path.rest = address - symbol->start;
  if (variable) path = type_path(&variable->entry, path.rest);
  const std::string name = display_name(*symbol, variable);
  const std::string rest = path.rest == 0 || path.in_library ? "" : fmt::format("+{:#x}", path.rest);
  return DataSymbol{name + path.text + rest, name + path.family + rest};
}

void DataIndex::read_symbols() {
  if (image_.module() == nullptr) return;
  const int count = dwfl_module_getsymtab(image_.module());
  std::string file;
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* name =
        dwfl_module_getsym_info(image_.module(), i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name == nullptr) continue;
    const unsigned char binding = GELF_ST_BIND(symbol.st_info);
    const unsigned char type = GELF_ST_TYPE(symbol.st_info);
    if (type == STT_FILE) file = std::filesystem::path(name).filename().string();
    if (type != STT_OBJECT || symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
    if (std::string_view(name).starts_with("_ZGV"))
      continue;  // the flag beside a static variable of a function
    const bool local = binding == STB_LOCAL;
    symbols_.push_back({address, symbol.st_size, shown_name(name), local ? file : "", rank_of(binding)});
    if (local) ++local_names_[symbols_.back().name];
  }
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
    return std::tie(a.start, b.rank, b.name) < std::tie(b.start, a.rank, a.name);
  });
}

const DataIndex::Symbol* DataIndex::symbol_at(uint64_t address) const {
  auto behind = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                 [](uint64_t value, const Symbol& symbol) { return value < symbol.start; });
  for (int tried = 0; behind != symbols_.begin() && tried < kOverlapsTried; ++tried) {
    --behind;
    if (address - behind->start < behind->size) return &*behind;
  }
  return nullptr;
}

std::optional<DataIndex::Variable> DataIndex::variable_at(uint64_t address) {
  if (!std::exchange(read_file_scope_, true)) read_variables(false);
  auto found = variables_.find(address);
  if (found == variables_.end() && !std::exchange(read_functions_, true)) {
    read_variables(true);
    found = variables_.find(address);
  }
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

void DataIndex::read_variables(bool inside_functions) {
  Dwarf* dwarf = image_.dwarf();
  if (dwarf == nullptr) return;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  Dwarf_Die split;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &die, &split) == 0) {
    add_variables(split.addr != nullptr ? &split : &die, inside_functions, false);
  }
}

void DataIndex::add_variables(Dwarf_Die* scope, bool inside_functions, bool in_function) {
  Dwarf_Die child;
  for (int result = dwarf_child(scope, &child); result == 0; result = dwarf_siblingof(&child, &child)) {
    switch (dwarf_tag(&child)) {
      case DW_TAG_variable:
        if (in_function == inside_functions) {
          if (const auto address = static_address(&child))
            variables_.try_emplace(*address, Variable{child, in_function});
        }
        break;
      case DW_TAG_namespace:
        add_variables(&child, inside_functions, false);
        break;
      case DW_TAG_subprogram:
      case DW_TAG_lexical_block:
        if (inside_functions) add_variables(&child, inside_functions, true);
        break;
      default:
        break;
    }
  }
}

std::string DataIndex::display_name(const Symbol& symbol, std::optional<Variable>& variable) const {
  // The symbol of a C function's static variable says only `lock.0`.
  if (variable && variable->in_function) return readable_name(&variable->entry);
  const auto same = local_names_.find(symbol.name);
  const bool ambiguous = !symbol.file.empty() && same != local_names_.end() && same->second > 1;
  return ambiguous ? symbol.file + ":" + symbol.name : symbol.name;
}

}  // namespace gordian
