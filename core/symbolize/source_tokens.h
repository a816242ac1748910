// SPDX-License-Identifier: Apache-2.0
//
// The tokens of one line of C, C++ or Python, and the brackets and access paths among them. Tokens point into
// the line.
#ifndef GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H
#define GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H

#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gordian {

struct Token {
  std::string_view text;
  bool is_word() const { return std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '_'; }
  bool is(std::string_view other) const { return text == other; }
};
using Tokens = std::vector<Token>;

inline constexpr size_t kNoToken = static_cast<size_t>(-1);

// Without comments; a string or character literal is one token. Nothing: one of these is not closed here.
std::optional<Tokens> tokenize(std::string_view line);

// Index of the bracket that closes the one at `open`, or opens the one at `close`; kNoToken: there is none.
size_t closing(const Tokens& tokens, size_t open);
size_t opening(const Tokens& tokens, size_t close);

struct Span {
  size_t begin;
  size_t end;
};

// The source text of an access path (a name, members, indices, calls; perhaps behind & or *), blanks as in
// the source but none at its ends; empty if the tokens are none, or only a null.
std::string path_text(const Tokens& tokens, Span span);

// The expression that a `.` or `->` at `member` is applied to.
std::string receiver_text(const Tokens& tokens, size_t member);

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H
