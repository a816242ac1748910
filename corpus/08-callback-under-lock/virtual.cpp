// SPDX-License-Identifier: Apache-2.0
// notify(): registry, then model, through a virtual function. rebuild(): model, then registry.
#include "tests/e2e/support.h"

#include <memory>
#include <mutex>
#include <vector>

struct Listener {
  virtual ~Listener() = default;
  virtual void on_event() = 0;
};

static std::mutex registry_lock, model_lock;
static std::vector<std::unique_ptr<Listener>> listeners;
static int events;

struct Model : Listener {
  void on_event() override {
    std::lock_guard hold(model_lock);  // wanted: notify
    ++events;
  }
};

static void subscribe(std::unique_ptr<Listener> listener) {
  std::lock_guard hold(registry_lock);  // wanted: rebuild
  listeners.push_back(std::move(listener));
}

static void notify() {
  std::lock_guard hold(registry_lock);  // held: notify
  for (const auto& listener : listeners) listener->on_event();
}

static void rebuild() {
  std::lock_guard hold(model_lock);  // held: rebuild
  subscribe(std::make_unique<Model>());
}

int main() {
  subscribe(std::make_unique<Model>());
  const Part parts[] = {notify, rebuild};
  run_in_turn(2, parts);
  printf("%d events, %zu listeners\n", events, listeners.size());
}
