// SPDX-License-Identifier: Apache-2.0
#include "core/graph/intended_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

namespace gordian {
namespace {

std::vector<std::string> chain_of(const UserFile& file, const UserFile::Line& line) {
  std::vector<std::string> chain;
  // With a space around it, a sign at either end of the line parts a name from nothing.
  const std::string padded = " " + line.text + " ";
  for (std::string_view rest = padded;;) {
    const size_t end = rest.find(kBefore);
    const std::string_view name = trimmed(rest.substr(0, end));
    if (name.empty()) file.refuse(line.number, "a lock class is missing beside '<'; write A < B");
    chain.emplace_back(name);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + kBefore.size() - 1);  // its last space may be the next one's first
  }
  if (chain.size() < 2) {
    file.refuse(line.number,
                fmt::format("'{}' has no order; write A < B, with a space on both sides of '<'", line.text));
  }
  return chain;
}

}  // namespace

IntendedOrder::IntendedOrder(const UserFile& file) : file_(file.name) {
  for (const UserFile::Line& line : file.lines) {
    if (line.is_empty() || line.is_comment()) continue;
    const std::vector<std::string> chain = chain_of(file, line);
    for (size_t i = 1; i < chain.size(); ++i) add(file, {chain[i - 1], chain[i], line.number});
  }
  if (after_.empty()) {
    throw BadUserFile(
        fmt::format("{}: orders no locks; write a line A < B, or let --write-order make the file", file_));
  }
}

void IntendedOrder::add(const UserFile& file, Arc arc) {
  std::vector<Arc> contradiction = path(arc.after, arc.before);
  if (!contradiction.empty() || arc.before == arc.after) {
    contradiction.push_back(arc);
    file.refuse(arc.line,
                fmt::format("contradicts itself: {}; take one of them out", in_words(contradiction)));
  }
  after_.try_emplace(arc.after);
  std::vector<Arc>& arcs = after_[arc.before];
  if (std::ranges::find(arcs, arc.after, &Arc::after) == arcs.end()) arcs.push_back(std::move(arc));
}

std::vector<IntendedOrder::Arc> IntendedOrder::path(const std::string& before,
                                                    const std::string& after) const {
  std::map<std::string_view, const Arc*> reached_by;
  std::deque<std::string_view> next = {before};
  while (!next.empty() && !reached_by.contains(after)) {
    const auto arcs = after_.find(next.front());
    next.pop_front();
    if (arcs == after_.end()) continue;
    for (const Arc& arc : arcs->second) {
      if (reached_by.try_emplace(arc.after, &arc).second) next.push_back(arc.after);
    }
  }
  std::vector<Arc> path;
  for (auto at = reached_by.find(after); at != reached_by.end(); at = reached_by.find(at->second->before)) {
    path.push_back(*at->second);
    if (path.back().before == before) break;
  }
  std::ranges::reverse(path);
  return path;
}

std::string in_words(const std::vector<IntendedOrder::Arc>& path) {
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    const char* const parting = i == 0 ? "" : i + 1 == path.size() ? " and " : ", ";
    text += fmt::format("{}{}{}{} (line {})", parting, path[i].before, kBefore, path[i].after, path[i].line);
  }
  return text;
}

}  // namespace gordian
