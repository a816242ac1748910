// SPDX-License-Identifier: Apache-2.0
#include "viz/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/symbolize/lock_names.h"
#include "viz/json.h"

namespace gordian {
namespace {

using Json = nlohmann::json;

Frame frame_from(const Json& json) {
  Frame frame;
  frame.function = json.at("function");
  frame.file = json.at("file");
  frame.line = json.at("line");
  frame.module = json.at("module");
  frame.offset = json.at("offset");
  frame.inlined = json.at("inlined");
  return frame;
}

FindingStack stack_from(const Json& frames, const Json& truncated) {
  FindingStack stack;
  for (const Json& frame : frames) stack.frames.push_back(frame_from(frame));
  stack.proven = stack.frames.size();
  stack.truncated = truncated;
  if (const Frame* user = user_frame(stack.frames))
    stack.user_frame = static_cast<size_t>(user - stack.frames.data());
  return stack;
}

// The lock of that name; the first one where there are several.
size_t lock_named(const std::vector<FindingLock>& locks, const std::string& name) {
  const auto found = std::ranges::find(locks, name, &FindingLock::name);
  if (found == locks.end()) throw std::runtime_error("an edge has a lock that is not listed");
  return static_cast<size_t>(found - locks.begin());
}

FindingEdge edge_from(const Json& json, const std::vector<FindingLock>& locks) {
  FindingEdge edge;
  edge.held = lock_named(locks, json.at("held"));
  edge.wanted = lock_named(locks, json.at("wanted"));
  edge.thread = json.at("thread");
  edge.mode = json.at("mode");
  edge.origin = json.at("origin");
  edge.count = json.at("count");
  edge.sites = json.at("sites");
  edge.threads = json.at("threads");
  edge.more_threads = json.at("more_threads");
  edge.held_stack = stack_from(json.at("held_stack"), json.at("held_stack_truncated"));
  edge.held_stack.proven = json.at("held_stack_proven");
  edge.wanted_stack = stack_from(json.at("wanted_stack"), json.at("wanted_stack_truncated"));
  return edge;
}

template <typename Enum, size_t N>
Enum named(const std::array<Enum, N>& all, const std::string& wanted) {
  const auto found = std::ranges::find_if(all, [&](Enum each) { return name(each) == wanted; });
  if (found == all.end()) throw std::runtime_error(fmt::format("'{}' is not known", wanted));
  return *found;
}

Finding finding_from(const Json& json) {
  constexpr std::array kSeverities = {Severity::note, Severity::warning, Severity::error};
  constexpr std::array kTiers = {Tier::actual,  Tier::confirmed,     Tier::plausible, Tier::guarded,
                                 Tier::ordered, Tier::single_thread, Tier::observed,  Tier::static_only};
  Finding finding;
  finding.rule = json.at("rule");
  finding.severity = named(kSeverities, json.at("severity"));
  finding.tier = named(kTiers, json.at("tier"));
  finding.reason = json.at("reason");
  finding.fingerprint = json.at("fingerprint");
  finding.message = json.at("message");
  finding.process = json.at("process");
  finding.count = json.at("count");
  finding.more_instances = json.value("more_instances", false);
  for (const Json& lock : json.at("locks"))
    finding.locks.push_back({lock.at("name"), lock.at("class"), lock.at("kind")});
  for (const Json& location : json.at("locations"))
    finding.locations.push_back({location.at("file"), location.at("line"), location.at("function")});
  for (const Json& edge : json.at("edges")) finding.edges.push_back(edge_from(edge, finding.locks));
  for (const Json& moment : json.at("moments")) {
    finding.moments.push_back({moment.at("what"), moment.at("title"), moment.at("thread"),
                               stack_from(moment.at("stack"), moment.at("stack_truncated"))});
    finding.moments.back().stack.proven = moment.at("stack_proven");
  }
  return finding;
}

}  // namespace

std::vector<Finding> read_findings(std::istream& in, const std::string& name) {
  std::vector<Finding> findings;
  try {
    const Json document = Json::parse(in);
    if (document.at("version") != kJsonVersion) throw std::runtime_error("it is of another version");
    for (const Json& finding : document.at("findings")) findings.push_back(finding_from(finding));
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: is not a report of Gordian's: {}", name, error.what()));
  }
  return findings;
}

}  // namespace gordian
