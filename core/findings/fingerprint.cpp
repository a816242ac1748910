// SPDX-License-Identifier: Apache-2.0
#include "core/findings/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gordian {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool ends_path(char c) {
  return c == ' ' || c == '(' || c == ')' || c == ',' || c == '<' || c == '"';
}

// A name without what changes from build to build: `mutex created in init (/src/cache.c:88)` gives
// `mutex created in init (cache.c)`, and a hexadecimal number 0x.
std::string stable(std::string_view name) {
  std::string result;
  size_t word = 0;  // where the word that may be a path begins in `result`
  for (size_t i = 0; i < name.size();) {
    const char c = name[i++];
    const auto skip = [&](bool (*what)(char)) {
      while (i < name.size() && what(name[i])) ++i;
    };
    if (c == '/') {
      result.resize(word);
      continue;
    }
    if (c == ':' && i < name.size() && is_digit(name[i])) {
      skip(is_digit);
      continue;
    }
    result += c;
    if (c == 'x' && result.ends_with("0x")) skip(is_hex_digit);
    if (ends_path(c)) word = result.size();
  }
  return result;
}

class Fnv1a {
 public:
  // A zero byte ends each text, so that "ab" + "c" differs from "a" + "bc".
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    add_byte(0);
  }
  uint64_t value() const { return value_; }

 private:
  void add_byte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

size_t smallest_rotation(const std::vector<EdgeIdentity>& cycle) {
  size_t smallest = 0;
  for (size_t start = 1; start < cycle.size(); ++start) {
    for (size_t i = 0; i < cycle.size(); ++i) {
      const auto order = cycle[(start + i) % cycle.size()] <=> cycle[(smallest + i) % cycle.size()];
      if (order < 0) smallest = start;
      if (order != 0) break;
    }
  }
  return smallest;
}

std::string fingerprint(std::string_view rule, std::vector<EdgeIdentity> cycle) {
  for (EdgeIdentity& edge : cycle) {
    edge = {stable(edge.held_class), stable(edge.wanted_class), stable(edge.held_function),
            stable(edge.wanted_function)};
  }
  Fnv1a hash;
  hash.add(rule);
  std::ranges::rotate(cycle, cycle.begin() + static_cast<ptrdiff_t>(smallest_rotation(cycle)));
  for (const EdgeIdentity& edge : cycle) {
    hash.add(edge.held_class);
    hash.add(edge.wanted_class);
    hash.add(edge.held_function);
    hash.add(edge.wanted_function);
  }
  return fmt::format("{:016x}", hash.value());
}

std::string fingerprint(std::string_view rule, const std::vector<std::string>& names) {
  Fnv1a hash;
  hash.add(rule);
  for (const std::string& name : names) hash.add(stable(name));
  return fmt::format("{:016x}", hash.value());
}

}  // namespace gordian
