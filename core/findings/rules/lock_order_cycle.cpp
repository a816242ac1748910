// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/lock_order_cycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/edge_support.h"
#include "core/findings/fingerprint.h"
#include "core/findings/program_cycles.h"
#include "core/findings/tier.h"
#include "core/graph/direction_graph.h"
#include "core/graph/kind_graph.h"
#include "core/graph/ordering.h"
#include "core/symbolize/lock_names.h"

namespace gordian {
namespace {

// An instance of a cause, and how many there are.
struct Cause {
  const LockGraph* graph = nullptr;  // that the cycle is one of
  Cycle cycle;
  Verdict verdict;
  uint64_t count = 0;
  bool more = false;  // at least so many
};

class LockOrderCycle {
 public:
  LockOrderCycle(const Program& program, Context& context, const Rule& rule, rules::Classes classes)
      : program_(program),
        context_(context),
        rule_(rule),
        classes_(classes),
        cycles_(cycles_of(program, context)),
        ordering_(cycles_.ordering()) {}

  // Cycles of locks come first, so that of one cause they are shown rather than one of classes.
  void run() {
    warn_of_those_given_up(cycles_.of_locks());
    add_selected(cycles_.of_locks(), program_.graph);
    DirectionGraph directions;
    if (const LockGraph* kinds = cycles_.kinds()) {
      warn_of_those_given_up(cycles_.of_kinds());
      add_selected(cycles_.of_kinds(), *kinds);
      if (classes_ == rules::Classes::one) directions = direction_graph(program_);
      const std::set<std::string> known = classes_found();
      for (const Cycle& cycle : directions.cycles) {
        if (known.contains(class_of(cycle.locks.front()))) continue;
        add({cycle, judge(cycle, directions.graph, ordering_)}, directions.graph, false);
      }
    }
    std::map<const LockGraph*, std::vector<LockGraph::Edge>> edges;
    for (const auto& [identity, cause] : causes_) {
      for (size_t i = 0; i < cause.cycle.locks.size(); ++i) {
        edges[cause.graph].push_back(
            *cause.graph->find(cause.cycle.locks[i], cause.cycle.locks[(i + 1) % cause.cycle.locks.size()]));
      }
    }
    std::map<const LockGraph*, EdgeSupports> supports;
    for (const auto& [identity, cause] : causes_) {
      graph_ = cause.graph;
      supports_ = &supports.try_emplace(graph_, program_, *graph_, edges[graph_]).first->second;
      context_.findings.push_back(finding(identity, cause));
    }
  }

 private:
  static const ProgramCycles& cycles_of(const Program& program, Context& context) {
    if (!context.cycles) context.cycles = std::make_shared<const ProgramCycles>(program);
    return *context.cycles;
  }

  // Both rules see the same ones; one tells.
  void warn_of_those_given_up(const JudgedCycles& judged) {
    if (judged.given_up == 0 || classes_ == rules::Classes::one) return;
    context_.warnings.push_back(
        fmt::format("The search for cycles was given up for {} of the orders in which two locks are taken: "
                    "cycles through these, longer than those reported, may be missing.",
                    judged.given_up));
  }

  const std::string& class_of(LockId lock) const { return program_.locks[lock].class_name; }

  void add_selected(const JudgedCycles& judged, const LockGraph& graph) {
    for (const JudgedCycle& each : judged.cycles) {
      const bool of_locks = &graph == &program_.graph;
      if (!of_locks && summarised_edges(each.cycle, graph) == 0) continue;
      if (is_of_one_class(each.cycle) == (classes_ == rules::Classes::one)) add(each, graph, judged.more);
    }
  }

  // One lock that is read again is no nesting of two.
  bool is_of_one_class(const Cycle& cycle) const {
    return cycle.locks.size() > 1 && std::ranges::all_of(cycle.locks, [&](LockId lock) {
             return class_of(lock) == class_of(cycle.locks.front());
           });
  }

  // Of what is reported.
  std::set<std::string> classes_found() const {
    std::set<std::string> classes;
    for (const auto& [identity, cause] : causes_) {
      if (cause.verdict.tier == Tier::plausible) classes.insert(class_of(cause.cycle.locks.front()));
    }
    return classes;
  }

  // `more`: there may be others like it.
  void add(const JudgedCycle& judged, const LockGraph& graph, bool more) {
    graph_ = &graph;
    const auto& [cycle, verdict] = judged;
    if (!verdict.blocks) return;
    std::vector<EdgeIdentity> identity = identify(cycle, verdict);
    rotate(identity, smallest_rotation(identity));
    Cause& cause = causes_[std::move(identity)];
    if (cause.count++ == 0 || verdict.tier < cause.verdict.tier) {
      cause = {&graph, cycle, verdict, cause.count, cause.more};
    }
    cause.more |= more;
  }

  static size_t summarised_edges(const Cycle& cycle, const LockGraph& graph) {
    size_t count = 0;
    for (size_t i = 0; i < cycle.locks.size(); ++i) {
      const auto edge = graph.find(cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]);
      if (is_summarised(graph, *edge)) ++count;
    }
    return count;
  }

  bool by_class(LockId lock) const { return graph_->vertex(lock) == LockGraph::Vertex::lock_class; }

  template <typename T>
  static void rotate(std::vector<T>& items, size_t start) {
    std::ranges::rotate(items, items.begin() + static_cast<ptrdiff_t>(start));
  }

  StackId held_stack(const Evidence& evidence) const { return graph_->chain(evidence.held).wanted.stack; }
  StackId wanted_stack(const Evidence& evidence) const { return graph_->chain(evidence.wanted).wanted.stack; }

  // What the user frame is known by: its function, or else the module.
  const std::string& place(StackId stack) {
    const auto [entry, is_new] = places_.try_emplace(stack);
    if (is_new && stack != kNoStack) {
      if (const Frame* user = user_frame(context_.symbolizer.frames(stack))) {
        entry->second = user->function.empty() ? user->module : user->function;
      }
    }
    return entry->second;
  }

  std::vector<EdgeIdentity> identify(const Cycle& cycle, const Verdict& verdict) {
    std::vector<EdgeIdentity> identity;
    for (size_t i = 0; i < cycle.locks.size(); ++i) {
      const Evidence& evidence = verdict.edges[i].evidence;
      identity.push_back({program_.locks[cycle.locks[i]].class_name,
                          program_.locks[cycle.locks[(i + 1) % cycle.locks.size()]].class_name,
                          place(held_stack(evidence)), place(wanted_stack(evidence))});
    }
    return identity;
  }

  Finding finding(const std::vector<EdgeIdentity>& identity, const Cause& cause) {
    Finding finding;
    finding.rule = rule_.id;
    finding.tier = cause.verdict.tier;
    finding.severity = severity(finding.tier, rule_.severity);
    finding.reason = reason(cause.verdict);
    if (program_.runs) {
      finding.reason = runs_reason(cause, finding.reason);
    } else if (std::ranges::any_of(cause.cycle.locks, [&](LockId lock) { return by_class(lock); })) {
      finding.reason +=
          "; seen with so many locks that only their classes were recorded: whether the same locks were ever "
          "taken in both orders is not known";
      // Where every order is as common as that, a program that mixed them up would have shown it among the
      // many that were recorded lock by lock: it keeps objects of one order apart from those of the other.
      if (summarised_edges(cause.cycle, *cause.graph) == cause.cycle.locks.size()) {
        finding.severity = Severity::note;
        finding.reason += ", and not likely: each order is frequent, and no two locks recorded had both";
      } else if (classes_ == rules::Classes::one && finding.severity == Severity::error) {
        finding.severity = Severity::warning;
      }
    }
    finding.fingerprint = fingerprint(finding.rule, identity);
    finding.process = process_name(program_.processes[program_.locks[cause.cycle.locks.front()].process]);
    finding.count = cause.count;
    finding.more_instances = cause.more;

    // Lock ids vary from run to run; beginning where the identity begins shows the same cause in the same
    // way.
    std::vector<LockId> locks = cause.cycle.locks;
    std::vector<EdgeChoice> choices = cause.verdict.edges;
    const size_t start = smallest_rotation(identify(cause.cycle, cause.verdict));
    rotate(locks, start);
    rotate(choices, start);
    for (size_t i = 0; i < locks.size(); ++i) {
      FindingLock& lock = finding.locks.emplace_back(finding_lock(program_.locks[locks[i]]));
      if (by_class(locks[i])) lock.name = lock.class_name;
      const size_t next = (i + 1) % locks.size();
      FindingEdge edge = finding_edge(*graph_->find(locks[i], locks[next]), choices[i]);
      edge.held = i;
      edge.wanted = next;
      finding.locations.push_back(location(edge.wanted_stack));
      finding.edges.push_back(std::move(edge));
    }
    finding.reason += odd_edge(finding);
    if (!program_.runs && involves_processes(choices)) name_processes(finding, choices);
    finding.message = message(finding, cause.verdict);
    for (const EdgeChoice& writer : cause.verdict.writers) finding.moments.push_back(writer_moment(writer));
    return finding;
  }

  // Over locks that several processes share.
  bool involves_processes(const std::vector<EdgeChoice>& choices) const {
    std::set<ProcessId> processes;
    for (const EdgeChoice& edge : choices) {
      if (edge.use) processes.insert(program_.threads[edge.use->thread].process);
    }
    return processes.size() > 1;
  }

  void name_processes(Finding& finding, const std::vector<EdgeChoice>& choices) const {
    for (size_t i = 0; i < choices.size(); ++i) {
      if (!choices[i].use) continue;
      const Thread& thread = program_.threads[choices[i].use->thread];
      finding.edges[i].thread += " of " + process_name(program_.processes[thread.process]);
    }
  }

  FindingEdge finding_edge(LockGraph::Edge edge, const EdgeChoice& choice) {
    FindingEdge result;
    result.thread = choice.use ? thread_name(choice.use->thread) : "another thread";
    if (program_.runs) result.thread += " of " + program_.runs->shown_by[choice.evidence.wanted];
    result.mode = mode_name(graph_->chain(choice.evidence.wanted).wanted);
    result.origin = "run";
    result.count = graph_->count(edge);
    const EdgeSupport& support = supports_->of(edge);
    result.sites = support.sites.size();
    result.threads = support.threads.size();
    result.more_threads = support.more_threads;
    result.held_stack = finding_stack(held_stack(choice.evidence), program_, context_.symbolizer);
    result.wanted_stack = finding_stack(wanted_stack(choice.evidence), program_, context_.symbolizer);
    return result;
  }

  // Who makes a reader queue.
  FindingMoment writer_moment(const EdgeChoice& writer) {
    const Acquisition& wanted = graph_->chain(writer.evidence.wanted).wanted;
    const std::string& lock = program_.locks[wanted.lock].name;
    const std::string thread = writer.use ? thread_name(writer.use->thread) : "another thread";
    return {fmt::format("{} is wanted for writing here", lock),
            fmt::format("{} waits to write {}: from then on readers queue", thread, lock), thread,
            finding_stack(wanted.stack, program_, context_.symbolizer)};
  }

  // Where all other edges rest on so many times more places, this one is likely to be the mistake.
  static constexpr uint64_t kOddBelow = 4;

  static std::string odd_edge(const Finding& finding) {
    if (finding.edges.size() < 2) return "";
    std::vector<FindingEdge> edges = finding.edges;
    std::ranges::sort(edges, {}, &FindingEdge::sites);
    const FindingEdge& odd = edges[0];
    const FindingEdge& next = edges[1];
    if (odd.sites * kOddBelow > next.sites) return "";
    const auto order = [&](const FindingEdge& edge) {
      return fmt::format("{} then {}", finding.locks[edge.held].name, finding.locks[edge.wanted].name);
    };
    const auto places = [](const FindingEdge& edge) {
      return fmt::format("{} pair{} of call sites in {}{} thread{}", edge.sites, edge.sites == 1 ? "" : "s",
                         edge.more_threads ? "at least " : "", edge.threads, edge.threads == 1 ? "" : "s");
    };
    return fmt::format("; the odd one is {}, at {}: {} has {}{}", order(odd), places(odd), order(next),
                       places(next), edges.size() > 2 ? ", and the others no fewer" : "");
  }

  std::string message(const Finding& finding, const Verdict& verdict) const {
    const std::vector<FindingLock>& locks = finding.locks;
    const bool can = finding.tier == Tier::plausible;
    const char* const verb = can ? "can" : "would";
    std::string text;
    if (locks.size() == 1) {
      text = fmt::format(
          "Threads that read {0} and, holding it, read it again {1} deadlock with a thread that wants to "
          "write {0} "
          "in between",
          locks[0].name, verb);
    } else if (locks.size() == 2 && locks[0].class_name == locks[1].class_name) {
      text = fmt::format(
          "Threads that take two locks of {} {} deadlock with threads that take them in the other order",
          locks[0].class_name, verb);
    } else if (locks.size() == 2) {
      text = fmt::format("Threads that take {0} then {1} {2} deadlock with threads that take {1} then {0}",
                         locks[0].name, locks[1].name, verb);
    } else {
      text = "Threads that take ";
      for (size_t i = 0; i < locks.size(); ++i) {
        const bool last = i + 1 == locks.size();
        text += fmt::format("{}{} then {}",
                            i == 0 ? ""
                            : last ? " and "
                                   : ", ",
                            locks[i].name, locks[last ? 0 : i + 1].name);
      }
      text += fmt::format(" {} deadlock with one another", verb);
    }
    if (locks.size() > 1 && !verdict.writers.empty())
      text += " once a writer waits, behind which readers queue";
    const bool timed = std::ranges::any_of(verdict.all(), [&](const EdgeChoice& choice) {
      return graph_->chain(choice.evidence.wanted).wanted.mode == Mode::timed;
    });
    if (timed) text += ", until a timed wait gives up";
    return text + (can ? "." : ", but cannot meet.");
  }

  std::string reason(const Verdict& verdict) const {
    switch (verdict.tier) {
      case Tier::guarded:
        return fmt::format("{} taken while holding {}",
                           verdict.gate->everywhere ? "every edge is" : "two of the edges are",
                           program_.locks[verdict.gate->lock].name);
      case Tier::single_thread:
        return thread_reason(verdict);
      case Tier::ordered:
        return order_reason(verdict);
      default:
        break;
    }
    if (verdict.exhausted)
      return "too many combinations of threads and stacks to rule it out: not all were tried";
    return "taken by threads that could overlap, under no common lock, not ordered by create, join, barrier, "
           "semaphore or once";
  }

  // `otherwise`: the reason if it were one run.
  std::string runs_reason(const Cause& cause, const std::string& otherwise) const {
    std::set<std::string> runs;
    for (const EdgeChoice& edge : cause.verdict.edges) {
      runs.insert(program_.runs->shown_by[edge.evidence.wanted]);
    }
    std::string text = fmt::format(
        "its edges come from different runs, none of which has all of them: {}; {}", fmt::join(runs, "; "),
        cause.verdict.tier == Tier::plausible && !cause.verdict.exhausted
            ? "nothing seen in them keeps their threads apart"
            : otherwise);
    for (const LockId lock : cause.cycle.locks) {
      if (by_class(lock))
        text += fmt::format("; {} stands for several locks: whether the same ones meet is not known",
                            program_.locks[lock].class_name);
    }
    return text;
  }

  std::string thread_reason(const Verdict& verdict) const {
    const ThreadId first = verdict.edges.front().use->thread;
    const std::vector<EdgeChoice> all = verdict.all();
    if (std::ranges::all_of(all, [&](const EdgeChoice& choice) { return choice.use->thread == first; })) {
      return fmt::format("all by one thread, {}", thread_name(first));
    }
    return fmt::format("{} different threads would be needed, fewer took part", all.size());
  }

  std::string order_reason(const Verdict& verdict) const {
    if (!verdict.conflict) return "no combination of threads could overlap under no common lock";
    const std::vector<EdgeChoice> all = verdict.all();
    const Use& first = *all[verdict.conflict->first].use;
    const Use& second = *all[verdict.conflict->second].use;
    const auto by = kept_apart_by(program_, first, second);
    const std::string means = by == OrderedBy::create_and_join ? "" : ", by " + means_of(by);
    if (const auto order = ordering_.precedence(first, second))
      return order_reason(first, second, *order) + means;
    if (const auto order = ordering_.precedence(second, first))
      return order_reason(second, first, *order) + means;
    return fmt::format("{} and {} take turns by {}", thread_name(first.thread), thread_name(second.thread),
                       means_of(by));
  }

  static std::string means_of(std::optional<OrderedBy> by) {
    if (!by) return "several of create, join, barrier, semaphore and once together";
    switch (*by) {
      case OrderedBy::create_and_join:
        return "create and join";
      case OrderedBy::barrier:
        return "a barrier";
      case OrderedBy::semaphore:
        return "a semaphore";
      case OrderedBy::once:
        return "a routine that runs once";
    }
    return "";
  }

  std::string order_reason(const Use& earlier, const Use& later, const Precedence& order) const {
    return fmt::format("{} {} before {} {}", thread_name(earlier.thread),
                       order.joined ? "was joined" : "took its locks", thread_name(later.thread),
                       order.before_creation ? "was created" : "took its own");
  }

  std::string thread_name(ThreadId thread) const { return gordian::thread_name(program_.threads[thread]); }

  const Program& program_;
  Context& context_;
  const Rule& rule_;
  const rules::Classes classes_;
  const ProgramCycles& cycles_;
  const Ordering& ordering_;
  const LockGraph* graph_ = nullptr;  // of the cycle at hand
  EdgeSupports* supports_ = nullptr;  // of that graph
  std::map<std::vector<EdgeIdentity>, Cause> causes_;
  std::unordered_map<StackId, std::string> places_;
};

void run(const Program& program, Context& context) {
  rules::report_cycles(program, context, rules::lock_order_cycle, rules::Classes::several);
}

}  // namespace

void rules::report_cycles(const Program& program, Context& context, const Rule& rule, Classes classes) {
  LockOrderCycle(program, context, rule, classes).run();
}

const Rule rules::lock_order_cycle{"lock-order-cycle", Severity::error, run};

}  // namespace gordian
