// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/source_tokens.h"

namespace gordian {
namespace {

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Whether tokens are one postfix expression (a name, members, indices, calls), perhaps behind & or *.
bool is_access_path(const Tokens& tokens, Span span) {
  bool expects_name = true;
  for (size_t i = span.begin; i < span.end; ++i) {
    const Token& token = tokens[i];
    const char c = token.text[0];
    if (expects_name) {
      if (token.is_word()) {
        expects_name = false;
      } else if (c == '(') {
        const size_t close = closing(tokens, i);
        if (close == kNoToken || close >= span.end || !is_access_path(tokens, {i + 1, close})) return false;
        i = close;
        expects_name = false;
      } else if (c != '&' && c != '*' && !token.is("::")) {
        return false;
      }
    } else if (c == '(' || c == '[') {
      i = closing(tokens, i);
      if (i >= span.end) return false;
    } else if (c == '.' || token.is("->") || token.is("::")) {
      expects_name = true;
    } else {
      return false;
    }
  }
  return !expects_name;
}

// Removes what only takes the address: &x, (x), &(x).
Span without_address_of(const Tokens& tokens, Span span) {
  for (;;) {
    if (tokens[span.begin].is("&")) {
      ++span.begin;
    } else if (tokens[span.begin].is("(") && closing(tokens, span.begin) == span.end - 1) {
      ++span.begin;
      --span.end;
    } else {
      return span;
    }
  }
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

std::string path_text(const Tokens& tokens, Span span) {
  if (span.begin >= span.end || !is_access_path(tokens, span)) return {};
  span = without_address_of(tokens, span);
  if (tokens[span.begin].is("nullptr") || tokens[span.begin].is("NULL")) return {};
  const char* begin = tokens[span.begin].text.data();
  const std::string_view last = tokens[span.end - 1].text;
  return std::string(begin, last.data() + last.size());
}

std::string receiver_text(const Tokens& tokens, size_t member) {
  size_t begin = member;
  while (begin > 0) {
    const Token& before = tokens[begin - 1];
    if (before.is(")") || before.is("]")) {
      const size_t open = opening(tokens, begin - 1);
      if (open == kNoToken) return {};
      begin = open;
      if (begin == 0 ||
          !(tokens[begin - 1].is_word() || tokens[begin - 1].is("]") || tokens[begin - 1].is(")")))
        break;
      if (tokens[begin - 1].is("if") || tokens[begin - 1].is("while") || tokens[begin - 1].is("return"))
        break;
    } else if (before.is_word()) {
      --begin;
      if (begin == 0) break;
      const Token& joint = tokens[begin - 1];
      if (!joint.is(".") && !joint.is("->") && !joint.is("::")) break;
      --begin;
    } else {
      return {};
    }
  }
  return path_text(tokens, {begin, member});
}

}  // namespace gordian
