// SPDX-License-Identifier: Apache-2.0
//
// The argument of the lock call in one line of C or C++, told from its tokens alone. Three kinds of call are
// looked for, the surest first; a kind that occurs once gives the answer, one that occurs twice gives none:
//   1. a lock function of a known library:  pthread_mutex_lock(&x), pthread_cond_wait(&c, &x)
//   2. a guard that is declared, or a method that locks:  std::lock_guard g(x), Guard guard(x), x->lock()
//   3. any other call with one argument whose name says that it locks:  LOCK(x), my_mutex_lock(&x)
#include <array>
#include <cctype>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/symbolize/lock_names.h"
#include "core/symbolize/source_tokens.h"

namespace gordian {
namespace {

// Index of the word that a `<...>` before `end` belongs to, or of the word right before `end`.
size_t name_before(const Tokens& tokens, size_t end) {
  if (end == 0) return kNoToken;
  size_t i = end - 1;
  if (tokens[i].is(">")) {
    int depth = 0;
    for (;; --i) {
      if (tokens[i].is(">")) ++depth;
      if (tokens[i].is("<") && --depth == 0) break;
      if (i == 0 || tokens[i].is(";")) return kNoToken;
    }
    if (i == 0) return kNoToken;
    --i;
  }
  return tokens[i].is_word() ? i : kNoToken;
}

// The words an identifier is made of, in lower case: MutexLocker -> mutex, locker.
std::vector<std::string> words(std::string_view name) {
  std::vector<std::string> result(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if (std::isalpha(c) == 0 || (std::isupper(c) != 0 && after_lower)) result.emplace_back();
    if (std::isalpha(c) != 0) result.back() += static_cast<char>(std::tolower(c));
  }
  return result;
}

bool has_word(std::string_view name, std::initializer_list<std::string_view> wanted) {
  for (const std::string& word : words(name)) {
    for (const std::string_view candidate : wanted) {
      if (word == candidate) return true;
    }
  }
  return false;
}

bool says_unlock(std::string_view name) {
  return has_word(name, {"unlock", "release", "init", "destroy", "is"});
}

bool says_lock(std::string_view name) {
  return !says_unlock(name) && has_word(name, {"lock", "trylock", "timedlock", "clocklock", "rdlock",
                                               "wrlock", "spinlock", "acquire"});
}

bool says_guard(std::string_view name) {
  return !has_word(name, {"unlock", "unlocker", "unguard"}) &&
         has_word(name, {"lock", "locker", "guard", "autolock", "autoguard", "lockguard", "scopedlock",
                         "mutexlock"});
}

// Position of the mutex among the arguments of a known function; kNoToken: not known.
size_t known_argument(std::string_view function) {
  constexpr std::array kFirst = {
      "pthread_mutex_lock",
      "pthread_mutex_trylock",
      "pthread_mutex_timedlock",
      "pthread_mutex_clocklock",
      "pthread_mutex_init",
      "pthread_rwlock_rdlock",
      "pthread_rwlock_wrlock",
      "pthread_rwlock_tryrdlock",
      "pthread_rwlock_trywrlock",
      "pthread_rwlock_timedrdlock",
      "pthread_rwlock_timedwrlock",
      "pthread_rwlock_clockrdlock",
      "pthread_rwlock_clockwrlock",
      "pthread_rwlock_init",
      "pthread_spin_lock",
      "pthread_spin_trylock",
      "pthread_spin_init",
      "sem_wait",
      "sem_trywait",
      "sem_timedwait",
      "sem_clockwait",
      "sem_init",
      "mtx_lock",
      "mtx_trylock",
      "mtx_timedlock",
      "mtx_init",
      "lock_guard",
      "unique_lock",
      "scoped_lock",
  };
  constexpr std::array kSecond = {"pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait",
                                  "cnd_wait", "cnd_timedwait"};
  for (const std::string_view name : kFirst) {
    if (function == name) return 0;
  }
  for (const std::string_view name : kSecond) {
    if (function == name) return 1;
  }
  return kNoToken;
}

bool is_std_guard(std::string_view name) {
  return name == "lock_guard" || name == "unique_lock" || name == "scoped_lock";
}

std::vector<Span> arguments(const Tokens& tokens, size_t open, size_t close) {
  std::vector<Span> result;
  size_t begin = open + 1;
  for (size_t i = begin; i <= close; ++i) {
    const char c = tokens[i].text[0];
    if (i != close && (c == '(' || c == '[' || c == '{')) {
      i = closing(tokens, i);
    } else if (i == close || c == ',') {
      if (i > begin) result.push_back({begin, i});
      begin = i + 1;
    }
  }
  return result;
}

bool starts_expression(const Tokens& tokens, size_t name) {
  if (name == 0) return true;
  const Token& before = tokens[name - 1];
  return !before.is_word() || before.is("return") || before.is("else") || before.is("do") ||
         before.is("co_return");
}

struct Candidates {
  std::vector<std::string> known;
  std::vector<std::string> guards_and_methods;
  std::vector<std::string> wrappers;
};

void add_declaration(const Tokens& tokens, size_t variable, const std::vector<Span>& arguments_, size_t close,
                     Candidates& candidates) {
  const size_t type = name_before(tokens, variable);
  if (type == kNoToken || !says_guard(tokens[type].text)) return;
  const bool ends = close + 1 == tokens.size() || tokens[close + 1].is(";");
  candidates.guards_and_methods.push_back(arguments_.size() == 1 && ends ? path_text(tokens, arguments_[0])
                                                                         : std::string{});
}

void add_call(const Tokens& tokens, size_t open, Candidates& candidates) {
  const size_t name = name_before(tokens, open);
  const size_t close = closing(tokens, open);
  if (name == kNoToken || close == kNoToken) return;
  const std::string_view function = tokens[name].text;
  const std::vector<Span> given = arguments(tokens, open, close);

  if (name > 0 && (tokens[name - 1].is(".") || tokens[name - 1].is("->"))) {
    const bool timed = function.starts_with("try_lock_for") || function.starts_with("try_lock_until");
    if (says_lock(function) && (given.empty() || timed)) {
      candidates.guards_and_methods.push_back(receiver_text(tokens, name - 1));
    }
    return;
  }
  size_t start = name;
  while (start > 1 && tokens[start - 1].is("::") && tokens[start - 2].is_word()) start -= 2;
  const bool declares =
      start > 0 && name_before(tokens, start) != kNoToken && !starts_expression(tokens, start);
  const bool declares_template =
      start > 0 && tokens[start - 1].is(">") && name_before(tokens, start) != kNoToken;
  if (declares || declares_template) {
    add_declaration(tokens, start, given, close, candidates);
    return;
  }
  const size_t position = known_argument(function);
  if (position != kNoToken) {
    const bool usable = position < given.size() && (!is_std_guard(function) || given.size() == 1);
    candidates.known.push_back(usable ? path_text(tokens, given[position]) : std::string{});
  } else if (tokens[open].is("(") && says_lock(function) && given.size() == 1) {
    candidates.wrappers.push_back(path_text(tokens, given[0]));
  }
}

}  // namespace

std::string lock_expression(std::string_view source_line) {
  const std::optional<Tokens> tokens = tokenize(source_line);
  if (!tokens) return {};
  Candidates candidates;
  for (size_t i = 0; i < tokens->size(); ++i) {
    if ((*tokens)[i].is("(") || (*tokens)[i].is("{")) add_call(*tokens, i, candidates);
  }
  for (const auto* kind : {&candidates.known, &candidates.guards_and_methods, &candidates.wrappers}) {
    if (!kind->empty()) return kind->size() == 1 ? kind->front() : std::string{};
  }
  return {};
}

}  // namespace gordian
