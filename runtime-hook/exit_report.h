// SPDX-License-Identifier: Apache-2.0
//
// The report of a process under plain LD_PRELOAD: when it exits, `gordian report` runs as a child and prints
// on its stderr. Nothing is analysed in the process itself.
#ifndef GORDIAN_RUNTIME_HOOK_EXIT_REPORT_H
#define GORDIAN_RUNTIME_HOOK_EXIT_REPORT_H

namespace gordian::hook {

// Notes where this library lies, from which the command is found later; early, before a chroot or a change of
// root.
void remember_own_path();

// Runs the command on `trace` and waits for it. The program under test gets no SIGCHLD and no child to wait
// for.
void print_report(const char* trace);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_EXIT_REPORT_H
