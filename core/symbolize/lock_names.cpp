// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/lock_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/symbolize/python_expression.h"

namespace gordian {
namespace {

// Lines of source files, each file read once. Files that are gone or changed give what they give: a line that
// no longer holds the call yields no expression.
class SourceLines {
 public:
  std::string_view at(const Frame& frame) {
    if (frame.file.empty() || frame.line == 0) return {};
    const auto [file, is_new] = files_.try_emplace(frame.file);
    if (is_new) {
      std::ifstream stream(frame.file);
      for (std::string line; std::getline(stream, line);) file->second.push_back(line);
    }
    return frame.line <= file->second.size() ? std::string_view(file->second[frame.line - 1])
                                             : std::string_view{};
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> files_;
};

struct Name {
  std::string text;
  std::string class_name;
};

bool is_identifier(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

// a[i + b[j]].m -> a[].m
std::string without_indices(std::string_view expression) {
  std::string result;
  int depth = 0;
  for (const char c : expression) {
    if (c == ']') --depth;
    if (depth == 0) result += c;
    if (c == '[') ++depth;
  }
  return result;
}

// Position of the last `::` outside of template arguments; npos if there is none.
size_t last_scope(std::string_view function) {
  int depth = 0;
  for (size_t i = function.size(); i-- > 1;) {
    if (function[i] == '>') ++depth;
    if (function[i] == '<') --depth;
    if (depth == 0 && function[i] == ':' && function[i - 1] == ':') return i - 1;
  }
  return std::string_view::npos;
}

// Foo::bar::{lambda()#1}::operator() -> Foo::bar
std::string_view without_lambda(std::string_view function) {
  for (const std::string_view lambda : {"::{lambda", "::<lambda"}) {
    function = function.substr(0, function.find(lambda));
  }
  return function;
}

std::string_view last_part(std::string_view function) {
  const size_t scope = last_scope(function);
  return scope == std::string_view::npos ? function : function.substr(scope + 2);
}

std::string_view enclosing_class(std::string_view function) {
  function = without_lambda(function);
  const size_t scope = last_scope(function);
  return scope == std::string_view::npos ? std::string_view{} : function.substr(0, scope);
}

// Whether a function is by its name one that locks something for its caller: mutex_lock, Mutex::Lock,
// MutexLock's constructor.
bool is_wrapper_name(std::string_view function) {
  std::string lower(last_part(function));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view word : {"lock", "acquire", "guard", "enter"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string_view without_this(std::string_view expression) {
  constexpr std::string_view kThis = "this->";
  return expression.starts_with(kThis) ? expression.substr(kThis.size()) : expression;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class Namer {
 public:
  explicit Namer(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  std::optional<Name> from_variable(const Lock& lock) {
    const auto symbol = symbolizer_.data(lock.process, lock.address, lock.seen);
    if (!symbol) return std::nullopt;
    return Name{symbol->path, symbol->family};
  }

  // The same for all locks of these stacks, which may be a million.
  Name from_stacks(const Lock& lock) {
    const StackId first = lock.created != kNoStack ? lock.created : lock.first_taken;
    if (symbolizer_.frames(first).empty()) return make_from_stacks(lock);  // by its address
    const auto [known, is_new] = by_stacks_.try_emplace({lock.created, lock.first_taken, lock.kind});
    if (is_new) known->second = make_from_stacks(lock);
    return known->second;
  }

 private:
  Name make_from_stacks(const Lock& lock) {
    if (auto name = from_creation(lock.created)) return *name;
    for (const StackId stack : {lock.first_taken, lock.created}) {
      if (auto name = from_expression(stack)) return *name;
    }
    const bool created = lock.created != kNoStack;
    const Frame* frame = user_frame(symbolizer_.frames(created ? lock.created : lock.first_taken));
    const std::string where = frame == nullptr
                                  ? fmt::format("at {:#x}", lock.address)
                                  : fmt::format("{} {}", created ? "created" : "taken", place(*frame));
    // What Python makes its locks of is its own affair.
    const bool script = frame != nullptr && frame->script;
    const std::string text = fmt::format("{} {}", script ? "lock" : name(lock.kind), where);
    return {text, text};
  }

  // In Python every lock is created by an expression, and most are assigned to what all call them by.
  std::optional<Name> from_creation(StackId created) {
    const Frame* frame = user_frame(symbolizer_.frames(created));
    if (frame == nullptr || !frame->script) return std::nullopt;
    const std::string expression = python_created_expression(lines_.at(*frame));
    return expression.empty() ? std::nullopt : std::optional(name_of(expression, *frame));
  }

  // The lock expression in the line that took the lock. Where that line belongs to a wrapper and names only
  // what the wrapper was given, the line that calls the wrapper says more: mutex_lock(m) <-
  // mutex_lock(&cache->lock).
  std::optional<Name> from_expression(StackId stack) {
    const std::vector<Frame>& frames = symbolizer_.frames(stack);
    const Frame* frame = user_frame(frames);
    if (frame == nullptr) return std::nullopt;
    const Frame* end = frames.data() + frames.size();
    const Frame* best = nullptr;
    std::string expression;
    for (std::string_view wrapper; frame != end; ++frame) {
      const std::string_view line = lines_.at(*frame);
      if (!wrapper.empty() && line.find(wrapper) == std::string_view::npos) break;
      std::string found = frame->script ? python_lock_expression(line) : lock_expression(line);
      if (found.empty()) break;
      best = frame;
      expression = std::move(found);
      if (!is_identifier(without_this(expression)) || !is_wrapper_name(frame->function)) break;
      wrapper = last_part(frame->function);
      wrapper = wrapper.substr(0, wrapper.find('<'));
    }
    if (best == nullptr) return std::nullopt;
    return name_of(expression, *best);
  }

  static Name name_of(std::string_view expression, const Frame& frame) {
    if (frame.script) return python_name_of(expression, frame);
    const bool of_this = expression.starts_with("this->");
    expression = without_this(expression);
    const std::string_view owner = enclosing_class(frame.function);
    if (!owner.empty() && (of_this || is_identifier(expression))) {
      return {fmt::format("{}::{}", owner, expression),
              fmt::format("{}::{}", owner, without_indices(expression))};
    }
    const std::string_view function = frame.function.empty() ? base_name(frame.file) : frame.function;
    return {std::string(expression), fmt::format("{} ({})", without_indices(expression), function)};
  }

  static Name python_name_of(std::string_view expression, const Frame& frame) {
    constexpr std::string_view kSelf = "self.";
    const std::string_view owner = python_owner(frame.function);
    if (expression.starts_with(kSelf) && !owner.empty()) {
      const std::string name = fmt::format("{}.{}", owner, expression.substr(kSelf.size()));
      return {name, without_indices(name)};
    }
    const std::string_view where = frame.function == "<module>" ? base_name(frame.file) : frame.function;
    return {std::string(expression), fmt::format("{} ({})", without_indices(expression), where)};
  }

  static std::string place(const Frame& frame) {
    const std::string site =
        frame.file.empty()
            ? fmt::format("{}+{:#x}", frame.module.empty() ? "?" : base_name(frame.module), frame.offset)
            : fmt::format("{}:{}", base_name(frame.file), frame.line);
    return frame.function.empty() ? "at " + site : fmt::format("in {} ({})", frame.function, site);
  }

  Symbolizer& symbolizer_;
  SourceLines lines_;
  std::map<std::tuple<StackId, StackId, LockKind>, Name> by_stacks_;
};

// The locks of a process that share a name: which object each is. A variable is one object however often it
// was initialised again; what lies elsewhere is a new object each time.
using Objects = std::vector<uint64_t>;

}  // namespace

void name_locks(Program& program, Symbolizer& symbolizer) {
  Namer namer(symbolizer);
  std::map<std::pair<ProcessId, std::string>, Objects> named_alike;
  Table<LockId, size_t> numbers;
  for (Lock& lock : program.locks) {
    const auto variable = namer.from_variable(lock);
    if (lock.name.empty()) {
      Name found = variable ? *variable : namer.from_stacks(lock);
      lock.name = std::move(found.text);
      lock.class_name = std::move(found.class_name);
    } else {
      lock.class_name = lock.name;
    }

    Objects& objects = named_alike[{lock.process, lock.name}];
    const auto same = variable ? std::find(objects.begin(), objects.end(), lock.address) : objects.end();
    numbers.add(static_cast<size_t>(same - objects.begin()) + 1);
    if (same == objects.end()) objects.push_back(lock.address);
  }
  size_t i = 0;
  for (Lock& lock : program.locks) {
    const size_t number = numbers[static_cast<LockId>(i++)];
    if (named_alike[{lock.process, lock.name}].size() > 1) lock.name += fmt::format(" #{}", number);
  }
  // What several processes share is one lock to a person, too.
  for (Lock& lock : program.locks) {
    const auto shared = program.shared_locks.find(lock.shared_key);
    if (lock.shared_key == 0 || shared == program.shared_locks.end()) continue;
    const Lock& known = program.locks[shared->second];
    if (known.kind != lock.kind || known.process == lock.process) continue;
    lock.name = known.name;
    lock.class_name = known.class_name;
  }
}

}  // namespace gordian
