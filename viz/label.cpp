// SPDX-License-Identifier: Apache-2.0
#include "viz/label.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace gordian {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}
bool continues(char c) {
  return (byte(c) & 0xc0) == 0x80;
}

// Bytes of the UTF-8 sequence that `text` starts with; 0 when it starts with none (RFC 3629, table 3-7 of
// Unicode).
size_t sequence_length(std::string_view text) {
  const unsigned char first = byte(text[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                        : first >= 0xe0 && first <= 0xef ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!continues(text[i])) return 0;
  }
  const unsigned char second = byte(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

bool is_control(std::string_view sequence) {
  if (sequence.size() == 1) return byte(sequence[0]) < 0x20 || sequence[0] == 0x7f;
  return sequence.size() == 2 && byte(sequence[0]) == 0xc2 && byte(sequence[1]) < 0xa0;  // C1: U+0080..U+009F
}

// The first byte behind the first `count` code points.
size_t skip(std::string_view text, size_t count) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues(text[at])) continue;
    if (count-- == 0) break;
  }
  return at;
}

// Replaces what stands between outermost brackets by an ellipsis. Brackets that do not pair up (operator<,
// ->) leave the text as it is.
std::string collapse(std::string_view text, char open, char close) {
  std::string result;
  size_t depth = 0;
  size_t opened = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool arrow = text[i] == '>' && i > 0 && text[i - 1] == '-';
    if (text[i] == close && !arrow) {
      if (depth == 0) return std::string(text);
      if (--depth == 0 && i > opened + 1) result += kEllipsis;
    }
    if (depth == 0) result += text[i];
    if (text[i] == open && depth++ == 0) opened = i;
  }
  return depth == 0 ? result : std::string(text);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    result += length == 0 || is_control(sequence) ? kReplacement : sequence;
    text.remove_prefix(sequence.size());
  }
  return result;
}

size_t columns(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += continues(c) ? 0U : 1U;
  return count;
}

std::string cut(std::string_view text, size_t width) {
  if (columns(text) <= width) return std::string(text);
  return std::string(text.substr(0, skip(text, width - 1))).append(kEllipsis);
}

std::string shorten(std::string_view name, size_t width) {
  std::string text(name);
  if (columns(text) > width) text = collapse(text, '<', '>');
  if (columns(text) > width) text = collapse(text, '(', ')');
  const size_t length = columns(text);
  if (length <= width) return text;
  const size_t tail = (width - 1) / 2;
  const size_t head = width - 1 - tail;
  return text.substr(0, skip(text, head)).append(kEllipsis).append(text.substr(skip(text, length - tail)));
}

std::string shown_path(std::string_view path) {
  std::error_code error;
  const std::string below = std::filesystem::current_path(error).string() + "/";
  if (!error && path.starts_with(below)) path.remove_prefix(below.size());
  return printable(path);
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string place(const Frame& frame) {
  if (!frame.file.empty() && frame.line != 0) return fmt::format("{}:{}", shown_path(frame.file), frame.line);
  if (!frame.file.empty()) return shown_path(frame.file);
  if (frame.module.empty()) return fmt::format("{:#x}", frame.offset);
  return fmt::format("{}+{:#x}", printable(base_name(frame.module)), frame.offset);
}

std::string counted(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace gordian
