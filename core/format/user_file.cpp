// SPDX-License-Identifier: Apache-2.0
#include "core/format/user_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace gordian {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string UserFile::Line::comment() const {
  const std::string_view line = text;
  return std::string(trimmed(line.substr(std::min(line.find_first_not_of('#'), line.size()))));
}

void UserFile::refuse(size_t line, std::string_view problem) const {
  throw BadUserFile(fmt::format("{}:{}: {}", name, line, problem));
}

UserFile user_file(std::string name, std::string_view text) {
  UserFile file{std::move(name), {}};
  if (text.find('\0') != std::string_view::npos)
    throw BadUserFile(fmt::format("{}: is no text file; name one that a person can read", file.name));
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    file.lines.push_back({file.lines.size() + 1, std::string(trimmed(text.substr(0, end)))});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file;
}

UserFile read_user_file(const std::string& path) {
  const auto refuse = [&](int error) {
    throw BadUserFile(fmt::format("{}: cannot be read: {}", path, std::strerror(error)));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) refuse(EISDIR);  // which can be opened
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse(errno);
  std::ostringstream text;
  text << in.rdbuf();
  return user_file(path, text.str());
}

}  // namespace gordian
