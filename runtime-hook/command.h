// SPDX-License-Identifier: Apache-2.0
//
// Starting the `gordian` command from within the program, under a plain preload: for the report at exit, and
// to watch. The program does not notice: the child sends no SIGCHLD, no wait for any child finds it, and it
// has none of the program's descriptors but stderr.
#ifndef GORDIAN_RUNTIME_HOOK_COMMAND_H
#define GORDIAN_RUNTIME_HOOK_COMMAND_H

namespace gordian::hook {

// Finds the `gordian` command beside libgordian.so. Once, early: the program may change its directory or
// root.
void remember_own_path();

// Analyses the trace and prints the findings, if there are any, on stderr. Returns when that is done.
void print_report(const char* trace);

// Whether this process is to have a watch over it, and has none yet: not where that is not wanted (options),
// nor in the child of a vfork.
bool needs_watch();

// Starts it, if no other thread does; what it finds, it prints on stderr.
void start_watch();

// In the child of a fork, which is not watched yet.
void forget_watch();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_COMMAND_H
