// SPDX-License-Identifier: Apache-2.0
//
// Traces of several runs of a program, made by hand, in the words of a test.
#ifndef GORDIAN_TESTS_UNIT_RUN_BUILDER_H
#define GORDIAN_TESTS_UNIT_RUN_BUILDER_H

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest/ingest.h"
#include "tests/unit/trace_builder.h"

namespace gordian {

// The trace of a process of "/opt/server". Code lies somewhere else in each trace.
class RunBuilder {
 public:
  explicit RunBuilder(uint64_t nonce, uint64_t run = 0, std::string_view executable = "/opt/server")
      : base_(0x10'0000 * (nonce % 64 + 1)) {
    format::FileHeader& header = trace_.header();
    header.nonce = nonce;
    header.run = run != 0 ? run : nonce;
    header.pid = static_cast<uint32_t>(4000 + nonce);
    header.start_realtime_ns = 1'000'000'000'000 + nonce * 1'000'000'000;
    header.end_realtime_ns = header.start_realtime_ns + 1'000'000;
    std::memcpy(header.executable, executable.data(), executable.size());
    trace_.module(executable, base_, base_ + 0x10'0000, base_);
    main_ = trace_.thread(trace_.header().pid);
  }

  format::ThreadRef main() const { return main_; }

  // A thread that runs the function `role`, created by the main thread in its segment `segment`.
  format::ThreadRef thread(uint64_t role, uint32_t segment = 0) {
    format::ThreadRecord record{};
    record.tid = next_tid_++;
    record.parent = main_;
    record.parent_segment = segment;
    record.start_routine = base_ + role;
    return trace_.append<format::ThreadRef>(record);
  }

  void join(format::ThreadRef joined, uint32_t segment) { trace_.join(main_, joined, segment); }

  // `thread` takes the locks of these names, each inside those before it, in the function `function`.
  void nest(format::ThreadRef thread, const std::vector<std::string>& locks, uint64_t function = 0,
            uint32_t segment = 0) {
    auto outer = format::ChainRef::none;
    uint64_t depth = 0;
    for (const std::string& name : locks) {
      const auto stack = trace_.stack({base_ + 0x1000 + function * 0x100 + ++depth * 0x10});
      outer = trace_.chain(outer, lock(name), stack);
      trace_.use(outer, thread, segment, segment);
    }
  }

  // Another lock by that name; the next nestings take it.
  void another(const std::string& name) { locks_.erase(name); }

  // It is in memory that other processes map, too.
  void share(const std::string& name, uint64_t key) {
    format::SharedLockRecord record{};
    record.lock = lock(name);
    record.key = key;
    trace_.append<format::SharedLockRef>(record);
    ++trace_.header().shared_locks;
  }

  const std::vector<char>& bytes() const { return trace_.bytes(); }
  void ingest(Program& program) const { gordian::ingest(trace_.reader(), program); }
  Program program() const {
    Program program;
    ingest(program);
    return program;
  }

 private:
  format::LockRef lock(const std::string& name) {
    const auto [known, is_new] = locks_.try_emplace(name, format::LockRef::none);
    if (is_new) {
      const uint64_t address = 0x7000'0000 + 64 * next_lock_++;
      format::LockNameRecord record{};
      record.address = address;
      record.length = static_cast<uint32_t>(name.size());
      trace_.append<format::LockRef>(record, name);
      known->second = trace_.lock(address);
    }
    return known->second;
  }

  TraceBuilder trace_;
  uint64_t base_;
  format::ThreadRef main_{};
  uint32_t next_tid_ = 9000;
  uint64_t next_lock_ = 0;
  std::map<std::string, format::LockRef> locks_;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_RUN_BUILDER_H
