// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/graph/chain_index.h"
#include "core/ingest/handoffs.h"
#include "core/ingest/thread_states.h"

namespace gordian {

namespace {

using format::ChainRef;
using format::LockRef;
using format::StackRef;
using format::ThreadRef;

const char* in_words(format::Dropped reason) {
  switch (reason) {
    case format::Dropped::trace_full:
      return "records not written: the trace reached max-trace, or its disk is full";
    case format::Dropped::call_path_table:
      return "acquisitions without a stack: too many distinct call paths";
    case format::Dropped::stack_table:
      return "stacks stored more than once: too many distinct stacks";
    case format::Dropped::chain_table:
      return "nestings not recorded: too many distinct chains of held locks";
    case format::Dropped::untagged_lock_table:
      return "acquisitions not recorded: too many locks that have no room for a tag";
    case format::Dropped::thread_slot:
      return "threads not watched: too many at once";
    case format::Dropped::held_overflow:
      return "acquisitions not recorded: too many locks held at once";
    case format::Dropped::foreign_unlock:
      return "unlocks of locks that no thread was seen to take";
    case format::Dropped::script_frames:
      return "lock calls without the frames of the script: an interpreter of a version that cannot be read, "
             "or too "
             "many frames";
    case format::Dropped::deep_binding:
      return "libraries opened with RTLD_DEEPBIND or dlmopen, whose lock calls go past the hook";
    case format::Dropped::event_table:
      return "events not recorded: too many distinct ones";
    case format::Dropped::contention_table:
      return "waits and holds not measured: too many classes of locks";
    case format::Dropped::handoff:
      return "handoffs between threads not recorded: nothing was concluded from barriers and semaphores";
    case format::Dropped::count_:
      break;
  }
  return "losses of an unknown kind";
}

// glibc's PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP. Of the other kinds, readers pass by waiting writers:
// also of PREFER_WRITER_NP, which only lets one writer hand the lock to the next
// (pthread_rwlock_common.c, 2.36).
constexpr uint8_t kPrefersWriters = 2;

// One pass over one trace.
class Ingestion {
 public:
  Ingestion(const TraceReader& trace, Program& program, const ProcessMoment* moment)
      : trace_(trace), program_(program), moment_(moment), nodes_(program.graph) {}

  void run(Scope scope) {
    process_ = program_.processes.add(process());
    trace_.for_each<format::EndRecord>(
        [&](uint64_t, const format::EndRecord&) { program_.processes[process_].ended = true; });
    trace_.for_each<format::ModuleRecord>(
        [&](uint64_t offset, const auto& record) { add_module(offset, record); });
    trace_.for_each<format::ScriptFrameRecord>(
        [&](uint64_t offset, const auto& record) { add_script_frame(offset, record); });
    trace_.for_each<format::StackRecord>(
        [&](uint64_t offset, const auto& record) { add_stack(offset, record); });
    trace_.for_each<format::ThreadRecord>(
        [&](uint64_t offset, const auto& record) { add_thread(offset, record); });
    trace_.for_each<format::ThreadNameRecord>([&](uint64_t, const auto& record) { name_thread(record); });
    trace_.for_each<format::SyncRecord>([&](uint64_t, const auto& record) { add_sync(record); });
    add_handoffs();
    trace_.for_each<format::LockNameRecord>(
        [&](uint64_t offset, const auto& record) { add_lock_name(offset, record); });
    trace_.for_each<format::SharedLockRecord>(
        [&](uint64_t, const auto& record) { shared_keys_[record.lock] = record.key; });
    if (scope == Scope::states) return add_states_only();
    trace_.for_each<format::LockRecord>(
        [&](uint64_t offset, const auto& record) { add_lock(offset, record); });
    nodes_.expect(trace_.count<format::ChainRecord>());
    trace_.for_each<format::ChainRecord>(
        [&](uint64_t offset, const auto& record) { add_chain(offset, record); });
    trace_.for_each<format::UseRecord>([&](uint64_t, const auto& record) { add_use(record); });
    trace_.for_each<format::EventRecord>([&](uint64_t, const auto& record) { add_event(record); });
    trace_.for_each<format::ContentionRecord>([&](uint64_t, const auto& record) { add_contention(record); });
    if (moment_ != nullptr) add_moment();
    add_losses();
  }

 private:
  void add_states_only() {
    std::set<uint64_t> addresses;
    for (const HotThread& thread : moment_->threads) {
      addresses.insert(thread.wait.object);
      for (const HotLock& held : thread.held) addresses.insert(held.address);
    }
    trace_.for_each<format::LockRecord>([&](uint64_t offset, const auto& record) {
      if (addresses.contains(record.address)) add_lock(offset, record);
    });
    add_moment();
  }

  void add_moment() {
    trace_.for_each<format::LockEndRecord>([&](uint64_t, const auto& record) {
      if (const auto lock = ids_.locks.find(record.lock)) {
        std::erase_if(ids_.newest_lock, [&](const auto& newest) { return newest.second == *lock; });
      }
    });
    trace_.for_each<format::PathRecord>([&](uint64_t, const auto& record) {
      if (const auto stack = ids_.stacks.find(record.stack)) ids_.path_stacks[record.path] = *stack;
    });
    add_states(*moment_, ids_, process_, program_);
  }

  Process process() const {
    const auto& head = trace_.header();
    Process process;
    process.trace_file = trace_.name();
    process.executable = TraceReader::text(head.executable);
    process.pid = head.pid;
    process.parent_pid = head.parent_pid;
    process.nonce = head.nonce;
    process.started_ns = head.start_realtime_ns;
    process.acquisitions = head.acquisitions;
    if (head.end_realtime_ns > head.start_realtime_ns) {
      process.run_ns = head.end_realtime_ns - head.start_realtime_ns;
    }
    std::string_view rest(head.command, sizeof head.command);
    while (!rest.empty() && rest.front() != '\0') {
      const std::string_view word = rest.substr(0, rest.find('\0'));
      process.command.emplace_back(word);
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    return process;
  }

  void add_module(uint64_t offset, const format::ModuleRecord& record) {
    Module module;
    module.path = trace_.path(record);
    module.build_id.assign(record.build_id, record.build_id + record.build_id_length);
    module.start = record.start;
    module.end = record.end;
    module.load_bias = record.load_bias;
    module.first_seen = offset;
    program_.processes[process_].modules.push_back(std::move(module));
  }

  void add_script_frame(uint64_t offset, const format::ScriptFrameRecord& record) {
    const auto [file, function] = trace_.text(record);
    const auto reference = static_cast<format::ScriptFrameRef>(offset / format::kRecordAlignment);
    program_.processes[process_].script_frames[format::address_of(reference)] = {
        std::string(function), std::string(file), record.line};
  }

  void add_stack(uint64_t offset, const format::StackRecord& record) {
    const auto addresses = trace_.return_addresses(record);
    ids_.stacks.add(offset, program_.stacks.add({process_, offset, record.truncated != 0,
                                                 std::vector<uint64_t>(addresses.begin(), addresses.end()),
                                                 record.proven}));
  }

  void add_thread(uint64_t offset, const format::ThreadRecord& record) {
    if (record.tid == 0) return;  // created in vain, or killed before its first step: it took no lock
    Thread thread;
    thread.process = process_;
    thread.tid = record.tid;
    thread.main = record.tid == trace_.header().pid;
    thread.parent = ids_.threads.find(record.parent).value_or(kNoThread);
    thread.parent_segment = record.parent_segment;
    thread.created = ids_.stacks.find(record.created).value_or(kNoStack);
    thread.start_routine = record.start_routine;
    ids_.threads.add(offset, program_.threads.add(std::move(thread)));
  }

  void name_thread(const format::ThreadNameRecord& record) {
    if (const auto thread = ids_.threads.find(record.thread)) {
      program_.threads[*thread].name = TraceReader::text(record.name);
    }
  }

  void add_sync(const format::SyncRecord& record) {
    const auto thread = ids_.threads.find(record.thread);
    const auto other = ids_.threads.find(record.other);
    if (record.kind == format::SyncKind::end && thread) program_.threads[*thread].ended = true;
    if (record.kind == format::SyncKind::detach) {
      if (other) program_.threads[*other].detached = true;
      if (record.other == ThreadRef::none) program_.processes[process_].joined_unknown = true;
    }
    if (record.kind != format::SyncKind::join) return;
    if (!thread || !other) {
      ++dangling_;
      return;
    }
    program_.joins.push_back({*thread, *other, record.segment});
  }

  void add_handoffs() {
    Handoffs handoffs;
    uint64_t by_nobody = 0;
    trace_.for_each<format::HandoffRecord>([&](uint64_t, const format::HandoffRecord& record) {
      const auto thread = ids_.threads.find(record.thread);
      thread ? handoffs.add(*thread, record) : void(++by_nobody);
    });
    dangling_ += by_nobody;
    const auto dropped = [&](format::Dropped reason) {
      return trace_.header().dropped[static_cast<size_t>(reason)] > 0;
    };
    using format::Dropped;
    if (dropped(Dropped::handoff) || dropped(Dropped::thread_slot) || dropped(Dropped::deep_binding) ||
        by_nobody > 0 || !trace_.problems().empty()) {
      handoffs.forget_barriers_and_semaphores();
    }
    handoffs.conclude(program_);
  }

  void add_lock(uint64_t offset, const format::LockRecord& record) {
    Lock lock;
    lock.process = process_;
    lock.address = record.address;
    lock.kind = static_cast<LockKind>(record.kind);
    lock.recursive = lock.kind == LockKind::mutex && record.type == 1;
    lock.seen = offset;
    lock.attributes = record.attributes;
    if (is_semaphore(record.kind)) lock.permits = record.value;
    lock.created = ids_.stacks.find(record.created).value_or(kNoStack);
    lock.first_taken = ids_.stacks.find(record.first_taken).value_or(kNoStack);
    lock.name = name_at(offset, record);
    lock.shared_key = shared_key(offset, record);
    const bool queues = lock.kind == LockKind::rwlock && record.type == kPrefersWriters;
    const LockId id = program_.locks.add(std::move(lock));
    if (moment_ != nullptr) ids_.newest_lock[{record.address, record.kind}] = id;
    program_.graph.add_lock(is_signal(record) || is_shared_by_threads(record) ? LockGraph::Vertex::signal
                                                                              : LockGraph::Vertex::lock,
                            queues ? LockGraph::Readers::queue : LockGraph::Readers::pass);
    ids_.locks.add(offset, id);
    share(id);
  }

  uint64_t shared_key(uint64_t offset, const format::LockRecord& record) const {
    if (record.kind == format::LockKind::file_lock || record.kind == format::LockKind::system_v_semaphore)
      return record.address;
    const auto key = shared_keys_.find(static_cast<LockRef>(offset / format::kRecordAlignment));
    return key != shared_keys_.end() ? key->second : 0;
  }

  // A lock that another process has too is one vertex. Where this process made it anew, the earlier one
  // counts: which of the two the other process had is not known.
  void share(LockId id) {
    const Lock& lock = program_.locks[id];
    if (lock.shared_key == 0 || program_.graph.vertex(id) == LockGraph::Vertex::signal) return;
    if (!shared_here_.insert(lock.shared_key).second) return;
    const auto [first, is_new] = program_.shared_locks.try_emplace(lock.shared_key, id);
    if (!is_new && program_.locks[first->second].kind == lock.kind) vertices_[id] = first->second;
  }

  static bool has(const format::LockRecord& record, format::LockAttribute attribute) {
    return (record.attributes & static_cast<uint8_t>(attribute)) != 0;
  }

  // A semaphore is a lock if it was made with one permit and whoever waited for it is who posts it. One that
  // other processes use must have been seen to be so. Who has one of several permits keeps nobody out.
  static bool is_signal(const format::LockRecord& record) {
    using format::LockAttribute;
    if (!is_semaphore(record.kind)) return false;
    return record.value != 1 || has(record, LockAttribute::posted_by_other) ||
           (has(record, LockAttribute::process_shared) && !has(record, LockAttribute::posted_by_holder));
  }

  // No thread of the process waits for another's file lock if the process owns it, or one open file
  // description that they share.
  static bool is_shared_by_threads(const format::LockRecord& record) {
    if (record.kind != format::LockKind::file_lock) return false;
    return record.type == static_cast<uint8_t>(format::FileLockType::process_record) || record.value < 2;
  }

  void add_lock_name(uint64_t offset, const format::LockNameRecord& record) {
    names_[{record.address, record.kind}].emplace_back(offset, trace_.lock_name(record));
  }

  // The newest before the lock's record.
  std::string name_at(uint64_t offset, const format::LockRecord& record) const {
    const auto names = names_.find({record.address, record.kind});
    std::string name;
    if (names == names_.end()) return name;
    for (const auto& [since, text] : names->second) {
      if (since < offset) name = text;
    }
    return name;
  }

  void add_chain(uint64_t offset, const format::ChainRecord& record) {
    const auto lock = ids_.locks.find(record.lock);
    const auto outer = chains_.find(record.outer);
    if (!lock || (record.outer != ChainRef::none && !outer)) {
      ++dangling_;
      return;
    }
    Chain chain;
    chain.outer = outer.value_or(kNoChain);
    const auto shared = vertices_.find(*lock);
    chain.wanted = {shared != vertices_.end() ? shared->second : *lock,
                    ids_.stacks.find(record.stack).value_or(kNoStack), static_cast<Mode>(record.mode),
                    record.shared != 0};
    // Two threads that met a new chain in the same instant have both written it: one node, the sum of both
    // counts.
    const ChainId id = nodes_.add(std::move(chain));
    Chain& node = program_.graph.chain(id);
    node.count += record.count;
    node.more_uses |= record.more_uses != 0;
    node.summary |= record.summary != 0;
    chains_.add(offset, id);
  }

  // A thread may have recorded its use of one chain more than once: it came back later, or two records were
  // one chain.
  void add_use(const format::UseRecord& record) {
    const auto chain = chains_.find(record.chain);
    const auto thread = ids_.threads.find(record.thread);
    if (!chain || !thread) {
      ++dangling_;
      return;
    }
    program_.graph.chain(*chain).uses.push_back({*thread, record.first_segment, record.last_segment});
  }

  void add_event(const format::EventRecord& record) {
    if (record.count == 0) return;  // written by two threads at once: the other one counts
    program_.events.push_back(
        {process_, record.kind, record.detail, ids_.locks.find(record.lock).value_or(kNoLock),
         ids_.threads.find(record.thread).value_or(kNoThread),
         ids_.threads.find(record.other).value_or(kNoThread),
         ids_.stacks.find(record.where).value_or(kNoStack),
         ids_.stacks.find(record.held_at).value_or(kNoStack), record.given_back, record.count,
         record.total_ns, record.max_ns, std::string(trace_.text(record))});
  }

  Durations durations(const format::Durations& from) const {
    return {from.count, from.total_ns, from.max_ns, ids_.stacks.find(from.longest_at).value_or(kNoStack),
            std::vector<uint64_t>(std::begin(from.buckets), std::end(from.buckets))};
  }

  void add_contention(const format::ContentionRecord& record) {
    if (record.waits.count == 0 && record.holds.count == 0) return;  // two threads wrote it at once
    program_.contention.push_back({process_, ids_.locks.find(record.lock).value_or(kNoLock),
                                   ids_.stacks.find(record.taken).value_or(kNoStack), record.address,
                                   static_cast<LockKind>(record.kind), durations(record.waits),
                                   durations(record.holds), record.sampled_one_in});
  }

  void add_losses() {
    const auto& dropped = trace_.header().dropped;
    for (uint32_t i = 0; i < std::size(dropped); ++i) {
      if (dropped[i] > 0) {
        program_.losses.push_back({process_, in_words(static_cast<format::Dropped>(i)), dropped[i]});
      }
    }
    for (const std::string& problem : trace_.problems()) program_.warnings.push_back(problem);
    if (dangling_ > 0) {
      program_.warnings.push_back(
          fmt::format("{}: {} records refer to missing ones and were not used", trace_.name(), dangling_));
    }
  }

  const TraceReader& trace_;
  Program& program_;
  const ProcessMoment* moment_;
  ProcessId process_{};
  TraceIds ids_;
  Known<ChainRef, ChainId> chains_;
  std::map<std::pair<uint64_t, format::LockKind>, std::vector<std::pair<uint64_t, std::string>>> names_;
  std::map<LockRef, uint64_t> shared_keys_;
  std::set<uint64_t> shared_here_;     // keys of locks of this trace
  std::map<LockId, LockId> vertices_;  // the lock's in the graph, if it is another process's
  ChainIndex nodes_;
  uint64_t dangling_ = 0;
};

}  // namespace

void ingest(const TraceReader& trace, Program& program, const ProcessMoment* moment, Scope scope) {
  Ingestion(trace, program, moment).run(scope);
}

}  // namespace gordian
