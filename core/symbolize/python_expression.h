// SPDX-License-Identifier: Apache-2.0
//
// What a line of Python says of the lock that it takes or creates. Empty when it cannot be told for certain.
#ifndef GORDIAN_CORE_SYMBOLIZE_PYTHON_EXPRESSION_H
#define GORDIAN_CORE_SYMBOLIZE_PYTHON_EXPRESSION_H

#include <string>
#include <string_view>

namespace gordian {

// "with self.lock:" -> "self.lock"    "if not first.acquire(timeout=1):" -> "first"    "with a, b:" -> ""
std::string python_lock_expression(std::string_view source_line);

// What a lock created in the line is assigned to: "self.lock: Lock = threading.Lock()" -> "self.lock".
// Several made by one line share a name: "locks = [Lock() for _ in range(9)]" -> "locks[]".
std::string python_created_expression(std::string_view source_line);

// The class whose method a function is, by its qualified name; empty if it is none:
// "Bank.move" -> "Bank"    "Bank.move.<locals>.retry" -> "Bank"    "main.<locals>.Task.run" -> "Task"
std::string_view python_owner(std::string_view qualified_name);

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_PYTHON_EXPRESSION_H
