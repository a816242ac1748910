// SPDX-License-Identifier: Apache-2.0
#include "core/findings/suppressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace gordian {
namespace {

// A path fits as a whole, or from any slash on.
bool fits_path(std::string_view pattern, std::string_view path) {
  for (;;) {
    if (fits_pattern(pattern, path)) return !path.empty();
    const size_t slash = path.find('/');
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

template <typename Holds>
bool any_frame(const Finding& finding, Holds holds) {
  const auto in = [&](const FindingStack& stack) { return std::ranges::any_of(stack.frames, holds); };
  return std::ranges::any_of(
             finding.edges,
             [&](const FindingEdge& edge) { return in(edge.held_stack) || in(edge.wanted_stack); }) ||
         std::ranges::any_of(finding.moments, [&](const FindingMoment& moment) { return in(moment.stack); });
}

bool has_rule(const Finding& finding, std::string_view pattern) {
  return fits_pattern(pattern, finding.rule);
}

bool has_fingerprint(const Finding& finding, std::string_view pattern) {
  return fits_pattern(pattern, finding.fingerprint);
}

bool has_lock(const Finding& finding, std::string_view pattern) {
  return std::ranges::any_of(finding.locks, [&](const FindingLock& lock) {
    return fits_pattern(pattern, lock.name) || fits_pattern(pattern, lock.class_name);
  });
}

bool has_function(const Finding& finding, std::string_view pattern) {
  return any_frame(finding, [&](const Frame& frame) { return fits_pattern(pattern, frame.function); });
}

// A finding without stacks still has the places that it shows.
bool has_file(const Finding& finding, std::string_view pattern) {
  return any_frame(finding, [&](const Frame& frame) { return fits_path(pattern, frame.file); }) ||
         std::ranges::any_of(finding.locations, [&](const FindingLocation& location) {
           return fits_path(pattern, location.file);
         });
}

bool has_library(const Finding& finding, std::string_view pattern) {
  return any_frame(finding, [&](const Frame& frame) { return fits_path(pattern, frame.module); });
}

struct ConditionKind {
  std::string_view key;
  bool (*holds)(const Finding&, std::string_view pattern);
};

constexpr ConditionKind kConditions[] = {{"rule", has_rule},         {"lock", has_lock},
                                         {"function", has_function}, {"file", has_file},
                                         {"library", has_library},   {"fingerprint", has_fingerprint}};

}  // namespace

// Takes the first place where each part between two stars is found: with stars around it, any later one would
// leave less for what follows. The last part has to end the text.
bool fits_pattern(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  for (;;) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    if (star == std::string_view::npos) return text.ends_with(pattern);
    const size_t found = text.find(pattern.substr(0, star));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + star);
  }
}

Suppressions::Condition Suppressions::condition(const UserFile& file, const UserFile::Line& line) {
  const std::string_view text = line.text;
  const size_t colon = text.find(':');
  const auto kind = std::ranges::find(kConditions, trimmed(text.substr(0, colon)), &ConditionKind::key);
  if (colon == std::string_view::npos || kind == std::end(kConditions)) {
    std::string known;
    for (const ConditionKind& each : kConditions)
      known += fmt::format("{}{}", known.empty() ? "" : ", ", each.key);
    file.refuse(
        line.number,
        fmt::format("'{}' is no condition; write one as NAME: PATTERN, with a name of {}", line.text, known));
  }
  const std::string_view pattern = trimmed(text.substr(colon + 1));
  if (pattern.empty()) {
    file.refuse(line.number, fmt::format("{} has no pattern; * stands for any text", kind->key));
  }
  return {static_cast<size_t>(kind - std::begin(kConditions)), std::string(pattern)};
}

void Suppressions::add(const UserFile& file) {
  std::string reason;
  bool in_conditions = false;
  for (const UserFile::Line& line : file.lines) {
    if (line.is_empty() || (line.is_comment() && in_conditions)) {
      in_conditions = false;
      reason.clear();
    }
    if (line.is_empty()) continue;
    if (line.is_comment()) {
      const std::string said = line.comment();
      if (!said.empty()) reason += (reason.empty() ? "" : " ") + said;
      continue;
    }
    Condition next = condition(file, line);
    if (!in_conditions) {
      if (reason.empty()) {
        file.refuse(line.number,
                    "this suppression has no reason; write one as a comment (# ...) right above it");
      }
      entries_.push_back({fmt::format("{}:{}", file.name, line.number), reason, {}});
      in_conditions = true;
    }
    entries_.back().conditions.push_back(std::move(next));
  }
}

bool Suppressions::fits(const Entry& entry, const Finding& finding) {
  return std::ranges::all_of(entry.conditions, [&](const Condition& condition) {
    return kConditions[condition.what].holds(finding, condition.pattern);
  });
}

bool Suppressions::suppress(const Finding& finding) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return fits(entry, finding); });
}

void Suppressions::apply(Report& report) const {
  for (const Entry& entry : entries_) {
    bool used = false;
    for (std::vector<Finding>* findings : {&report.findings, &report.hidden}) {
      for (Finding& finding : *findings) {
        if (!fits(entry, finding)) continue;
        used = true;
        if (!finding.suppressed) finding.suppression_reason = entry.reason;
        finding.suppressed = true;
      }
    }
    if (!used) report.decisions.unused_suppressions.push_back(entry.place);
  }
}

}  // namespace gordian
