// SPDX-License-Identifier: Apache-2.0
//
// That the golden text fits the official schema is checked by sarif.golden_fits_the_schema.
#include "viz/sarif.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/findings/rule.h"
#include "core/findings/rule_pages.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_report.h"

namespace gordian {
namespace {

using nlohmann::ordered_json;

ordered_json written(const Report& report, SarifOptions options = {golden_directory(), "1.2", false}) {
  std::ostringstream out;
  write_sarif(out, report, options);
  return ordered_json::parse(out.str());
}

ordered_json only_result(const Report& report) {
  const ordered_json results = written(report)["runs"][0]["results"];
  EXPECT_EQ(results.size(), 1U);
  return results[0];
}

// Everything that a report can hold, without what differs from machine to machine.
Report full_report() {
  Report report = sample::report();
  report.findings[0].suppressed = true;
  report.findings[0].suppression_reason = "reviewed";
  report.findings[0].baseline = BaselineState::known;
  report.findings.push_back(sample::cycle());
  Finding& moment = report.findings.back();
  moment.rule = "bad-unlock";
  moment.severity = Severity::warning;
  moment.tier = Tier::observed;
  moment.message = "{lambda()#1} unlocks it twice";
  moment.baseline = BaselineState::fresh;
  moment.moments = {{"unlocked here", "where it was unlocked:", "teller (tid 4712)", sample::stack_at(14)}};
  moment.edges.clear();
  report.hidden[0].baseline = BaselineState::fresh;
  report.decisions = {{"s.supp:3"}, {{"deadlock", "00aa", "a hangs"}}, {"a"}};
  return report;
}

TEST(SarifView, IsAsThePageOfTheFormatSays) {
  ordered_json document = written(full_report(), {golden_directory(), "1.2", true});
  ordered_json& run = document["runs"][0];
  ordered_json& root = run["originalUriBaseIds"]["%SRCROOT%"]["uri"];
  EXPECT_EQ(root, "file://" + golden_directory() + "/");
  root = "file:///golden/";
  for (ordered_json& rule : run["tool"]["driver"]["rules"]) rule["help"]["markdown"] = "the page";
  expect_golden("cycle.sarif", document.dump(2) + "\n");
}

TEST(SarifView, PathsAreRelativeToTheRootWhereTheyLieBelowIt) {
  Report report = sample::report();
  const auto uri = [&](const std::string& file) {
    report.findings[0].locations[0].file = file;
    return only_result(report)["locations"][0]["physicalLocation"]["artifactLocation"];
  };
  EXPECT_EQ(uri(golden_directory() + "/a b/../\xc3\xa9#?.c")["uri"], "%C3%A9%23%3F.c");
  EXPECT_EQ(uri(golden_directory() + "/x.c")["uriBaseId"], "%SRCROOT%");
  EXPECT_EQ(uri("x.c")["uriBaseId"], "%SRCROOT%");
  EXPECT_EQ(uri(golden_directory() + "er/x.c")["uri"], "file://" + golden_directory() + "er/x.c");
  EXPECT_FALSE(uri("/x.c").contains("uriBaseId"));
}

TEST(SarifView, WithoutSourceTheModuleIsThePlace) {
  Report report = sample::report();
  report.findings[0].locations = {{"", 0, ""}};
  for (FindingEdge& edge : report.findings[0].edges)
    edge.held_stack = edge.wanted_stack = {{sample::unknown_frame("/usr/bin/bank", 0x1009)}};
  const ordered_json place = only_result(report)["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "file:///usr/bin/bank");
  EXPECT_FALSE(place.contains("region"));
}

TEST(SarifView, WithoutABaselineNothingIsSaidOfOne) {
  const ordered_json result = only_result(sample::report());
  EXPECT_FALSE(result.contains("baselineState"));
  EXPECT_FALSE(result.contains("suppressions"));
  EXPECT_EQ(written(Report{})["runs"][0]["results"], ordered_json::array());
}

TEST(SarifView, BytesThatAreNotUtf8DoNotBreakIt) {
  Report report = sample::report();
  report.findings[0].message = "bad \xff name";
  EXPECT_EQ(only_result(report)["message"]["text"], "bad \xef\xbf\xbd name");
}

TEST(RulePages, EveryRuleHasOneWithASummary) {
  for (const Rule* rule : all_rules()) {
    EXPECT_TRUE(rule_page(rule->id).starts_with("# " + std::string(rule->id) + "\n")) << rule->id;
    const std::string summary = rule_summary(rule->id);
    EXPECT_TRUE(summary.ends_with(".") || summary.ends_with(":")) << rule->id << ": " << summary;
    EXPECT_FALSE(summary.starts_with("*")) << summary;
  }
  EXPECT_EQ(rule_page("no-rule"), "");
  EXPECT_EQ(rule_summary("no-rule"), "");
}

}  // namespace
}  // namespace gordian
