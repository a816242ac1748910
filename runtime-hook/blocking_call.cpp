// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/blocking_call.h"

#include <sys/resource.h>

#include "runtime-hook/descriptor.h"
#include "runtime-hook/events.h"

namespace gordian::hook {

namespace {

uint64_t sleeps_so_far() {
  if (is_confined()) return 0;
  rusage usage;
  const long error = call_kernel(SYS_getrusage, RUSAGE_THREAD, reinterpret_cast<long>(&usage));
  return error == 0 ? static_cast<uint64_t>(usage.ru_nvcsw) : 0;
}

// The innermost, but a file lock only if there is no other: input and output is what those are for. Null: all
// were released by other threads.
HeldEntry* innermost_held() {
  HeldEntry* file_lock = nullptr;
  for (HeldEntry* entry = context.top; entry-- > bottom_of(*context.slot);) {
    if (load(entry->lock) == 0) continue;
    if (entry->kind != LockKind::file_lock) return entry;
    if (file_lock == nullptr) file_lock = entry;
  }
  return file_lock;
}

void note(BlockingCall call, format::WaitsFor what, CallSite site, const char* text, uint64_t duration_ns) {
  if (!holds_locks()) return;
  HeldEntry* const held = innermost_held();
  if (held == nullptr) return;
  note_event({.kind = format::EventKind::blocking_call,
              .detail = format::detail_of(call, what),
              .lock = {load(held->lock), held->kind},
              .site = site,
              .held = held,
              .text = text},
             duration_ns);
}

}  // namespace

CallBegun begin_call(BlockingCall call, CallSite site) {
  note(call, format::WaitsFor::nothing, site, "", 0);
  return {sleeps_so_far(), monotonic_ns()};
}

bool has_slept(const CallBegun& begun) {
  return sleeps_so_far() > begun.sleeps;
}

void note_sleep(BlockingCall call, CallSite site, const CallBegun& begun, int fd) {
  const uint64_t duration_ns = monotonic_ns() - begun.at_ns;
  const Unobtrusive unobtrusive;
  Descriptor descriptor = {format::waits_for(call), ""};
  if (fd >= 0) describe(fd, descriptor);
  if (descriptor.kind == format::WaitsFor::descriptor) descriptor.kind = format::WaitsFor::disk;
  note(call, descriptor.kind, site, descriptor.text, duration_ns);
}

}  // namespace gordian::hook
