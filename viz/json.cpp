// SPDX-License-Identifier: Apache-2.0
#include "viz/json.h"

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace gordian {
namespace {

using Json = nlohmann::ordered_json;  // keys stay in the order of the schema's documentation

template <typename T>
Json array_of(const std::vector<T>& items, Json (*convert)(const T&)) {
  Json result = Json::array();
  for (const T& item : items) result.push_back(convert(item));
  return result;
}

Json to_json(const Frame& frame) {
  return {{"function", frame.function}, {"file", frame.file},     {"line", frame.line},
          {"module", frame.module},     {"offset", frame.offset}, {"inlined", frame.inlined}};
}

Json to_json(const FindingLocation& location) {
  return {{"file", location.file}, {"line", location.line}, {"function", location.function}};
}

Json to_json(const FindingLock& lock) {
  return {{"name", lock.name}, {"class", lock.class_name}, {"kind", lock.kind}};
}

Json to_json(const FindingEdge& edge, const std::vector<FindingLock>& locks) {
  return {{"held", locks[edge.held].name},
          {"wanted", locks[edge.wanted].name},
          {"thread", edge.thread},
          {"mode", edge.mode},
          {"origin", edge.origin},
          {"count", edge.count},
          {"sites", edge.sites},
          {"threads", edge.threads},
          {"more_threads", edge.more_threads},
          {"held_stack", array_of<Frame>(edge.held_stack.frames, to_json)},
          {"held_stack_proven", edge.held_stack.proven},
          {"held_stack_truncated", edge.held_stack.truncated},
          {"wanted_stack", array_of<Frame>(edge.wanted_stack.frames, to_json)},
          {"wanted_stack_truncated", edge.wanted_stack.truncated}};
}

Json to_json(const FindingMoment& moment) {
  return {{"what", moment.what},
          {"title", moment.title},
          {"thread", moment.thread},
          {"stack", array_of<Frame>(moment.stack.frames, to_json)},
          {"stack_proven", moment.stack.proven},
          {"stack_truncated", moment.stack.truncated}};
}

Json to_json(const Finding& finding) {
  Json edges = Json::array();
  for (const FindingEdge& edge : finding.edges) edges.push_back(to_json(edge, finding.locks));
  return {{"rule", finding.rule},
          {"severity", name(finding.severity)},
          {"tier", name(finding.tier)},
          {"reason", finding.reason},
          {"fingerprint", finding.fingerprint},
          {"message", finding.message},
          {"process", finding.process},
          {"count", finding.count},
          {"more_instances", finding.more_instances},
          {"total_ns", finding.total_ns},
          {"max_ns", finding.max_ns},
          {"suppressed", finding.suppressed},
          {"suppression_reason", finding.suppression_reason},
          {"baseline", name(finding.baseline)},
          {"locations", array_of<FindingLocation>(finding.locations, to_json)},
          {"locks", array_of<FindingLock>(finding.locks, to_json)},
          {"edges", std::move(edges)},
          {"moments", array_of<FindingMoment>(finding.moments, to_json)}};
}

Json to_json(const ContentionTimes& times) {
  return {{"count", times.count},   {"total_ns", times.total_ns}, {"p50_ns", times.p50_ns},
          {"p99_ns", times.p99_ns}, {"max_ns", times.max_ns},     {"longest_at", to_json(times.longest_at)}};
}

Json to_json(const ContentionRow& row) {
  return {{"process", row.process},      {"lock", to_json(row.lock)}, {"waits", to_json(row.waits)},
          {"holds", to_json(row.holds)}, {"held_ns", row.held_ns},    {"run_ns", row.run_ns}};
}

Json to_json(const KnownFinding& known) {
  return {{"rule", known.rule}, {"fingerprint", known.fingerprint}, {"message", known.message}};
}

Json to_json(const Stats& stats) {
  return {{"processes", stats.processes}, {"threads", stats.threads},
          {"locks", stats.locks},         {"acquisitions", stats.acquisitions},
          {"edges", stats.edges},         {"summarised", stats.summarised},
          {"dropped", stats.dropped}};
}

}  // namespace

void write_json(std::ostream& out, const Report& report, bool all_tiers) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) findings.push_back(to_json(finding));
  if (all_tiers) {
    for (const Finding& finding : report.hidden) findings.push_back(to_json(finding));
  }
  const Json document = {{"version", kJsonVersion},
                         {"findings", std::move(findings)},
                         {"contention", array_of<ContentionRow>(report.contention, to_json)},
                         {"unused_suppressions", report.decisions.unused_suppressions},
                         {"not_seen", array_of<KnownFinding>(report.decisions.not_seen, to_json)},
                         {"unlisted", report.decisions.unlisted},
                         {"warnings", report.warnings},
                         {"stats", to_json(report.stats)}};
  // Names and paths are bytes the watched program chose: what is not UTF-8 becomes U+FFFD instead of an
  // exception.
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace gordian
