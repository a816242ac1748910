// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/entity_name.h"

#include <cxxabi.h>
#include <dwarf.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>

namespace gordian {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// Position behind the bracket that closes the one at `open`; npos if none does.
size_t behind_group(std::string_view text, size_t open) {
  const char opening = text[open];
  const char closing = opening == '(' ? ')' : opening == '<' ? '>' : opening == '{' ? '}' : ']';
  size_t depth = 0;
  for (size_t at = open; at < text.size(); ++at) {
    if (opening == '<' && text[at] == '(') {  // parentheses may hold a > of their own, as in <(a > b)>
      at = behind_group(text, at);
      if (at == std::string_view::npos) return at;
      --at;
    } else if (text[at] == opening) {
      ++depth;
    } else if (text[at] == closing && !(closing == '>' && text[at - 1] == '-') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// Position behind an operator's symbol or type, for text that goes on with the word `operator`: operator(),
// operator<<, operator bool, operator new[]. 0: no operator here.
size_t behind_operator(std::string_view text) {
  constexpr std::string_view kOperator = "operator";
  if (!text.starts_with(kOperator)) return 0;
  size_t at = kOperator.size();
  if (at == text.size() || std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_') return 0;
  if (text.substr(at).starts_with("()")) return at + 2;
  if (text[at] == ' ') {  // a conversion, new or delete: the type goes up to the parameters
    const size_t end = text.find('(', at);
    return end == std::string_view::npos ? text.size() : end;
  }
  const size_t end = text.find_first_of(" (", at);
  std::string_view symbol = text.substr(at, end == std::string_view::npos ? end : end - at);
  // "operator< <int>" has a space; "operator<<int>" does not occur, but "operator==<int>" does.
  if (symbol.size() > 2 && symbol.back() == '>' && symbol != "->*" && symbol != ">>=" && symbol != "<=>") {
    symbol = symbol.substr(0, symbol.find('<', 1));
  }
  return at + symbol.size();
}

// Position behind " const", " &" and the like.
size_t behind_qualifiers(std::string_view text, size_t at) {
  constexpr std::array<std::string_view, 5> kQualifiers = {" const", " volatile", " &&", " &", " noexcept"};
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view qualifier : kQualifiers) {
      if (text.substr(at).starts_with(qualifier)) {
        at += qualifier.size();
        found = true;
      }
    }
  }
  return at;
}

std::string_view string_attribute(Dwarf_Die* entity, unsigned attribute) {
  Dwarf_Attribute storage;
  const char* text = dwarf_formstring(dwarf_attr_integrate(entity, attribute, &storage));
  return text == nullptr ? std::string_view{} : text;
}

// The entry that stands in the scope its entity was declared in.
Dwarf_Die declaration(Dwarf_Die entity) {
  for (;;) {
    Dwarf_Attribute storage;
    Dwarf_Attribute* reference = dwarf_attr(&entity, DW_AT_abstract_origin, &storage);
    if (reference == nullptr) reference = dwarf_attr(&entity, DW_AT_specification, &storage);
    Dwarf_Die next;
    if (reference == nullptr || dwarf_formref_die(reference, &next) == nullptr || next.addr == entity.addr) {
      return entity;
    }
    entity = next;
  }
}

bool names_a_scope(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_subprogram;
}

}  // namespace

std::string without_parameters(std::string_view demangled) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)";
  std::string name;
  for (size_t at = 0; at < demangled.size();) {
    const std::string_view rest = demangled.substr(at);
    const bool word_start = name.empty() || name.back() == ':';
    size_t next = word_start ? at + behind_operator(rest) : at;
    if (next == at && rest.starts_with(kAnonymous)) next = at + kAnonymous.size();
    if (next == at && (rest.front() == '<' || rest.front() == '{')) next = behind_group(demangled, at);
    if (next == std::string_view::npos) return std::string(demangled);
    if (next != at) {
      name += demangled.substr(at, next - at);
      if (demangled.substr(next).starts_with(" <")) ++next;  // operator< <int>
      at = next;
    } else if (rest.front() == '(') {
      at = behind_group(demangled, at);
      if (at == std::string_view::npos) return std::string(demangled);
      at = behind_qualifiers(demangled, at);
      const std::string_view behind = demangled.substr(at);
      if (behind.empty() || behind.starts_with(" [clone")) break;
      if (!behind.starts_with("::")) name.clear();  // it belonged to the return type
    } else if (rest.starts_with(" [clone")) {
      break;
    } else if (rest.front() == ' ') {
      name.clear();  // what came before was the return type
      ++at;
    } else {
      name += rest.front();
      ++at;
    }
  }
  return name.empty() ? std::string(demangled) : name;
}

std::string readable_symbol(const char* symbol) {
  const std::string_view text = symbol;
  if (text.starts_with("_Z")) {
    const std::unique_ptr<char, Free> demangled(abi::__cxa_demangle(symbol, nullptr, nullptr, nullptr));
    if (demangled) return without_parameters(demangled.get());
  }
  return std::string(text.substr(0, text.find('.', 1)));
}

std::string readable_name(Dwarf_Die* entity) {
  for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    const std::string_view linkage = string_attribute(entity, attribute);
    if (!linkage.empty()) return readable_symbol(std::string(linkage).c_str());
  }
  std::string name(string_attribute(entity, DW_AT_name));
  if (name.empty()) return name;

  // C names and those of internal linkage: qualified by the scopes the declaration stands in.
  Dwarf_Die declared = declaration(*entity);
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&declared, &scopes);
  const std::unique_ptr<Dwarf_Die, Free> owner(scopes);
  for (int i = 1; i < count; ++i) {
    if (!names_a_scope(dwarf_tag(&scopes[i]))) continue;
    if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram) return readable_name(&scopes[i]) + "::" + name;
    const std::string_view scope = string_attribute(&scopes[i], DW_AT_name);
    const bool is_namespace = dwarf_tag(&scopes[i]) == DW_TAG_namespace;
    if (scope.empty() && !is_namespace) continue;
    name.insert(0, "::").insert(0, scope.empty() ? "(anonymous namespace)" : scope);
  }
  return name;
}

}  // namespace gordian
