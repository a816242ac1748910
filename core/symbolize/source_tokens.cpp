// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/source_tokens.h"

namespace gordian {
namespace {

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

}  // namespace

std::optional<Tokens> tokenize(std::string_view line) {
  Tokens tokens;
  for (size_t at = 0; at < line.size();) {
    const std::string_view rest = line.substr(at);
    size_t size = 1;
    if (std::isspace(static_cast<unsigned char>(rest[0])) != 0) {
      ++at;
      continue;
    }
    if (rest.starts_with("//")) break;
    if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      if (end == std::string_view::npos) return std::nullopt;
      at += end + 2;
      continue;
    }
    if (rest[0] == '"' || rest[0] == '\'') {
      while (size < rest.size() && rest[size] != rest[0]) size += rest[size] == '\\' ? 2U : 1U;
      if (size++ >= rest.size()) return std::nullopt;
    } else if (is_word_character(rest[0])) {
      while (size < rest.size() && is_word_character(rest[size])) ++size;
    } else if (rest.starts_with("->") || rest.starts_with("::")) {
      size = 2;
    }
    tokens.push_back({rest.substr(0, size)});
    at += size;
  }
  return tokens;
}

size_t closing(const Tokens& tokens, size_t open) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    const char c = tokens[i].text[0];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && --depth == 0) return i;
  }
  return kNoToken;
}

size_t opening(const Tokens& tokens, size_t close) {
  int depth = 0;
  for (size_t i = close + 1; i-- > 0;) {
    const char c = tokens[i].text[0];
    if (c == ')' || c == ']' || c == '}') ++depth;
    if ((c == '(' || c == '[' || c == '{') && --depth == 0) return i;
  }
  return kNoToken;
}

}  // namespace gordian
