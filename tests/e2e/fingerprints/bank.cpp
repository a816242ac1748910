// SPDX-License-Identifier: Apache-2.0
// Locks in members of objects on the heap, taken by guards, in a member function, a lambda and a template.
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

class Account {
 public:
  void move_to(Account& other) {
    std::lock_guard<std::mutex> mine(lock_);
    other.receive();
  }
  void receive() {
    std::lock_guard<std::mutex> mine(lock_);
    ++balance_;
  }

 private:
  std::mutex lock_;
  int balance_ = 0;
};

struct Journal {
  std::mutex lock;
  int entries = 0;
  template <typename Write>
  void write(Write how) {
    std::unique_lock<std::mutex> hold(lock);
    how(*this);
  }
};

struct Index {
  std::shared_mutex lock;
  int words = 0;
};

static int unrelated(int value) {
  return value + 1;
}

static void journal_then_index(Journal& journal, Index& index) {
  journal.write([&](Journal& to) {
    const std::scoped_lock<std::shared_mutex> hold(index.lock);
    to.entries = unrelated(to.entries);
  });
}

static void index_then_journal(Journal& journal, Index& index) {
  const std::shared_lock<std::shared_mutex> hold(index.lock);
  journal.write([&](Journal& to) { to.entries += index.words; });
}

int main() {
  const auto one = std::make_unique<Account>();
  const auto other = std::make_unique<Account>();
  const auto journal = std::make_unique<Journal>();
  const auto index = std::make_unique<Index>();
  int done = 0;
  const auto take_turns = [&](int turn, auto what) {
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < turn) std::this_thread::yield();
    what();
    __atomic_fetch_add(&done, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < 2) std::this_thread::yield();
  };
  std::thread first([&] {
    take_turns(0, [&] {
      one->move_to(*other);
      journal_then_index(*journal, *index);
    });
  });
  std::thread second([&] {
    take_turns(1, [&] {
      other->move_to(*one);
      index_then_journal(*journal, *index);
    });
  });
  first.join();
  second.join();
}
