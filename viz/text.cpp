// SPDX-License-Identifier: Apache-2.0
#include "viz/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "viz/contention_table.h"
#include "viz/decision_lines.h"
#include "viz/label.h"
#include "viz/source_excerpt.h"

namespace gordian {
namespace {

enum class Style { plain, strong, dim, gutter, note, warning, error };

std::string_view escape(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::strong:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::gutter:
      return "\x1b[1;34m";
    case Style::note:
      return "\x1b[1;36m";
    case Style::warning:
      return "\x1b[1;33m";
    case Style::error:
      return "\x1b[1;31m";
  }
  return "";
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return Style::note;
    case Severity::warning:
      return Style::warning;
    case Severity::error:
      return Style::error;
  }
  return Style::plain;
}

// A source place to be pointed at, and what happens there.
struct Mark {
  Frame frame;
  std::string what;
};

// Marks this close in one function are shown in one excerpt.
constexpr unsigned kSameExcerptLines = 8;

bool fit_one_excerpt(const Frame& a, const Frame& b) {
  return !a.file.empty() && a.file == b.file && a.function == b.function &&
         std::max(a.line, b.line) - std::min(a.line, b.line) <= kSameExcerptLines;
}

class TextWriter {
 public:
  TextWriter(std::ostream& out, Style severity_style, bool colour, SourceExcerpts& sources)
      : out_(out), severity_style_(severity_style), colour_(colour), sources_(sources) {}

  void write(const Finding& finding) {
    write_headline(finding);
    std::string why(name(finding.tier));
    if (!finding.reason.empty()) why += ": " + printable(finding.reason);
    line("  why: {}", why);
    if (finding.suppressed) line("  suppressed: {}", printable(finding.suppression_reason));
    if (!finding.process.empty()) line("  process: {}", printable(finding.process));
    if (finding.count > 1 || finding.more_instances) {
      line("  seen: {}{} of this cause", finding.more_instances ? "at least " : "",
           counted(finding.count, "instance", "instances"));
    }
    for (size_t i = 0; i < finding.edges.size(); ++i) {
      const std::string number = finding.edges.size() > 1 ? fmt::format("{}. ", i + 1) : "";
      write(finding, finding.edges[i], number);
    }
    for (const FindingMoment& moment : finding.moments) write(moment);
    if (finding.edges.empty() && finding.moments.empty()) write(finding.locations);
    out_ << '\n';
  }

  // For a finding that a baseline lists.
  void write_known(const Finding& finding) { line("known {}", headline(finding)); }

  // For a finding that was told in full before.
  void write_again(const Finding& finding) {
    write_headline(finding);
    line("  told above, while the program ran\n");
  }

 private:
  std::string headline(const Finding& finding) const {
    return fmt::format("{}: {}", paint(severity_style_, name(finding.severity)),
                       paint(Style::strong, fmt::format("{}: {}", finding.rule, printable(finding.message))));
  }

  void write_headline(const Finding& finding) { line("{}", headline(finding)); }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::ostreambuf_iterator<char>(out_), format, std::forward<Args>(args)...);
    out_ << '\n';
  }

  std::string paint(Style style, std::string_view text) const {
    if (!colour_ || style == Style::plain) return std::string(text);
    return fmt::format("{}{}\x1b[0m", escape(style), text);
  }

  void write(const Finding& finding, const FindingEdge& edge, const std::string& number) {
    const std::string held = printable(finding.locks[edge.held].name);
    const std::string wanted = printable(finding.locks[edge.wanted].name);
    const std::string mode =
        edge.mode.empty() || edge.mode == "blocking" ? "" : fmt::format(" ({})", edge.mode);
    const std::string who = edge.thread.empty() ? "" : fmt::format("thread {} ", printable(edge.thread));
    out_ << '\n';
    line("  {}{}", number,
         paint(Style::strong, fmt::format("{}holds {} and wants {}{}", who, held, wanted, mode)));
    std::string often = fmt::format("seen {}, {}", counted(edge.count, "time", "times"),
                                    counted(edge.sites, "pair of call sites", "pairs of call sites"));
    if (edge.threads > 0) {
      often += fmt::format(" by {}{}", edge.more_threads ? "at least " : "",
                           counted(edge.threads, "thread", "threads"));
    }
    if (edge.origin == "static") often = "found in source";
    line("  {:{}}{}", "", number.size(), often);

    std::vector<Mark> marks;
    add_mark(marks, edge.held_stack, held + " is taken here, and kept");
    add_mark(marks, edge.wanted_stack, wanted + " is wanted here");
    write(marks);
    write("where " + held + " was taken:", edge.held_stack);
    write("where " + wanted + " is wanted:", edge.wanted_stack);
  }

  void write(const FindingMoment& moment) {
    out_ << '\n';
    line("  {}", paint(Style::strong, printable(moment.title)));
    std::vector<Mark> marks;
    add_mark(marks, moment.stack, printable(moment.what));
    write(marks);
    write("stack:", moment.stack);
  }

  void write(const std::vector<FindingLocation>& locations) {
    for (const FindingLocation& location : locations) {
      Frame frame;
      frame.function = location.function;
      frame.file = location.file;
      frame.line = location.line;
      write(std::vector<Mark>{{std::move(frame), ""}});
    }
  }

  static void add_mark(std::vector<Mark>& marks, const FindingStack& stack, std::string what) {
    if (stack.frames.empty()) return;
    const size_t user = std::min(stack.user_frame, stack.frames.size() - 1);
    marks.push_back({stack.frames[user], std::move(what)});
  }

  void write(const std::vector<Mark>& marks) {
    if (marks.size() == 2 && fit_one_excerpt(marks[0].frame, marks[1].frame)) return write_excerpt(marks);
    for (const Mark& mark : marks) write_excerpt({mark});
  }

  // Marks in one file, in the order in which they happen:
  //     --> move_money bank.c:14
  //      |
  //   13 |   prepare();
  //   14 |   pthread_mutex_lock(&from->mutex);
  //      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ from->mutex is taken here, and kept
  void write_excerpt(const std::vector<Mark>& marks) {
    const auto [first, last] = std::minmax_element(
        marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.frame.line < b.frame.line; });
    const std::vector<SourceLine> source =
        sources_.around(first->frame.file, first->frame.line, last->frame.line);
    const size_t width = source.empty() ? 1 : std::to_string(source.back().number).size();
    const std::string bar = paint(Style::gutter, fmt::format("    {:{}} |", "", width));
    const Frame& where = marks[0].frame;
    line("    {:{}}{} {}", "", width, paint(Style::gutter, "-->"), function_and_place(where));
    if (source.empty()) {
      for (const Mark& mark : marks) {
        if (!mark.what.empty()) line("{} {}", bar, paint(severity_style_, mark.what));
      }
      return;
    }
    line("{}", bar);
    for (const SourceLine& shown : source) {
      line("{} {}", paint(Style::gutter, fmt::format("    {:{}} |", shown.number, width)), shown.text);
      for (const Mark& mark : marks) {
        if (mark.frame.line == shown.number) line("{} {}", bar, pointer(shown.text, mark.what));
      }
    }
  }

  // The carets under the code of one line, and what happens there.
  std::string pointer(std::string_view code, std::string_view what) const {
    const size_t indent = std::min(code.find_first_not_of(' '), code.size());
    const std::string carets(std::max<size_t>(columns(code.substr(indent)), 1), '^');
    return std::string(indent, ' ') +
           paint(severity_style_, what.empty() ? carets : fmt::format("{} {}", carets, what));
  }

  void write(const std::string& title, const FindingStack& stack) {
    if (stack.frames.empty()) return;
    line("    {}", title);
    for (size_t i = 0; i < stack.frames.size(); ++i) {
      const Frame& frame = stack.frames[i];
      if (i == stack.proven)
        line("      {}", paint(Style::dim, "called, when the next lock was wanted, from"));
      const std::string text =
          fmt::format("#{} {}{}", i, function_and_place(frame), frame.inlined ? " (inlined)" : "");
      line("      {}", paint(i < stack.user_frame ? Style::dim : Style::plain, text));
    }
    if (stack.truncated) line("      {}", paint(Style::dim, "... outer frames were not recorded"));
  }

  static std::string function_and_place(const Frame& frame) {
    return frame.function.empty() ? place(frame)
                                  : fmt::format("{} {}", printable(frame.function), place(frame));
  }

  std::ostream& out_;
  Style severity_style_;
  bool colour_;
  SourceExcerpts& sources_;
};

std::string joined(const std::vector<std::string>& parts) {
  std::string result;
  for (const std::string& part : parts) result += (result.empty() ? "" : ", ") + part;
  return result;
}

std::string by_severity(const std::vector<const Finding*>& shown) {
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const auto count = static_cast<uint64_t>(std::count_if(
        shown.begin(), shown.end(), [&](const Finding* finding) { return finding->severity == severity; }));
    const std::string word(name(severity));
    if (count != 0) parts.push_back(counted(count, word, word + "s"));
  }
  return joined(parts);
}

std::string by_tier(const std::vector<Finding>& hidden) {
  std::array<uint64_t, static_cast<size_t>(Tier::static_only) + 1> counts{};
  for (const Finding& finding : hidden) ++counts[static_cast<size_t>(finding.tier)];
  std::vector<std::string> parts;
  for (size_t tier = 0; tier < counts.size(); ++tier) {
    if (counts[tier] != 0) parts.push_back(fmt::format("{} {}", counts[tier], name(static_cast<Tier>(tier))));
  }
  return joined(parts);
}

std::string watched(const Stats& stats) {
  return joined({counted(stats.processes, "process", "processes"),
                 counted(stats.threads, "thread", "threads"), counted(stats.locks, "lock", "locks"),
                 counted(stats.acquisitions, "acquisition", "acquisitions"),
                 counted(stats.edges, "edge", "edges")});
}

}  // namespace

void write_text(std::ostream& out, const Report& report, const TextOptions& options) {
  SourceExcerpts sources;
  std::vector<const Finding*> open;
  std::vector<const Finding*> known;
  uint64_t suppressed = 0;
  const auto writer = [&](const Finding& finding) {
    return TextWriter(out, style_of(finding.severity), options.colour, sources);
  };
  const auto show = [&](const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      if (finding.suppressed) {
        ++suppressed;
        if (options.show_suppressed) writer(finding).write(finding);
      } else if (finding.baseline == BaselineState::known) {
        known.push_back(&finding);
        if (options.show_known) writer(finding).write(finding);
      } else {
        open.push_back(&finding);
        finding.told&& options.omit_told ? writer(finding).write_again(finding)
                                         : writer(finding).write(finding);
      }
    }
  };
  show(report.findings);
  if (options.all_tiers) show(report.hidden);
  for (const Finding* finding : known) {
    if (!options.show_known) writer(*finding).write_known(*finding);
  }

  if (options.contention) write_contention(out, report.contention);
  for (const std::string& warning : report.warnings)
    out << "gordian: warning: " << printable(warning) << '\n';
  write_decisions(out, report.decisions);
  const char* const none = known.empty() ? "no findings" : "no new findings";
  out << "gordian: " << (open.empty() ? none : by_severity(open)) << " in " << watched(report.stats);
  if (!known.empty())
    out << "; " << known.size() << " known" << (options.show_known ? "" : " (--show-known)");
  if (suppressed != 0)
    out << "; " << suppressed << " suppressed" << (options.show_suppressed ? "" : " (--show-suppressed)");
  if (!options.all_tiers && !report.hidden.empty()) {
    out << "; " << counted(report.hidden.size(), "note", "notes") << " hidden: " << by_tier(report.hidden)
        << "; --all-tiers shows " << (report.hidden.size() == 1 ? "it" : "them");
  }
  if (report.stats.summarised != 0) out << "; " << report.stats.summarised << " nestings counted by kind";
  if (report.stats.dropped != 0) out << "; " << report.stats.dropped << " dropped";
  out << '\n';
}

void write_text(std::ostream& out, const Finding& finding, const TextOptions& options) {
  SourceExcerpts sources;
  TextWriter(out, style_of(finding.severity), options.colour, sources).write(finding);
}

}  // namespace gordian
