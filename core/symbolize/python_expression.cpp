// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/python_expression.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/symbolize/source_tokens.h"

namespace gordian {
namespace {

constexpr std::string_view kLocals = ".<locals>.";

// Up to a comment. Nothing: there is a string or a bracket that this line does not close.
std::optional<Tokens> python_tokens(std::string_view line) {
  std::optional<Tokens> tokens = tokenize(line);
  if (!tokens) tokens = tokenize(line.substr(0, line.find('#')));
  if (!tokens) return std::nullopt;
  tokens->erase(std::ranges::find_if(*tokens, [](const Token& token) { return token.is("#"); }),
                tokens->end());
  return tokens;
}

// The first of some tokens outside of all brackets, from `begin` on; kNoToken: there is none.
size_t find_outside(const Tokens& tokens, size_t begin, std::string_view characters) {
  for (size_t i = begin; i < tokens.size(); ++i) {
    const std::string_view text = tokens[i].text;
    if (text.size() == 1 && characters.find(text[0]) != std::string_view::npos) return i;
    if (text == "(" || text == "[" || text == "{") i = closing(tokens, i);
    if (i == kNoToken) return kNoToken;
  }
  return kNoToken;
}

// Of `with LOCK:` and `with LOCK as name:`.
std::string entered_by_with(const Tokens& tokens) {
  size_t end = find_outside(tokens, 1, ":,");
  if (end == kNoToken || tokens[end].is(",")) return {};
  if (end > 3 && tokens[end - 2].is("as")) end -= 2;
  return path_text(tokens, {1, end});
}

}  // namespace

std::string python_lock_expression(std::string_view source_line) {
  const std::optional<Tokens> tokens = python_tokens(source_line);
  if (!tokens || tokens->empty()) return {};
  if (tokens->front().is("with")) return entered_by_with(*tokens);
  std::string found;
  for (size_t i = 1; i + 2 < tokens->size(); ++i) {
    if (!(*tokens)[i].is(".") || !(*tokens)[i + 1].is("acquire") || !(*tokens)[i + 2].is("(")) continue;
    if (!found.empty()) return {};
    found = receiver_text(*tokens, i);
  }
  return found;
}

std::string python_created_expression(std::string_view source_line) {
  const std::optional<Tokens> tokens = python_tokens(source_line);
  if (!tokens) return {};
  const size_t assigned = find_outside(*tokens, 0, "=");
  if (assigned == kNoToken || assigned + 1 == tokens->size()) return {};
  const Token& value = (*tokens)[assigned + 1];
  if (value.is("=") || find_outside(*tokens, assigned + 1, "=") != kNoToken) return {};
  const size_t annotation = find_outside(*tokens, 0, ":");
  std::string name = path_text(*tokens, {0, std::min(assigned, annotation)});
  if (!name.empty() && (value.is("[") || value.is("{"))) name += "[]";
  return name;
}

std::string_view python_owner(std::string_view qualified_name) {
  const size_t locals = qualified_name.rfind(kLocals);
  const size_t begin = locals == std::string_view::npos ? 0 : locals + kLocals.size();
  const std::string_view innermost = qualified_name.substr(begin);
  const size_t dot = innermost.rfind('.');
  if (dot != std::string_view::npos) return innermost.substr(0, dot);
  return begin == 0 ? std::string_view{} : python_owner(qualified_name.substr(0, locals));
}

}  // namespace gordian
