// SPDX-License-Identifier: Apache-2.0
#include "core/live/watcher.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/findings/analysis.h"
#include "core/findings/rules/self_deadlock.h"
#include "core/format/trace_reader.h"
#include "core/graph/wait_graph.h"
#include "core/ingest/ingest.h"
#include "core/ingest/thread_states.h"
#include "core/live/activity.h"
#include "core/live/look.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {
namespace {

namespace fs = std::filesystem;
using format::WaitKind;

constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kBrief = 5 * kMillisecond;  // a wait as short as that is nothing to look at
constexpr uint64_t kSeenTwice = 300 * kMillisecond;
constexpr uint64_t kFirstInterval = 50 * kMillisecond;
constexpr uint64_t kLongestInterval = 1000 * kMillisecond;

bool read_header(const fs::path& trace, format::FileHeader& header) {
  std::ifstream file(trace, std::ios::binary);
  return file.read(reinterpret_cast<char*>(&header), sizeof header) &&
         std::memcmp(header.magic, format::kRecordMagic, sizeof header.magic) == 0 &&
         header.version == format::kVersion && header.hot_path[0] != 0;
}

}  // namespace

Watcher::Watcher(fs::path traces, WatchOptions options) : traces_(std::move(traces)), options_(options) {}
Watcher::~Watcher() = default;

std::vector<LiveFinding> Watcher::look() {
  find_traces();
  const uint64_t now = monotonic_ns();
  const Program seen = glance();
  std::set<WaitKey> suspects = suspicious_waits(seen, now);
  if (suspects.empty()) {
    suspects_.clear();
    return {};
  }
  if (suspects != suspects_) suspicion_ = {now, kFirstInterval};
  suspects_ = std::move(suspects);
  if (now < suspicion_.next_ns) return {};
  suspicion_ = {now + suspicion_.interval_ns, std::min(2 * suspicion_.interval_ns, kLongestInterval)};
  return look_closely(now);
}

// A trace whose header is not written yet, or whose hot file is private memory, is none to watch.
bool Watcher::add(const fs::path& trace) {
  format::FileHeader header{};
  if (!read_header(trace, header)) return false;
  try {
    watched_[trace] = {
        std::make_unique<HotReader>(fs::path(TraceReader::text(header.hot_path)), header.nonce), header.pid};
  } catch (const BadTrace&) {
    return true;  // it has ended already
  }
  return true;
}

void Watcher::find_traces() {
  std::error_code error;
  if (!fs::is_directory(traces_, error)) {
    if (watched_.empty()) add(traces_);
    return;
  }
  const auto changed = fs::last_write_time(traces_, error);
  if (error || changed == scanned_) return;
  bool complete = true;
  for (const auto& entry : fs::directory_iterator(traces_, error)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".gordian" && !watched_.contains(path)) complete &= add(path);
  }
  if (complete) scanned_ = changed;
}

// Nothing but the hot files, where everything that is not known is taken for the worst.
Program Watcher::glance() const {
  Program program;
  for (const auto& [trace, watched] : watched_) {
    ProcessMoment moment;
    moment.worst_case = true;
    moment.threads = watched.hot->threads();
    Process process;
    process.pid = watched.pid;
    const ProcessId id = program.processes.add(std::move(process));
    add_states(moment, {}, id, program);
  }
  for (Lock& lock : program.locks)
    lock.permits = 1;  // a pool, too: it waits for ever if one of the holders does
  return program;
}

std::set<Watcher::WaitKey> Watcher::suspicious_waits(const Program& glance, uint64_t now_ns) const {
  std::set<WaitKey> suspects;
  const auto add = [&](size_t i) {
    const ThreadState& state = glance.states[i];
    if (state.wait.kind == WaitKind::nothing || state.wait.since_ns + kBrief > now_ns) return;
    const Thread& thread = glance.threads[state.thread];
    suspects.insert({glance.processes[thread.process].pid, thread.tid, state.wait.number});
  };
  for (const Standstill& standstill : find_standstills(glance)) {
    for (const size_t i : standstill.cycle) add(i);
    for (const size_t i : standstill.behind) add(i);
  }
  for (size_t i = 0; i < glance.states.size(); ++i) {
    const Wait& wait = glance.states[i].wait;
    if (wait.kind != WaitKind::lock) continue;
    if (wait.process_shared || wait.since_ns + options_.stuck_ns < now_ns) add(i);
  }
  return suspects;
}

std::vector<LiveFinding> Watcher::look_closely(uint64_t now_ns) {
  Program program;
  for (auto at = watched_.begin(); at != watched_.end();) {
    const ProcessMoment moment = gordian::look(*at->second.hot, at->second.pid);
    if (moment.tasks.empty()) {
      at = watched_.erase(at);
      continue;
    }
    try {
      const TraceReader trace(at->first);
      const size_t before = program.states.size();
      ingest(trace, program, &moment, Scope::states);
      const bool any_stuck = std::any_of(program.states.begin() + static_cast<ptrdiff_t>(before),
                                         program.states.end(), [&](const ThreadState& state) {
                                           return state.wait.kind == WaitKind::lock &&
                                                  state.wait.since_ns + options_.stuck_ns < now_ns;
                                         });
      if (any_stuck) add_activities(program, before);
    } catch (const BadTrace&) {
      // Its report will say what is wrong with the trace.
    }
    ++at;
  }
  program.stuck_ns = options_.stuck_ns;
  Symbolizer symbolizer(program);
  std::vector<LiveFinding> fresh;
  for (Finding& finding : analyse_states(program, symbolizer)) {
    const std::string key = finding.rule + finding.fingerprint;
    // Threads that hold locks against each other can do so only by being where they are. That a thread has
    // gone, or nobody is left to wake another, also looks so for a moment while a process ends.
    const bool is_certain = !finding.edges.empty() || finding.rule == rules::self_deadlock.id;
    if (!is_certain && now_ns < first_seen_.try_emplace(key, now_ns).first->second + kSeenTwice) continue;
    Suspicion& said = said_[key];
    if (now_ns < said.next_ns) continue;
    const bool again = said.interval_ns != 0;
    said.interval_ns = finding.tier == Tier::actual ? UINT64_MAX / 2
                       : again                      ? 2 * said.interval_ns
                                                    : options_.stuck_ns;
    said.next_ns = now_ns + said.interval_ns;
    fresh.push_back({std::move(finding), again});
  }
  return fresh;
}

}  // namespace gordian
