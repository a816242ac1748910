// SPDX-License-Identifier: Apache-2.0
//
// The tokens of one line of C or C++, and the brackets among them. Tokens point into the line.
#ifndef GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H
#define GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H

#include <cctype>
#include <cstddef>
#include <optional>
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

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_SOURCE_TOKENS_H
