// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/code_index.h"

#include <dwarf.h>

#include <algorithm>
#include <filesystem>

#include "core/symbolize/entity_name.h"

namespace gordian {
namespace {

struct Position {
  std::string file;
  unsigned line = 0;
};

std::string absolute_file(Dwarf_Die* unit, const char* file) {
  if (file == nullptr || *file == '\0') return {};
  std::filesystem::path path = file;
  if (path.is_relative()) {
    Dwarf_Attribute storage;
    const char* directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &storage));
    if (directory != nullptr) path = std::filesystem::path(directory) / path;
  }
  return path.lexically_normal().string();
}

Position line_at(Dwarf_Die* unit, uint64_t address) {
  Position position;
  Dwarf_Line* line = dwarf_getsrc_die(unit, address);
  int number = 0;
  if (line != nullptr && dwarf_lineno(line, &number) == 0 && number > 0) {
    position.file = absolute_file(unit, dwarf_linesrc(line, nullptr, nullptr));
    position.line = static_cast<unsigned>(number);
  }
  return position;
}

Dwarf_Word number_attribute(Dwarf_Die* entry, unsigned name) {
  Dwarf_Attribute storage;
  Dwarf_Word value = 0;
  return dwarf_formudata(dwarf_attr(entry, name, &storage), &value) == 0 ? value : 0;
}

// Where an inlined call stands in the function it was inlined into.
Position call_site(Dwarf_Die* unit, Dwarf_Die* tree, Dwarf_Die* inlined) {
  Position position;
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  const Dwarf_Word file = number_attribute(inlined, DW_AT_call_file);
  if (dwarf_getsrcfiles(tree, &files, &count) == 0 && file < count) {
    position.file = absolute_file(unit, dwarf_filesrc(files, file, nullptr, nullptr));
    position.line = static_cast<unsigned>(number_attribute(inlined, DW_AT_call_line));
  }
  return position;
}

bool holds_functions(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
      return true;
    default:
      return false;
  }
}

}  // namespace

CodeIndex::CodeIndex(ElfImage& image) : image_(image) {
  Dwarf* dwarf = image_.dwarf();
  if (dwarf == nullptr) return;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  Dwarf_Die split;
  uint8_t type = 0;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, &type, &die, &split) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    add_ranges(&die, units_.size(), unit_ranges_);
    units_.push_back(
        {.die = die, .tree = split.addr != nullptr ? split : die, .functions = {}, .function_ranges = {}});
  }
  sort(unit_ranges_);
}

std::vector<Frame> CodeIndex::at(uint64_t address) {
  std::vector<Frame> frames;
  const Range* unit_range = find(unit_ranges_, address);
  Position position;
  if (unit_range != nullptr) {
    Unit& unit = units_[unit_range->owner];
    if (!unit.indexed) {
      add_functions(&unit.tree, unit);
      sort(unit.function_ranges);
      unit.indexed = true;
    }
    position = line_at(&unit.die, address);
    if (const Range* range = find(unit.function_ranges, address); range != nullptr) {
      std::vector<Dwarf_Die> chain = {unit.functions[range->owner]};
      add_inlined(&chain.front(), address, chain);
      for (; chain.size() > 1; chain.pop_back()) {
        frames.push_back({.function = readable_name(&chain.back()),
                          .file = position.file,
                          .line = position.line,
                          .module = image_.path(),
                          .offset = address,
                          .inlined = true});
        position = call_site(&unit.die, &unit.tree, &chain.back());
      }
      frames.push_back({.function = readable_name(&chain.front()),
                        .file = position.file,
                        .line = position.line,
                        .module = image_.path(),
                        .offset = address});
    }
  }
  if (frames.empty()) {
    frames.push_back({.function = {},
                      .file = position.file,
                      .line = position.line,
                      .module = image_.path(),
                      .offset = address});
  }
  if (frames.back().function.empty()) frames.back().function = symbol_at(address);
  return frames;
}

const CodeIndex::Range* CodeIndex::find(const std::vector<Range>& ranges, uint64_t address) {
  auto range = std::upper_bound(ranges.begin(), ranges.end(), address,
                                [](uint64_t value, const Range& candidate) { return value < candidate.low; });
  if (range == ranges.begin()) return nullptr;
  --range;
  return address < range->high ? &*range : nullptr;
}

void CodeIndex::add_ranges(Dwarf_Die* entry, size_t owner, std::vector<Range>& ranges) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  for (ptrdiff_t offset = 0; (offset = dwarf_ranges(entry, offset, &base, &low, &high)) > 0;) {
    if (low != 0 && low < high) ranges.push_back({low, high, owner});  // 0: code the linker left out
  }
}

void CodeIndex::sort(std::vector<Range>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.low < b.low; });
}

// Concrete functions may stand below a declaration scope (clang) or, being members of local classes, inside
// another function (gcc).
void CodeIndex::add_functions(Dwarf_Die* scope, Unit& unit) {
  Dwarf_Die child;
  for (int result = dwarf_child(scope, &child); result == 0; result = dwarf_siblingof(&child, &child)) {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram) {
      const size_t before = unit.function_ranges.size();
      add_ranges(&child, unit.functions.size(), unit.function_ranges);
      if (unit.function_ranges.size() > before) unit.functions.push_back(child);
    }
    if (holds_functions(tag)) add_functions(&child, unit);
  }
}

// Appends the inlined calls below `scope` that the address belongs to, outermost first.
bool CodeIndex::add_inlined(Dwarf_Die* scope, uint64_t address, std::vector<Dwarf_Die>& chain) {
  Dwarf_Die child;
  for (int result = dwarf_child(scope, &child); result == 0; result = dwarf_siblingof(&child, &child)) {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) continue;
    // A block without addresses of its own may still hold calls that have some.
    if (dwarf_haspc(&child, address) != 1 &&
        (tag == DW_TAG_inlined_subroutine || dwarf_hasattr(&child, DW_AT_ranges) != 0 ||
         dwarf_hasattr(&child, DW_AT_low_pc) != 0)) {
      continue;
    }
    if (tag == DW_TAG_inlined_subroutine) chain.push_back(child);
    Dwarf_Die block = child;
    if (add_inlined(&block, address, chain) || tag == DW_TAG_inlined_subroutine) return true;
  }
  return false;
}

std::string CodeIndex::symbol_at(uint64_t address) {
  if (!symbols_) symbols_.emplace(image_);
  const char* name = symbols_->at(address);
  return name == nullptr ? std::string{} : readable_symbol(name);
}

}  // namespace gordian
