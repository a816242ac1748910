// SPDX-License-Identifier: Apache-2.0
//
// Permits of semaphores that were taken and that nobody posts any more, and named semaphores left behind.
//
// Not every permit is meant to come back: a semaphore may be a signal, or admit so many ever. So only those
// count of which others came back, each by the thread that had taken it, or which others had to wait for.
#ifndef GORDIAN_CORE_FINDINGS_RULES_SEMAPHORE_LEAK_H
#define GORDIAN_CORE_FINDINGS_RULES_SEMAPHORE_LEAK_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule semaphore_leak;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_SEMAPHORE_LEAK_H
