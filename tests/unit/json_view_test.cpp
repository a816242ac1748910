// SPDX-License-Identifier: Apache-2.0
#include "viz/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/golden.h"
#include "tests/unit/sample_report.h"
#include "viz/json_reader.h"

namespace gordian {
namespace {

using nlohmann::json;

json written(const Report& report, bool all_tiers = false) {
  std::ostringstream out;
  write_json(out, report, all_tiers);
  return json::parse(out.str());
}

const json& schema() {
  static const json document = json::parse(file_text(GORDIAN_SOURCE_DIR "/docs/report.schema.json"));
  return document;
}

bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_unsigned();
  if (type == "boolean") return value.is_boolean();
  return type == value.type_name();
}

// Holds `value` against the part of JSON Schema that docs/report.schema.json uses; a key the schema does not
// know is an error too, since then the documentation lags behind.
void expect_fits(const json& value, const json& rule, const std::string& where) {
  if (rule.contains("$ref")) {
    const std::string pointer = rule["$ref"].get<std::string>().substr(1);
    return expect_fits(value, schema().at(json::json_pointer(pointer)), where);
  }
  if (rule.contains("const")) {
    EXPECT_EQ(value, rule["const"]) << where;
  }
  if (rule.contains("enum")) {
    EXPECT_NE(std::find(rule["enum"].begin(), rule["enum"].end(), value), rule["enum"].end())
        << where << value;
  }
  if (rule.contains("type")) {
    EXPECT_TRUE(has_type(value, rule["type"])) << where << " is " << value;
  }
  if (value.is_object()) {
    for (const json& key : rule.value("required", json::array())) {
      EXPECT_TRUE(value.contains(key.get<std::string>())) << where << " lacks " << key;
    }
    for (const auto& [key, member] : value.items()) {
      ASSERT_TRUE(rule["properties"].contains(key)) << where << " has the undocumented " << key;
      expect_fits(member, rule["properties"][key], where + "." + key);
    }
  }
  if (value.is_array()) {
    for (const json& item : value) expect_fits(item, rule["items"], where + "[]");
  }
}

TEST(JsonView, FitsTheSchema) {
  expect_fits(written(sample::report(), true), schema(), "report");
  expect_fits(written(Report{}), schema(), "empty report");
}

TEST(JsonView, TheDocumentedExampleFitsTheSchema) {
  const std::string page = file_text(GORDIAN_SOURCE_DIR "/docs/json.md");
  const std::string fence = "```json\n";
  const size_t begin = page.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const size_t from = begin + fence.size();
  expect_fits(json::parse(page.substr(from, page.find("```", from) - from)), schema(), "example");
}

TEST(JsonView, SaysThatThereMayBeMoreInstancesAndReadsItBack) {
  Report report = sample::report();
  EXPECT_EQ(written(report)["findings"][0]["more_instances"], false);
  report.findings[0].more_instances = true;
  std::stringstream document;
  write_json(document, report, false);
  const std::vector<Finding> read = read_findings(document, "a file");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_TRUE(read[0].more_instances);
}

TEST(JsonView, SaysWhatTheReportSays) {
  Report report = sample::report();
  report.stats.summarised = 477;
  const json document = written(report);
  ASSERT_EQ(document["findings"].size(), 1U);
  const json& finding = document["findings"][0];
  EXPECT_EQ(finding["rule"], "lock-order-cycle");
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["tier"], "plausible");
  EXPECT_EQ(finding["process"], "./bank (pid 4711)");
  EXPECT_EQ(finding["locks"][1]["class"], "accounts[].mutex");
  const json& edge = finding["edges"][1];
  EXPECT_EQ(edge["held"], "accounts[1].mutex");
  EXPECT_EQ(edge["wanted"], "accounts[0].mutex");
  EXPECT_EQ(edge["count"], 12);
  EXPECT_EQ(edge["sites"], 3);
  ASSERT_EQ(edge["wanted_stack"].size(), 4U);
  EXPECT_EQ(edge["wanted_stack"][0]["inlined"], true);
  EXPECT_EQ(edge["wanted_stack"][1]["line"], 10);
  EXPECT_EQ(edge["held_stack"][3]["offset"], 0x89144);
  EXPECT_EQ(document["stats"]["acquisitions"], 4000);
  EXPECT_EQ(document["stats"]["summarised"], 477);
  EXPECT_EQ(document["stats"]["dropped"], 5);
  EXPECT_EQ(document["warnings"][0], "/lib/libc.so.6 has no debug information.");
}

TEST(JsonView, SaysWhatTheUserHasDecided) {
  Report report = sample::report();
  report.findings[0].suppressed = true;
  report.findings[0].suppression_reason = "reviewed";
  report.findings[0].baseline = BaselineState::known;
  report.decisions = {{"s.supp:3"}, {{"deadlock", "00aa", "a hangs"}}, {"a"}};
  const json document = written(report);
  expect_fits(document, schema(), "report");
  EXPECT_EQ(document["findings"][0]["suppressed"], true);
  EXPECT_EQ(document["findings"][0]["suppression_reason"], "reviewed");
  EXPECT_EQ(document["findings"][0]["baseline"], "known");
  EXPECT_EQ(document["unused_suppressions"][0], "s.supp:3");
  EXPECT_EQ(document["not_seen"][0]["fingerprint"], "00aa");
  EXPECT_EQ(document["unlisted"][0], "a");
}

TEST(JsonView, HiddenNotesOnlyOnRequest) {
  const json document = written(sample::report(), true);
  ASSERT_EQ(document["findings"].size(), 2U);
  EXPECT_EQ(document["findings"][1]["severity"], "note");
  EXPECT_EQ(document["findings"][1]["tier"], "guarded");
}

TEST(JsonView, BytesThatAreNotUtf8DoNotBreakIt) {
  Report report = sample::report();
  report.findings[0].edges[0].thread = "bad \xff name";
  EXPECT_EQ(written(report)["findings"][0]["edges"][0]["thread"], "bad \xef\xbf\xbd name");
}

}  // namespace
}  // namespace gordian
