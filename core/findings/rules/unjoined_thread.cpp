// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/unjoined_thread.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"

namespace gordian {
namespace {

// Only of processes that have ended in order: in others, somebody might still have joined them. Where the
// main thread ends first, the last thread ends the process.
std::set<ThreadId> left_behind(const Program& program) {
  std::set<ThreadId> left;
  std::set<ProcessId> without_main;
  for (const Thread& thread : program.threads) {
    if (thread.main && thread.ended) without_main.insert(thread.process);
  }
  for (size_t i = 0; i < program.threads.size(); ++i) {
    const auto id = static_cast<ThreadId>(i);
    const Thread& thread = program.threads[id];
    const Process& process = program.processes[thread.process];
    const bool certain = process.ended && !process.joined_unknown && thread.created != kNoStack &&
                         !without_main.contains(thread.process);
    if (certain && thread.ended && !thread.detached) left.insert(id);
  }
  for (const Join& join : program.joins) left.erase(join.joined);
  return left;
}

Finding finding(const Program& program, Context& context, const std::string& creator,
                const std::vector<ThreadId>& threads) {
  const Thread& first = program.threads[threads.front()];
  const std::string who = threads.size() == 1 ? thread_name(first)
                                              : fmt::format("{} threads, {} the first of them,",
                                                            threads.size(), thread_name(first));
  Finding finding;
  finding.rule = rules::unjoined_thread.id;
  finding.severity = rules::unjoined_thread.severity;
  finding.tier = Tier::observed;
  finding.process = process_name(program.processes[first.process]);
  finding.count = threads.size();
  finding.message = fmt::format("{} {} ended and {} neither joined nor detached.", who,
                                threads.size() == 1 ? "has" : "have", threads.size() == 1 ? "was" : "were");
  finding.reason =
      "the process has ended since, and every join and detach in it was of a thread that is known";
  finding.fingerprint = fingerprint(finding.rule, std::vector<std::string>{creator});
  finding.moments.push_back({"created here", fmt::format("where {} was created:", thread_name(first)),
                             thread_name(first), finding_stack(first.created, program, context.symbolizer)});
  finding.locations.push_back(location(finding.moments.front().stack));
  return finding;
}

void run(const Program& program, Context& context) {
  std::map<std::pair<ProcessId, std::string>, std::vector<ThreadId>> by_creator;
  for (const ThreadId id : left_behind(program)) {
    const Thread& thread = program.threads[id];
    by_creator[{thread.process, function_at(thread.created, context.symbolizer)}].push_back(id);
  }
  for (const auto& [place, threads] : by_creator)
    context.findings.push_back(finding(program, context, place.second, threads));
}

}  // namespace

const Rule rules::unjoined_thread{"unjoined-thread", Severity::warning, run};

}  // namespace gordian
