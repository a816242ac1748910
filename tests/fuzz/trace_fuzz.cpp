// SPDX-License-Identifier: Apache-2.0
//
// Any bytes at all through everything that reads a trace before symbols are asked for: reader, ingest,
// cycles, their judgement. Nothing may crash or read outside the file, and what comes out must hang together.
//
// An input that does not begin with a trace's magic is taken for the records alone, behind a sound header.
// That header is 4096 bytes, nearly all zero: mutations would be lost on it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/findings/feasibility.h"
#include "core/format/trace_reader.h"
#include "core/graph/cycles.h"
#include "core/graph/ordering.h"
#include "core/ingest/ingest.h"

namespace gordian {
namespace {

constexpr char kName[] = "fuzzed.gordian";
constexpr uint64_t kCycleBudget = 100'000;
constexpr size_t kMostJudged = 16;
constexpr uint64_t kJudgeSteps = 1'000;

#define REQUIRE(condition) ((condition) ? (void)0 : broken(#condition, __LINE__))

[[noreturn]] void broken(const char* condition, int line) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, line, condition);
  std::abort();
}

bool is_sentence_about_the_file(const std::string& text) {
  return text.starts_with(std::string(kName) + ": ") && text.find('\n') == std::string::npos;
}

std::vector<char> file_of(const uint8_t* data, size_t size) {
  if (size >= sizeof format::kRecordMagic &&
      std::memcmp(data, format::kRecordMagic, sizeof format::kRecordMagic) == 0) {
    return {data, data + size};
  }
  std::vector<char> bytes(format::kHeaderSize + size);
  format::FileHeader header{};
  std::memcpy(header.magic, format::kRecordMagic, sizeof header.magic);
  header.version = format::kVersion;
  header.header_size = format::kHeaderSize;
  header.pid = 1;
  header.tail = bytes.size();
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy_n(data, size, bytes.begin() + format::kHeaderSize);
  return bytes;
}

void check_stack(const Program& program, StackId stack) {
  REQUIRE(stack == kNoStack || index(stack) < program.stacks.size());
}

void check(const Program& program) {
  for (const std::string& warning : program.warnings) REQUIRE(is_sentence_about_the_file(warning));
  REQUIRE(program.locks.size() == program.graph.lock_count());
  for (const Lock& lock : program.locks) {
    check_stack(program, lock.created);
    check_stack(program, lock.first_taken);
  }
  for (size_t i = 0; i < program.threads.size(); ++i) {
    const Thread& thread = program.threads[static_cast<ThreadId>(i)];
    REQUIRE(thread.tid != 0);
    REQUIRE(thread.parent == kNoThread || index(thread.parent) < i);
    check_stack(program, thread.created);
  }
  for (const Join& join : program.joins) {
    REQUIRE(index(join.joiner) < program.threads.size() && index(join.joined) < program.threads.size());
  }
  const auto check_boundaries = [&](const std::vector<Boundary>& boundaries) {
    for (const Boundary& at : boundaries) REQUIRE(index(at.thread) < program.threads.size());
  };
  for (const Handoff& handoff : program.handoffs) {
    check_boundaries(handoff.before);
    check_boundaries(handoff.after);
  }
  for (const OnceRoutine& once : program.once_routines) {
    REQUIRE(index(once.thread) < program.threads.size());
    check_boundaries(once.returns);
  }
  const auto& chains = program.graph.chains();
  for (size_t i = 0; i < chains.size(); ++i) {
    const Chain& chain = chains[static_cast<ChainId>(i)];
    REQUIRE(chain.outer == kNoChain || index(chain.outer) < i);
    REQUIRE(index(chain.wanted.lock) < program.locks.size());
    check_stack(program, chain.wanted.stack);
    for (const Use& use : chain.uses) REQUIRE(index(use.thread) < program.threads.size());
  }
  for (const Contention& row : program.contention) {
    REQUIRE(row.lock == kNoLock || index(row.lock) < program.locks.size());
    check_stack(program, row.taken);
    check_stack(program, row.waits.longest_at);
    check_stack(program, row.holds.longest_at);
  }
}

void check(const Cycle& cycle, const LockGraph& graph) {
  REQUIRE(cycle.locks.size() >= 2);
  for (size_t i = 0; i < cycle.locks.size(); ++i) {
    REQUIRE(graph.find(cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]));
  }
}

}  // namespace
}  // namespace gordian

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gordian;
  try {
    const TraceReader trace(kName, file_of(data, size));
    Program program;
    ingest(trace, program);
    check(program);
    const Ordering ordering(program);
    size_t judged = 0;
    for (const Cycle& cycle : find_cycles(program.graph, kCycleBudget)) {
      check(cycle, program.graph);
      if (++judged > kMostJudged) continue;
      REQUIRE(judge(cycle, program.graph, ordering, kJudgeSteps).edges.size() <= cycle.locks.size());
    }
  } catch (const BadTrace& bad) {
    REQUIRE(is_sentence_about_the_file(bad.what()));
  }
  return 0;
}
