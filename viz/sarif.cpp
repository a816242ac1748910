// SPDX-License-Identifier: Apache-2.0
#include "viz/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/findings/rule_pages.h"

namespace gordian {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr char kSourceRoot[] = "%SRCROOT%";

// The path of a URI (RFC 3986).
std::string percent_encoded(std::string_view path) {
  std::string result;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

// A brace would begin a placeholder (SARIF 3.11.5).
Json message(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped.append(c == '{' || c == '}' ? 2 : 1, c);
  return {{"text", escaped}};
}

const Frame* user_frame(const FindingStack& stack) {
  if (stack.frames.empty()) return nullptr;
  return &stack.frames[std::min(stack.user_frame, stack.frames.size() - 1)];
}

class SarifWriter {
 public:
  explicit SarifWriter(const std::string& source_root)
      : root_(std::filesystem::absolute(source_root.empty() ? "." : source_root).lexically_normal() / "") {}

  Json run(const Report& report, const SarifOptions& options) {
    Json results = Json::array();
    for (const Finding& finding : report.findings) results.push_back(result(finding));
    if (options.all_tiers) {
      for (const Finding& finding : report.hidden) results.push_back(result(finding));
    }
    Json driver = {{"name", "Gordian"}, {"version", options.tool_version}, {"rules", std::move(rules_)}};
    return {{"tool", {{"driver", std::move(driver)}}},
            {"originalUriBaseIds", {{kSourceRoot, {{"uri", "file://" + percent_encoded(root_.string())}}}}},
            {"columnKind", "unicodeCodePoints"},
            {"invocations", Json::array({invocation(report)})},
            {"results", std::move(results)}};
  }

 private:
  static Json invocation(const Report& report) {
    Json execution = Json::array();
    for (const std::string& warning : report.warnings)
      execution.push_back({{"level", "warning"}, {"message", message(warning)}});
    for (const KnownFinding& known : report.decisions.not_seen) {
      execution.push_back({{"level", "note"},
                           {"message", message(fmt::format("not seen any more: {} {}: {}", known.rule,
                                                           known.fingerprint, known.message))}});
    }
    Json configuration = Json::array();
    for (const std::string& place : report.decisions.unused_suppressions) {
      configuration.push_back(
          {{"level", "note"}, {"message", message(place + ": this suppression fits no finding")}});
    }
    for (const std::string& name : report.decisions.unlisted) {
      configuration.push_back(
          {{"level", "note"}, {"message", message("not in the intended order of locks: " + name)}});
    }
    return {{"executionSuccessful", true},
            {"toolExecutionNotifications", std::move(execution)},
            {"toolConfigurationNotifications", std::move(configuration)}};
  }

  Json result(const Finding& finding) {
    Json result = {{"ruleId", finding.rule},
                   {"ruleIndex", rule_index(finding.rule)},
                   {"level", name(finding.severity)},
                   {"message", message(finding.message)},
                   {"locations", locations(finding)},
                   {"partialFingerprints", {{"gordian/v1", finding.fingerprint}}},
                   {"occurrenceCount", std::max<uint64_t>(finding.count, 1)}};
    if (!finding.edges.empty()) result["codeFlows"] = Json::array({code_flow(finding)});
    if (!finding.moments.empty()) result["stacks"] = stacks(finding);
    if (Json related = related_locations(finding); !related.empty())
      result["relatedLocations"] = std::move(related);
    if (finding.suppressed) {
      result["suppressions"] =
          Json::array({{{"kind", "external"}, {"justification", finding.suppression_reason}}});
    }
    if (finding.baseline != BaselineState::none)
      result["baselineState"] = finding.baseline == BaselineState::known ? "unchanged" : "new";
    Json locks = Json::array();
    for (const FindingLock& lock : finding.locks) locks.push_back(lock.name);
    result["properties"] = {{"tier", name(finding.tier)},
                            {"reason", finding.reason},
                            {"process", finding.process},
                            {"locks", std::move(locks)}};
    return result;
  }

  size_t rule_index(const std::string& rule) {
    const auto [known, is_new] = rule_numbers_.try_emplace(rule, rules_.size());
    if (is_new) {
      const std::string summary = rule_summary(rule);
      Json described = {{"id", rule}};
      if (!summary.empty()) {
        const size_t sentence = std::min(summary.find(". "), summary.size() - 1) + 1;
        described["shortDescription"] = {{"text", summary.substr(0, sentence)}};
        described["fullDescription"] = {{"text", summary}};
        described["help"] = {{"text", summary}, {"markdown", rule_page(rule)}};
      }
      rules_.push_back(std::move(described));
    }
    return known->second;
  }

  // Whatever shows results wants a place: without source, that is the module.
  Json locations(const Finding& finding) const {
    Json places = Json::array();
    for (const FindingLocation& place : finding.locations) {
      if (!place.file.empty()) places.push_back(location(place.file, place.line, place.function));
    }
    if (!places.empty()) return places;
    for (const FindingStack* stack : stacks_of(finding)) {
      const Frame* frame = user_frame(*stack);
      if (frame == nullptr || frame->module.empty()) continue;
      places.push_back(location(frame->module, 0, frame->function));
      break;
    }
    return places;
  }

  static std::vector<const FindingStack*> stacks_of(const Finding& finding) {
    std::vector<const FindingStack*> stacks;
    for (const FindingEdge& edge : finding.edges) {
      stacks.push_back(&edge.wanted_stack);
      stacks.push_back(&edge.held_stack);
    }
    for (const FindingMoment& moment : finding.moments) stacks.push_back(&moment.stack);
    return stacks;
  }

  Json code_flow(const Finding& finding) const {
    Json flows = Json::array();
    for (const FindingEdge& edge : finding.edges) {
      Json steps = Json::array();
      add_step(steps, edge.held_stack, finding.locks[edge.held].name + " is taken here, and kept");
      add_step(steps, edge.wanted_stack, finding.locks[edge.wanted].name + " is wanted here");
      Json flow = {
          {"message", message(fmt::format("{} holds {} and wants {}", edge.thread,
                                          finding.locks[edge.held].name, finding.locks[edge.wanted].name))},
          {"locations", std::move(steps)}};
      if (!edge.thread.empty()) flow["id"] = edge.thread;
      flows.push_back(std::move(flow));
    }
    return {{"threadFlows", std::move(flows)}};
  }

  void add_step(Json& steps, const FindingStack& stack, const std::string& what) const {
    Json step = {{"location", stack.frames.empty() ? Json::object() : location(*user_frame(stack))},
                 {"kinds", {"acquire", "lock"}}};
    step["location"]["message"] = message(what);
    if (!stack.frames.empty()) step["stack"] = to_json(stack, what);
    steps.push_back(std::move(step));
  }

  Json stacks(const Finding& finding) const {
    Json stacks = Json::array();
    for (const FindingMoment& moment : finding.moments) stacks.push_back(to_json(moment.stack, moment.title));
    return stacks;
  }

  Json related_locations(const Finding& finding) const {
    Json related = Json::array();
    const auto add = [&](const FindingStack& stack, const std::string& what) {
      const Frame* frame = user_frame(stack);
      if (frame == nullptr || frame->file.empty()) return;
      Json place = location(*frame);
      place["id"] = related.size();
      place["message"] = message(what);
      related.push_back(std::move(place));
    };
    for (const FindingEdge& edge : finding.edges) {
      add(edge.held_stack, finding.locks[edge.held].name + " is taken here, and kept");
      add(edge.wanted_stack, finding.locks[edge.wanted].name + " is wanted here");
    }
    for (const FindingMoment& moment : finding.moments)
      add(moment.stack, moment.what.empty() ? moment.title : moment.what);
    return related;
  }

  Json to_json(const FindingStack& stack, const std::string& what) const {
    Json frames = Json::array();
    for (const Frame& frame : stack.frames) {
      Json shown = {{"location", location(frame)}};
      if (!frame.module.empty()) shown["module"] = frame.module;
      frames.push_back(std::move(shown));
    }
    return {{"message", message(what)}, {"frames", std::move(frames)}};
  }

  Json location(const Frame& frame) const { return location(frame.file, frame.line, frame.function); }

  // Without a file, an object that has only a function, or nothing.
  Json location(const std::string& file, unsigned line, const std::string& function) const {
    Json result = Json::object();
    if (!file.empty()) {
      Json physical = {{"artifactLocation", artifact(file)}};
      if (line != 0) physical["region"] = {{"startLine", line}};
      result["physicalLocation"] = std::move(physical);
    }
    if (!function.empty()) {
      result["logicalLocations"] = Json::array({{{"fullyQualifiedName", function}, {"kind", "function"}}});
    }
    return result;
  }

  Json artifact(const std::string& file) const {
    const std::filesystem::path path = std::filesystem::path(file).lexically_normal();
    if (path.is_absolute() && !path.string().starts_with(root_.string()))
      return {{"uri", "file://" + percent_encoded(path.string())}};
    const std::string relative = path.is_absolute() ? path.lexically_relative(root_).string() : path.string();
    return {{"uri", percent_encoded(relative)}, {"uriBaseId", kSourceRoot}};
  }

  std::filesystem::path root_;  // ends with a slash
  Json rules_ = Json::array();  // those of the results
  std::map<std::string, size_t> rule_numbers_;
};

}  // namespace

void write_sarif(std::ostream& out, const Report& report, const SarifOptions& options) {
  const Json document = {{"$schema", kSchema},
                         {"version", "2.1.0"},
                         {"runs", Json::array({SarifWriter(options.source_root).run(report, options)})}};
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace gordian
