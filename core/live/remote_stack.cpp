// SPDX-License-Identifier: Apache-2.0
#include "core/live/remote_stack.h"

#include <elfutils/libdwfl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <memory>

namespace gordian {
namespace {

constexpr size_t kMostFrames = 64;
constexpr int kPatienceMs = 100;

// A thread that stands still for as long as this lives.
class Stopped {
 public:
  explicit Stopped(uint32_t tid) : tid_(static_cast<pid_t>(tid)) {
    if (ptrace(PTRACE_SEIZE, tid_, nullptr, nullptr) != 0) return;
    seized_ = true;
    if (ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr) != 0) return;
    for (int waited = 0; waited < kPatienceMs && !stopped_; ++waited) {
      int status = 0;
      stopped_ = waitpid(tid_, &status, __WALL | WNOHANG) == tid_ && WIFSTOPPED(status);
      const timespec millisecond{0, 1'000'000};
      if (!stopped_) nanosleep(&millisecond, nullptr);
    }
  }
  // One that has not stopped yet cannot be let go: it is when this process ends, or traced no more when it
  // does.
  ~Stopped() {
    if (seized_) ptrace(PTRACE_DETACH, tid_, nullptr, nullptr);
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  explicit operator bool() const { return stopped_; }

 private:
  pid_t tid_;
  bool seized_ = false;
  bool stopped_ = false;
};

int add_frame(Dwfl_Frame* frame, void* argument) {
  auto& addresses = *static_cast<std::vector<uint64_t>*>(argument);
  Dwarf_Addr pc = 0;
  bool is_activation = false;
  if (!dwfl_frame_pc(frame, &pc, &is_activation)) return DWARF_CB_ABORT;
  // A stack holds return addresses: the one in front of it is where its frame is. So of an instruction, the
  // next.
  addresses.push_back(pc + (is_activation ? 1 : 0));
  return addresses.size() < kMostFrames ? DWARF_CB_OK : DWARF_CB_ABORT;
}

void add_module_of(uint64_t address, Dwfl* dwfl, Process& process) {
  const bool is_known = std::ranges::any_of(
      process.modules, [&](const Module& module) { return module.start <= address && address < module.end; });
  Dwfl_Module* found = is_known ? nullptr : dwfl_addrmodule(dwfl, address);
  if (found == nullptr) return;
  Module module;
  GElf_Addr bias = 0;
  const char* file = nullptr;
  const char* name =
      dwfl_module_info(found, nullptr, &module.start, &module.end, nullptr, nullptr, &file, nullptr);
  dwfl_module_getelf(found, &bias);
  module.path = file != nullptr ? file : name != nullptr ? name : "";
  module.load_bias = bias;
  process.modules.push_back(std::move(module));
}

}  // namespace

std::vector<uint64_t> remote_stack(uint32_t tid, Process& process) {
  std::vector<uint64_t> addresses;
  static const Dwfl_Callbacks callbacks = {dwfl_linux_proc_find_elf, dwfl_standard_find_debuginfo, nullptr,
                                           nullptr};
  const std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl(dwfl_begin(&callbacks), dwfl_end);
  const auto pid = static_cast<pid_t>(process.pid);
  if (dwfl == nullptr || dwfl_linux_proc_report(dwfl.get(), pid) != 0 ||
      dwfl_report_end(dwfl.get(), nullptr, nullptr) != 0) {
    return addresses;
  }
  const Stopped stopped(tid);
  if (!stopped || dwfl_linux_proc_attach(dwfl.get(), pid, true) != 0) return addresses;
  dwfl_getthread_frames(dwfl.get(), static_cast<pid_t>(tid), add_frame, &addresses);
  for (const uint64_t address : addresses) add_module_of(address, dwfl.get(), process);
  return addresses;
}

}  // namespace gordian
