// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/unheard_signals.h"

#include "runtime-hook/thread_context.h"

namespace gordian::hook {

namespace {

// The check is the condition xor the rest: of words that two writers stored, it does not come out.
struct Signal {
  uint64_t return_address;
  uint64_t path;  // number of the call path
  uint64_t check;

  bool is_of(uint64_t condition) const { return (return_address ^ path ^ check) == condition; }
};
constexpr size_t kSignals = 4096;
Signal signals[kSignals];

Signal& place_of(uint64_t condition) {
  return signals[mix(2, condition) & (kSignals - 1)];
}
Signal read(const Signal& place) {
  return {load(place.return_address), load(place.path), load(place.check)};
}
void write(Signal& place, uint64_t return_address, uint64_t path, uint64_t condition) {
  store(place.return_address, return_address);
  store(place.path, path);
  store(place.check, return_address ^ path ^ condition);
}

bool anybody_waits(const pthread_cond_t* condition) {
  return load(condition->__data.__wrefs) >> 3 != 0;
}

}  // namespace

void note_signal(const pthread_cond_t* condition, CallSite site) {
  const auto address = reinterpret_cast<uint64_t>(condition);
  Signal& place = place_of(address);
  const Signal last = read(place);
  const bool is_known = last.is_of(address);
  if (anybody_waits(condition)) {
    if (is_known && last.return_address != 0) write(place, 0, 0, address);
    return;
  }
  if ((is_known && last.return_address == site.return_address) || context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  CallPath& path = find_path(site);
  stack_of_path(path);
  write(place, site.return_address, number_of(path), address);
}

format::StackRef unheard_signal(uint64_t condition) {
  const Signal last = read(place_of(condition));
  const bool unheard = last.is_of(condition) && last.return_address != 0;
  return unheard ? stack_of_path(paths[last.path]) : format::StackRef::none;
}

}  // namespace gordian::hook
