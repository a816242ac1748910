// SPDX-License-Identifier: Apache-2.0
//
// The pages of docs/rules, which the build puts into the program.
#ifndef GORDIAN_CORE_FINDINGS_RULE_PAGES_H
#define GORDIAN_CORE_FINDINGS_RULE_PAGES_H

#include <string>
#include <string_view>

namespace gordian {

// The page of a rule, in Markdown; empty: it has none.
std::string_view rule_page(std::string_view rule);

// Its first paragraph, on one line: what the rule reports.
std::string rule_summary(std::string_view rule);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_RULE_PAGES_H
