// SPDX-License-Identifier: Apache-2.0
#include "core/findings/observed_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace gordian {
namespace {

constexpr char kHeader[] =
    "# The order of locks, for gordian's --order=FILE.\n"
    "# A < B: B may be taken while A is held, and never the other way round. Lines add up: A < B and B < C "
    "make\n"
    "# A < C. This is what a run did: change it to what you intend. Locks without an order here are not "
    "checked.\n";

using Digraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

struct Arc {
  uint64_t count = 0;
  std::string place;  // of its most frequent edge
  uint64_t most = 0;
};

std::string place_of(const Frame& frame) {
  if (frame.file.empty()) return frame.function.empty() ? "an unknown place" : frame.function;
  return fmt::format("{} ({}:{})", frame.function, std::filesystem::path(frame.file).filename().string(),
                     frame.line);
}

// Locks of one class name are one, whatever the executable: a file of names cannot tell them apart.
class ObservedOrder {
 public:
  explicit ObservedOrder(const ClassGraph& graph) {
    std::map<std::string, size_t> numbers;
    for (const ClassNode& node : graph.nodes) numbers.try_emplace(node.name);
    for (auto& [name, number] : numbers) {
      number = names_.size();
      names_.push_back(name);
    }
    for (const ClassEdge& edge : graph.edges) {
      Arc& arc = arcs_[{numbers[graph.nodes[edge.from].name], numbers[graph.nodes[edge.to].name]}];
      arc.count += edge.count;
      if (edge.count > arc.most || arc.place.empty()) {
        arc.most = edge.count;
        arc.place = place_of(edge.wanted_at);
      }
    }
  }

  std::string text() {
    part_arcs();
    std::string text = kHeader;
    if (!order_.empty()) text += "\n";
    for (const std::vector<size_t>& chain : chains()) text += line(chain) + "\n";
    for (const auto& [component, arcs] : undecided_) {
      text += "\n# Not decided: these are taken in more than one order. Uncomment what you intend.\n";
      for (const auto& ends : arcs) {
        const Arc& arc = arcs_[ends];
        text += fmt::format("# {} time{}, as in {}:\n#{}\n", arc.count, arc.count == 1 ? "" : "s", arc.place,
                            line({ends.first, ends.second}));
      }
    }
    if (!nested_in_itself_.empty())
      text += "\n# Nested in another lock of their own class, which has no place here:\n";
    for (const size_t vertex : nested_in_itself_) text += fmt::format("#   {}\n", names_[vertex]);
    if (!unwritable_.empty())
      text += "\n# Names that cannot be written here; make the lock a variable or a member:\n";
    for (const size_t vertex : unwritable_) text += fmt::format("#   {}\n", names_[vertex]);
    return text;
  }

 private:
  using Ends = std::pair<size_t, size_t>;

  // A name taken from an expression may have the sign that parts names.
  bool is_writable(size_t vertex) const { return names_[vertex].find(kBefore) == std::string::npos; }

  // Which arcs have an order, and which are left to a person.
  void part_arcs() {
    Digraph all(names_.size());
    for (const auto& [ends, arc] : arcs_) boost::add_edge(ends.first, ends.second, all);
    std::vector<size_t> component(names_.size());
    boost::strong_components(
        all, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, all)));
    for (const auto& [ends, arc] : arcs_) {
      for (const size_t vertex : {ends.first, ends.second}) {
        if (!is_writable(vertex)) unwritable_.insert(vertex);
      }
      if (ends.first == ends.second) {
        nested_in_itself_.insert(ends.first);
      } else if (!is_writable(ends.first) || !is_writable(ends.second)) {
        continue;
      } else if (component[ends.first] == component[ends.second]) {
        undecided_[component[ends.first]].push_back(ends);
      } else {
        order_.push_back(ends);
      }
    }
  }

  std::vector<std::vector<size_t>> chains() const {
    Digraph graph(names_.size());
    for (const auto& [from, to] : order_) boost::add_edge(from, to, graph);
    std::vector<size_t> inside_out;  // in reverse topological order
    boost::topological_sort(graph, std::back_inserter(inside_out));
    std::vector<size_t> position(names_.size());
    for (size_t i = 0; i < inside_out.size(); ++i) position[inside_out[i]] = inside_out.size() - i;

    std::vector<std::set<size_t>> reached(names_.size());
    std::vector<std::vector<size_t>> needed(names_.size());  // successors, the nearest one last
    for (const size_t from : inside_out) {
      std::vector<size_t> successors;
      for (const auto edge : boost::make_iterator_range(boost::out_edges(from, graph)))
        successors.push_back(boost::target(edge, graph));
      std::ranges::sort(successors, {}, [&](size_t vertex) { return position[vertex]; });
      for (const size_t to : successors) {
        if (!reached[from].insert(to).second) continue;
        reached[from].insert(reached[to].begin(), reached[to].end());
        needed[from].push_back(to);
      }
      std::ranges::reverse(needed[from]);
    }

    std::vector<std::vector<size_t>> chains;
    for (const size_t start : std::vector(inside_out.rbegin(), inside_out.rend())) {
      while (!needed[start].empty()) {
        std::vector<size_t>& chain = chains.emplace_back(std::vector{start});
        while (!needed[chain.back()].empty()) {
          const size_t last = chain.back();
          chain.push_back(needed[last].back());
          needed[last].pop_back();
        }
      }
    }
    return chains;
  }

  std::string line(const std::vector<size_t>& chain) const {
    std::string text = names_[chain.front()];
    for (size_t i = 1; i < chain.size(); ++i) text += fmt::format("{}{}", kBefore, names_[chain[i]]);
    return text;
  }

  std::vector<std::string> names_;  // sorted
  std::map<Ends, Arc> arcs_;
  std::vector<Ends> order_;
  std::map<size_t, std::vector<Ends>> undecided_;  // by component
  std::set<size_t> nested_in_itself_;
  std::set<size_t> unwritable_;
};

}  // namespace

std::string observed_order(const ClassGraph& graph) {
  return ObservedOrder(graph).text();
}

std::vector<std::string> unlisted_classes(const ClassGraph& graph, const IntendedOrder& order) {
  std::set<std::string> unlisted;
  for (const ClassEdge& edge : graph.edges) {
    const std::string& held = graph.nodes[edge.from].name;
    const std::string& wanted = graph.nodes[edge.to].name;
    if (held == wanted) continue;  // an order of classes has nothing to say of it
    for (const std::string& name : {held, wanted}) {
      if (!order.names(name)) unlisted.insert(name);
    }
  }
  return {unlisted.begin(), unlisted.end()};
}

}  // namespace gordian
