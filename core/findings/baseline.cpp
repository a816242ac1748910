// SPDX-License-Identifier: Apache-2.0
#include "core/findings/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace gordian {
namespace {

constexpr char kHeader[] =
    "# Findings of gordian that are known, and so do not fail a run. New ones do.\n"
    "# One a line: rule, fingerprint, message. Take out the line of what is repaired.\n";

// The first word, which it takes off the text.
std::string take_word(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  std::string word(text.substr(0, end));
  text = trimmed(text.substr(end));
  return word;
}

bool is_fingerprint(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Baseline::Baseline(const UserFile& file) {
  for (const UserFile::Line& line : file.lines) {
    if (line.is_empty() || line.is_comment()) continue;
    std::string_view rest = line.text;
    Key key;
    key.first = take_word(rest);
    key.second = take_word(rest);
    if (!is_fingerprint(key.second)) {
      file.refuse(line.number,
                  fmt::format("'{}' is no finding of a baseline, which is a rule, a fingerprint of "
                              "16 digits and a message; let --write-baseline make the file anew",
                              line.text));
    }
    messages_.try_emplace(std::move(key), rest);
  }
}

Baseline::Baseline(const Report& report, const Baseline* before) {
  for (const Finding& finding : report.findings) {
    if (finding.suppressed) continue;
    const Key key{finding.rule, finding.fingerprint};
    // One line: names in it are the program's, and may be anything.
    std::string message = finding.message;
    std::ranges::replace_if(
        message, [](unsigned char c) { return c < ' '; }, ' ');
    if (before != nullptr) {
      const auto known = before->messages_.find(key);
      if (known != before->messages_.end()) message = known->second;
    }
    messages_.try_emplace(key, trimmed(message));
  }
}

void Baseline::apply(Report& report) const {
  std::set<Key> seen;
  for (std::vector<Finding>* findings : {&report.findings, &report.hidden}) {
    for (Finding& finding : *findings) {
      const Key key{finding.rule, finding.fingerprint};
      const bool known = messages_.contains(key);
      finding.baseline = known ? BaselineState::known : BaselineState::fresh;
      if (known) seen.insert(key);
    }
  }
  for (const auto& [key, message] : messages_) {
    if (!seen.contains(key)) report.decisions.not_seen.push_back({key.first, key.second, message});
  }
}

std::string Baseline::text() const {
  std::string text = kHeader;
  for (const auto& [key, message] : messages_)
    text += fmt::format("{} {} {}\n", key.first, key.second, message);
  return text;
}

}  // namespace gordian
