// SPDX-License-Identifier: Apache-2.0
//
// The things of a program in the words and frames of a finding.
#ifndef GORDIAN_CORE_FINDINGS_DESCRIBE_H
#define GORDIAN_CORE_FINDINGS_DESCRIBE_H

#include <cstdint>
#include <string>

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

std::string process_name(const Process& process);  // server (pid 4711)
std::string thread_name(const Thread& thread);     // worker (tid 4712), main thread
FindingLock finding_lock(const Lock& lock);
std::string mode_name(const Acquisition& wanted);  // blocking, timed, read ...
FindingStack finding_stack(StackId stack, const Program& program, Symbolizer& symbolizer);

std::string duration(uint64_t ns);  // 300 ns, 3.1 ms

// The user frame; empty for an empty stack.
FindingLocation location(const FindingStack& stack);

// The function that a person would name for a stack, or its module; empty: not known.
std::string function_at(StackId stack, Symbolizer& symbolizer);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_DESCRIBE_H
