// SPDX-License-Identifier: Apache-2.0
//
// Names of functions and variables as a report shows them: qualified, with template arguments, without
// parameters and return type: Account::transfer, std::lock_guard<std::mutex>::lock_guard,
// main::{lambda()#1}::operator().
#ifndef GORDIAN_CORE_SYMBOLIZE_ENTITY_NAME_H
#define GORDIAN_CORE_SYMBOLIZE_ENTITY_NAME_H

#include <elfutils/libdw.h>

#include <string>
#include <string_view>

namespace gordian {

// A demangled name without parameter lists and return type. What it cannot take apart it returns whole.
std::string without_parameters(std::string_view demangled);

// The readable form of an ELF symbol: demangled, and without the suffixes compilers add to clones and to
// static variables of functions (.cold, .constprop.0, .1234).
std::string readable_symbol(const char* symbol);

// The readable name of a function, inlined call, variable or type; empty when it has none.
std::string readable_name(Dwarf_Die* entity);

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_ENTITY_NAME_H
