// SPDX-License-Identifier: Apache-2.0
#include "viz/source_excerpt.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "viz/label.h"

namespace gordian {
namespace {

constexpr size_t kTabWidth = 8;
constexpr size_t kMaxColumns = 120;

std::string expand_tabs(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\t') {
      result.append(kTabWidth - columns(result) % kTabWidth, ' ');
    } else {
      result += c;
    }
  }
  return result;
}

std::string shown(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  return cut(printable(expand_tabs(line)), kMaxColumns);
}

}  // namespace

std::vector<SourceLine> SourceExcerpts::around(const std::string& file, unsigned first, unsigned last) {
  const std::vector<std::string>& all = lines(file);
  if (first == 0 || first > last || last > all.size()) return {};
  std::vector<SourceLine> result;
  const unsigned end = static_cast<unsigned>(std::min<size_t>(last + size_t{1}, all.size()));
  for (unsigned number = std::max(first - 1, 1U); number <= end; ++number) {
    std::string text = shown(all[number - 1]);
    const bool context = number < first || number > last;
    if (!context || !text.empty()) result.push_back({number, std::move(text)});
  }
  return result;
}

const std::vector<std::string>& SourceExcerpts::lines(const std::string& file) {
  const auto [entry, is_new] = files_.try_emplace(file);
  std::error_code error;
  // Debug information may name anything, a terminal or a pipe too: reading those would wait for ever.
  if (is_new && std::filesystem::is_regular_file(file, error)) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) entry->second.push_back(line);
  }
  return entry->second;
}

}  // namespace gordian
