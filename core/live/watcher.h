// SPDX-License-Identifier: Apache-2.0
//
// Watches processes while they run, from outside: by their hot files, which they keep in shared memory
// anyway. The processes do nothing for it.
//
// Every look takes the waits of all threads as they stand, cheaply, and asks the wait-for graph whether some
// could be for ever. Only if so are the traces read and the processes looked at closely (look.h); what that
// confirms is a finding. Something suspicious that was not confirmed is looked at again at doubling
// intervals, up to a second.
//
// Not thread-safe. A look costs about 1 us for each thread as long as nothing is suspicious.
#ifndef GORDIAN_CORE_LIVE_WATCHER_H
#define GORDIAN_CORE_LIVE_WATCHER_H

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/findings/finding.h"
#include "core/format/hot_reader.h"
#include "core/graph/program.h"

namespace gordian {

struct WatchOptions {
  uint64_t stuck_ns = 10'000'000'000;  // a holder is stuck when somebody has waited that long for it
};

// A finding of this moment.
struct LiveFinding {
  Finding finding;
  bool again = false;  // said before: it still holds
};

class Watcher {
 public:
  // `traces`: a directory of traces, those to come included, or one trace.
  explicit Watcher(std::filesystem::path traces, WatchOptions options = {});
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // What is new since the last look.
  std::vector<LiveFinding> look();

 private:
  struct Watched {
    std::unique_ptr<HotReader> hot;
    uint32_t pid = 0;
  };
  // Whose wait: a thread, and which of its waits.
  struct WaitKey {
    uint32_t pid;
    uint32_t tid;
    uint32_t number;
    friend auto operator<=>(const WaitKey&, const WaitKey&) = default;
  };
  struct Suspicion {
    uint64_t next_ns = 0;  // when to look closely again
    uint64_t interval_ns = 0;
  };

  void find_traces();
  bool add(const std::filesystem::path& trace);
  Program glance() const;
  std::set<WaitKey> suspicious_waits(const Program& glance, uint64_t now_ns) const;
  std::vector<LiveFinding> look_closely(uint64_t now_ns);

  std::filesystem::path traces_;
  WatchOptions options_;
  std::filesystem::file_time_type scanned_{};
  std::map<std::filesystem::path, Watched> watched_;
  std::set<WaitKey> suspects_;
  Suspicion suspicion_;
  std::map<std::string, Suspicion> said_;  // by rule and fingerprint
  std::map<std::string, uint64_t> first_seen_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_LIVE_WATCHER_H
