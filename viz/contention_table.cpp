// SPDX-License-Identifier: Apache-2.0
#include "viz/contention_table.h"

#include <fmt/format.h>

#include <cstdint>
#include <ostream>
#include <string>

#include "core/findings/describe.h"
#include "viz/label.h"

namespace gordian {
namespace {

constexpr size_t kNameWidth = 40;

std::string share(uint64_t ns, uint64_t of_ns) {
  if (of_ns == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(ns) / static_cast<double>(of_ns));
}

std::string where(const FindingLocation& location) {
  Frame frame;
  frame.file = location.file;
  frame.line = location.line;
  return fmt::format("{} {}", printable(location.function), location.file.empty() ? "" : place(frame));
}

void write_row(std::ostream& out, const char* what, const ContentionTimes& times, uint64_t total_ns,
               uint64_t run_ns) {
  out << fmt::format("  {:6} {:>9} {:>10} {:>10} {:>10} {:>10} {:>9}  {}\n", what, times.count,
                     duration(total_ns), duration(times.p50_ns), duration(times.p99_ns),
                     duration(times.max_ns), share(total_ns, run_ns), where(times.longest_at));
}

}  // namespace

void write_contention(std::ostream& out, const std::vector<ContentionRow>& rows) {
  out << "contention, by class of lock:\n";
  if (rows.empty()) out << "  no lock was waited for, and none was taken often enough to be sampled\n";
  for (const ContentionRow& row : rows) {
    out << fmt::format("{} ({}) in {}\n", shorten(printable(row.lock.class_name), kNameWidth), row.lock.kind,
                       printable(row.process));
    out << fmt::format("  {:6} {:>9} {:>10} {:>10} {:>10} {:>10} {:>9}  {}\n", "", "count", "total", "p50",
                       "p99", "max", "of run", "longest at");
    if (row.waits.count != 0) write_row(out, "waits", row.waits, row.waits.total_ns, row.run_ns);
    if (row.holds.count != 0) write_row(out, "held*", row.holds, row.held_ns, row.run_ns);
  }
  if (!rows.empty()) out << "* a sample of the acquisitions; total and share are those of all, estimated\n";
  out << '\n';
}

}  // namespace gordian
