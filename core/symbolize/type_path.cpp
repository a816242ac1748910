// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/type_path.h"

#include <dwarf.h>

#include <cctype>
#include <optional>
#include <string_view>
#include <vector>

namespace gordian {
namespace {

std::optional<Dwarf_Word> number_attribute(Dwarf_Die* entry, unsigned name) {
  Dwarf_Attribute storage;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr_integrate(entry, name, &storage), &value) != 0) return std::nullopt;
  return value;
}

// The type of an entity without typedefs and qualifiers.
std::optional<Dwarf_Die> type_of(Dwarf_Die* entity) {
  Dwarf_Attribute storage;
  Dwarf_Die type;
  Dwarf_Die peeled;
  if (dwarf_formref_die(dwarf_attr_integrate(entity, DW_AT_type, &storage), &type) == nullptr)
    return std::nullopt;
  if (dwarf_peel_type(&type, &peeled) != 0) return std::nullopt;
  return peeled;
}

bool is_aggregate(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool is_reserved(std::string_view name) {
  return name.size() > 1 && name[0] == '_' &&
         (name[1] == '_' || std::isupper(static_cast<unsigned char>(name[1])));
}

bool is_array_inside_std_array(std::string_view name) {
  return name == "_M_elems" || name == "__elems_";
}

struct Member {
  Dwarf_Die entry;
  uint64_t offset;
};

// The member or base class of an aggregate that holds the byte; of a union, the first one that does.
std::optional<Member> member_at(Dwarf_Die* aggregate, uint64_t offset) {
  Dwarf_Die child;
  for (int result = dwarf_child(aggregate, &child); result == 0; result = dwarf_siblingof(&child, &child)) {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) continue;
    if (dwarf_hasattr(&child, DW_AT_external) != 0 || dwarf_hasattr(&child, DW_AT_declaration) != 0) continue;
    const auto start = number_attribute(&child, DW_AT_data_member_location);
    // Where a virtual base lies is known only to the program.
    if (!start && dwarf_hasattr(&child, DW_AT_data_member_location) != 0) continue;
    auto type = type_of(&child);
    Dwarf_Word size = 0;
    if (!type || dwarf_aggregate_size(&*type, &size) != 0) continue;
    if (offset >= start.value_or(0) && offset - start.value_or(0) < size)
      return Member{child, start.value_or(0)};
  }
  return std::nullopt;
}

struct Array {
  std::optional<Dwarf_Die> element;
  Dwarf_Word element_size = 0;
  std::vector<Dwarf_Word> extents;  // outermost first; 0: not known
};

Array describe_array(Dwarf_Die* array) {
  Array result;
  result.element = type_of(array);
  if (!result.element || dwarf_aggregate_size(&*result.element, &result.element_size) != 0) return result;
  Dwarf_Die child;
  for (int next = dwarf_child(array, &child); next == 0; next = dwarf_siblingof(&child, &child)) {
    if (dwarf_tag(&child) != DW_TAG_subrange_type) continue;
    if (const auto count = number_attribute(&child, DW_AT_count)) {
      result.extents.push_back(*count);
    } else {
      const auto upper = number_attribute(&child, DW_AT_upper_bound);
      result.extents.push_back(upper ? *upper + 1 : 0);
    }
  }
  return result;
}

// Appends the indices of the element that holds the byte, and leaves the offset inside that element.
bool append_indices(const Array& array, TypePath& path) {
  Dwarf_Word stride = array.element_size;
  for (size_t i = 1; i < array.extents.size(); ++i) stride *= array.extents[i];
  if (array.extents.empty() || stride == 0) return false;
  for (size_t i = 0; i < array.extents.size(); ++i) {
    if (i > 0) stride /= array.extents[i];
    path.text.append("[").append(std::to_string(path.rest / stride)).append("]");
    path.family.append("[]");
    path.rest %= stride;
  }
  return true;
}

}  // namespace

TypePath type_path(Dwarf_Die* entity, uint64_t offset) {
  TypePath path;
  path.rest = offset;
  std::optional<Dwarf_Die> type = type_of(entity);
  while (type) {
    const int tag = dwarf_tag(&*type);
    if (tag == DW_TAG_array_type) {
      const Array array = describe_array(&*type);
      if (!append_indices(array, path)) break;
      type = array.element;
      continue;
    }
    if (!is_aggregate(tag)) break;
    auto member = member_at(&*type, path.rest);
    if (!member) break;
    const char* name = dwarf_diename(&member->entry);
    const std::string_view text = name == nullptr ? "" : name;
    const bool passed_through =
        text.empty() || dwarf_tag(&member->entry) == DW_TAG_inheritance || is_array_inside_std_array(text);
    if (!passed_through && is_reserved(text)) {
      path.in_library = true;
      break;
    }
    if (!passed_through) {
      path.text.append(".").append(text);
      path.family.append(".").append(text);
    }
    path.rest -= member->offset;
    type = type_of(&member->entry);
  }
  return path;
}

}  // namespace gordian
