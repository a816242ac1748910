// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/same_class_nesting.h"

#include "core/findings/rules/lock_order_cycle.h"

namespace gordian {
namespace {

void run(const Program& program, Context& context) {
  rules::report_cycles(program, context, rules::same_class_nesting, rules::Classes::one);
}

}  // namespace

const Rule rules::same_class_nesting{"same-class-nesting", Severity::error, run};

}  // namespace gordian
