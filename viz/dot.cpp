// SPDX-License-Identifier: Apache-2.0
#include "viz/dot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "viz/label.h"

namespace gordian {
namespace {

constexpr size_t kNodeColumns = 36;
constexpr size_t kSiteColumns = 28;
// More labels than this cannot be read. Beyond, those of the cycles and of the most frequent edges remain.
constexpr size_t kMaxLabelled = 150;
constexpr size_t kFrequentLabelled = 20;

struct Look {
  std::string_view colour;
  std::string_view fill;
  std::string_view style;
  double extra_width;
};

// A cycle that can deadlock leaps to the eye; one that was judged harmless is told apart from both.
Look look(const std::optional<Tier>& cycle) {
  if (!cycle) return {"#5f6b7a", "#f4f6f8", "solid", 0};
  switch (*cycle) {
    case Tier::guarded:
    case Tier::ordered:
    case Tier::single_thread:
      return {"#c97b00", "#fff7e8", "dashed", 0.5};
    default:
      return {"#d01c1c", "#fdefee", "solid", 1.5};
  }
}

// Inside a quoted DOT string, where a backslash would start an escape such as \N. `line_end` places the line
// before it: "\\n" centred, "\\l" at the left.
std::string quoted(std::string_view text, std::string_view line_end = "\\n") {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += line_end;
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// Inside an HTML-like label.
std::string html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string function_and_place(const Frame& frame) {
  return frame.function.empty() ? place(frame)
                                : fmt::format("{} {}", printable(frame.function), place(frame));
}

std::string short_place(const Frame& frame) {
  std::string where(base_name(place(frame)));
  return shorten(where, kSiteColumns);
}

std::string times(uint64_t count) {
  return fmt::format("\xc3\x97{}", count);
}

class DotWriter {
 public:
  DotWriter(std::ostream& out, const ClassGraph& graph, const DotOptions& options)
      : out_(out), graph_(graph) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!options.findings_only || graph.nodes[i].in_cycle)
        by_executable_[graph.nodes[i].executable].push_back(i);
    }
    for (const ClassEdge& edge : graph.edges) {
      if (!options.findings_only || edge.cycle) edges_.push_back(&edge);
    }
    choose_labels();
  }

  void write() {
    out_ << "digraph locks {\n"
            "  graph [rankdir=LR, fontname=\"Helvetica\", fontsize=11, fontcolor=\"#444444\", labelloc=b, "
            "labeljust=l, nodesep=0.35, ranksep=0.7, pad=0.2];\n"
            "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f8\", color=\"#5f6b7a\", "
            "fontname=\"Helvetica\", fontsize=12, margin=\"0.15,0.08\"];\n"
            "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n"
         << "  label=" << quoted(legend(), "\\l") << ";\n";
    size_t cluster = 0;
    for (const auto& [executable, nodes] : by_executable_) {
      if (by_executable_.size() > 1) {
        out_ << "  subgraph cluster_" << cluster++ << " {\n  label=" << quoted(shown_path(executable))
             << "; labelloc=t; color=\"#b0b8c0\"; style=rounded;\n";
      }
      for (const size_t node : nodes) write_node(node);
      if (by_executable_.size() > 1) out_ << "  }\n";
    }
    for (const ClassEdge* edge : edges_) write_edge(*edge);
    out_ << "}\n";
  }

 private:
  // An edge is labelled when it is on a cycle or is counted at least label_from_ times.
  void choose_labels() {
    if (edges_.size() <= kMaxLabelled) return;
    std::vector<uint64_t> counts(edges_.size());
    std::transform(edges_.begin(), edges_.end(), counts.begin(),
                   [](const ClassEdge* edge) { return edge->count; });
    std::sort(counts.begin(), counts.end(), std::greater<>());
    label_from_ = counts[kFrequentLabelled] + 1;
  }

  bool labelled(const ClassEdge& edge) const { return edge.cycle || edge.count >= label_from_; }

  std::string legend() const {
    const bool folded = graph_.fold == Fold::classes;
    size_t shown = 0;
    for (const auto& [executable, nodes] : by_executable_) shown += nodes.size();
    std::string text;
    for (const auto& [executable, nodes] : by_executable_) {
      text += (text.empty() ? "" : ", ") + std::string(base_name(shown_path(executable)));
    }
    text += text.empty() ? "" : ": ";
    text += folded ? counted(shown, "lock class", "lock classes") : counted(shown, "lock", "locks");
    text += fmt::format(", {}. ", counted(edges_.size(), "order", "orders"));
    text +=
        "held \xe2\x86\x92 wanted \xc3\x97times; red: can deadlock; orange, dashed: a cycle judged harmless.";
    if (shown < graph_.nodes.size()) {
      text += fmt::format("\nOnly what lies on a cycle is shown, of {} {}.", graph_.nodes.size(),
                          folded ? "classes" : "locks");
    }
    if (graph_.locks_left_out != 0) {
      text += fmt::format("\nLeft out, never nested with another: {}.", left_out());
    }
    if (label_from_ != 0) {
      text +=
          fmt::format("\nLabelled are the edges of cycles and those taken at least {} times.", label_from_);
    }
    return text + '\n';
  }

  std::string left_out() const {
    std::string locks = counted(graph_.locks_left_out, "lock", "locks");
    if (graph_.fold == Fold::instances || graph_.nodes_left_out == 0) return locks;
    return fmt::format("{} in {}", locks, counted(graph_.nodes_left_out, "class", "classes"));
  }

  void write_node(size_t id) {
    const ClassNode& node = graph_.nodes[id];
    const std::string name = node.name.empty() ? "(unnamed)" : printable(node.name);
    const std::string size = node.locks == 1 ? "" : counted(node.locks, "lock", "locks");
    out_ << "  n" << id << " [label=<<b>" << html(shorten(name, kNodeColumns)) << "</b>";
    if (!size.empty()) out_ << "<br/><font point-size=\"10\" color=\"#555555\">" << size << "</font>";
    out_ << ">, tooltip="
         << quoted(fmt::format("{}\n{}\ntaken {} while another was held", name,
                               counted(node.locks, "lock", "locks"), counted(node.nested, "time", "times")));
    if (node.in_cycle) {
      const Look looks = look(gravest_cycle(id));
      out_ << ", color=\"" << looks.colour << "\", penwidth=2, fillcolor=\"" << looks.fill << '"';
    }
    out_ << "];\n";
  }

  std::optional<Tier> gravest_cycle(size_t node) const {
    std::optional<Tier> tier;
    for (const ClassEdge* edge : edges_) {
      if (edge->cycle && (edge->from == node || edge->to == node)) {
        tier = std::min(tier.value_or(*edge->cycle), *edge->cycle);
      }
    }
    return tier;
  }

  void write_edge(const ClassEdge& edge) {
    const Look looks = look(edge.cycle);
    const double width = 1 + 0.4 * std::log10(static_cast<double>(edge.count) + 1) + looks.extra_width;
    out_ << "  n" << edge.from << " -> n" << edge.to
         << fmt::format(" [penwidth={:.1f}, color=\"{}\", fontcolor=\"{}\", style={}", width, looks.colour,
                        looks.colour, looks.style);
    if (labelled(edge)) out_ << ", label=" << quoted(label(edge));
    out_ << ", tooltip=" << quoted(tooltip(edge)) << "];\n";
  }

  static std::string label(const ClassEdge& edge) {
    std::string text = times(edge.count);
    if (edge.wanted_at.module.empty() && edge.wanted_at.file.empty()) return text;
    if (!edge.wanted_at.function.empty())
      text += "\n" + shorten(printable(edge.wanted_at.function), kSiteColumns);
    return text + "\n" + short_place(edge.wanted_at);
  }

  std::string tooltip(const ClassEdge& edge) const {
    std::string text = fmt::format(
        "{} held, {} wanted\n{} by {}{}, {}\nheld at {}\nwanted at {}",
        printable(graph_.nodes[edge.from].name), printable(graph_.nodes[edge.to].name), times(edge.count),
        edge.more_threads ? "at least " : "", counted(edge.threads, "thread", "threads"),
        counted(edge.sites, "pair of call sites", "pairs of call sites"), function_and_place(edge.held_at),
        function_and_place(edge.wanted_at));
    if (edge.cycle) text += fmt::format("\non a cycle: {}", name(*edge.cycle));
    return text;
  }

  std::ostream& out_;
  const ClassGraph& graph_;
  std::map<std::string, std::vector<size_t>> by_executable_;
  std::vector<const ClassEdge*> edges_;
  uint64_t label_from_ = 0;
};

}  // namespace

void write_dot(std::ostream& out, const ClassGraph& graph, const DotOptions& options) {
  DotWriter(out, graph, options).write();
}

}  // namespace gordian
