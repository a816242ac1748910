// SPDX-License-Identifier: Apache-2.0
// notify() calls a copy of the listeners, under no lock. The only order left is model, then registry.
#include "tests/e2e/support.h"

#include <functional>
#include <mutex>
#include <vector>

static std::mutex registry_lock, model_lock;
static std::vector<std::function<void()>> listeners;
static int events;

static void on_event() {
  std::lock_guard hold(model_lock);
  ++events;
}

static void subscribe(std::function<void()> listener) {
  std::lock_guard hold(registry_lock);
  listeners.push_back(std::move(listener));
}

static void notify() {
  std::vector<std::function<void()>> called;
  {
    std::lock_guard hold(registry_lock);
    called = listeners;
  }
  for (const auto& listener : called) listener();
}

static void rebuild() {
  std::lock_guard hold(model_lock);
  subscribe(on_event);
}

int main() {
  subscribe(on_event);
  const Part parts[] = {notify, rebuild};
  run_in_turn(2, parts);
  printf("%d events, %zu listeners\n", events, listeners.size());
}
