// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/command.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime-hook/options.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

namespace {

constexpr size_t kStack = 64 << 10;
char command[1024];  // empty: not found

struct Child {
  const char* path;
  char* const* arguments;
  char* const* environment;
  sigset_t signals;  // the program's mask, for the command to start with
};

// The child shares our memory until it execs: it may do nothing but that. Descriptors are its own.
int exec_child(void* argument) {
  const auto& child = *static_cast<const Child*>(argument);
  close_range(STDERR_FILENO + 1, ~0U, 0);
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  open("/dev/null", O_RDWR);
  open("/dev/null", O_RDWR);
  setsid();  // what ends the program from the keyboard does not end its report
  sigprocmask(SIG_SETMASK, &child.signals, nullptr);
  execve(child.path, child.arguments, child.environment);
  _exit(127);
}

bool is_ours(const char* variable) {
  return strncmp(variable, "LD_PRELOAD=", 11) == 0 || strncmp(variable, "GORDIAN_OPTIONS=", 16) == 0;
}

// The process id of the child, or -1.
int start(char* const* arguments) {
  char* stack = map_zeroed<char>(kStack);
  size_t count = 0;
  while (environ[count] != nullptr) ++count;
  char** environment = map_zeroed<char*>(count + 1);
  if (stack == nullptr || environment == nullptr) return -1;
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_ours(environ[i])) environment[kept++] = environ[i];
  }
  Child child{command, arguments, environment, {}};
  // No handler of the program may run in the child, which shares its memory.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &child.signals);
  // No termination signal in the flags: the program's SIGCHLD handler must not see this child.
  const int pid = clone(exec_child, stack + kStack, CLONE_VM | CLONE_VFORK, &child);
  sigprocmask(SIG_SETMASK, &child.signals, nullptr);
  munmap(stack, kStack);
  munmap(environment, (count + 1) * sizeof(char*));
  return pid;
}

// The option, or the end of the arguments.
char* suppressions() {
  return options.suppressions[0] != 0 ? options.suppressions : nullptr;
}

bool watch_started;

}  // namespace

void remember_own_path() {
  Dl_info self;
  char path[4096];
  if (dladdr(command, &self) == 0 || *self.dli_fname != '/' || strlen(self.dli_fname) >= sizeof path) return;
  strcpy(path, self.dli_fname);
  // lib/gordian/libgordian.so and bin/gordian, wherever the two were moved together.
  for (int up = 0; up < 3; ++up) {
    char* slash = strrchr(path, '/');
    if (slash == nullptr) return;
    *slash = 0;
  }
  if (strlen(path) + sizeof "/bin/gordian" > sizeof command) return;
  strcpy(command, path);
  strcat(command, "/bin/gordian");
  if (access(command, X_OK) != 0) command[0] = 0;
}

void print_report(const char* trace) {
  char report[] = "report";
  char at_exit[] = "--at-exit";
  char* arguments[] = {command, report, at_exit, const_cast<char*>(trace), suppressions(), nullptr};
  const int pid = command[0] != 0 ? start(arguments) : -1;
  if (pid < 0) {
    say("trace written to ", trace, "; look at it with: gordian report ", trace);
    return;
  }
  int status;
  while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR) {
  }
}

bool needs_watch() {
  return options.report && !load(watch_started) && command[0] != 0 && !is_confined();
}

void start_watch() {
  bool expected = false;
  if (!exchange_if(watch_started, expected, true)) return;
  const Unobtrusive unobtrusive;
  if (recorder().header().pid != static_cast<uint32_t>(getpid())) return;
  char watch[] = "watch";
  char pid[16];
  snprintf(pid, sizeof pid, "%d", getpid());
  char* const trace = const_cast<char*>(recorder().file().path());
  char* arguments[] = {command, watch, options.stuck,  options.on_deadlock,
                       pid,     trace, suppressions(), nullptr};
  const int watcher = start(arguments);
  // Where only parents may look into processes (Yama), it needs leave to.
  if (watcher > 0) call_kernel(SYS_prctl, PR_SET_PTRACER, watcher);
}

void forget_watch() {
  watch_started = false;
}

}  // namespace gordian::hook
