// SPDX-License-Identifier: Apache-2.0
//
// Runs fixtures/symbolize_fixture.cpp, built in several ways, and symbolizes the addresses it prints of
// itself.
#include "core/symbolize/symbolizer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/symbolize/elf_image.h"
#include "core/symbolize/entity_name.h"

namespace gordian {
namespace {

using testing::TestWithParam;

std::string fixture_path(const std::string& name) {
  return std::string(FIXTURE_DIR) + "/" + name;
}

// What one run of the fixture told of itself.
struct FixtureRun {
  Module module;
  std::vector<uint64_t> return_addresses;
  std::map<std::string, uint64_t> variables;  // by the name each should be given
};

FixtureRun run_fixture(const std::string& path) {
  FixtureRun run;
  run.module.path = path;
  FILE* pipe = popen(path.c_str(), "r");
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind >> std::hex;
    if (kind == "module") words >> run.module.start >> run.module.end >> run.module.load_bias;
    for (uint64_t address; kind == "stack" && words >> address;) run.return_addresses.push_back(address);
    uint64_t address = 0;
    std::string name;
    if (kind == "data" && words >> address >> name) run.variables[name] = address;
  }
  return run;
}

// One process with one module and the stack.
Program program_of(const FixtureRun& run) {
  Program program;
  const ProcessId process = program.processes.add({});
  program.processes[process].modules.push_back(run.module);
  program.stacks.add({.process = process,
                      .seen = 0,
                      .truncated = false,
                      .return_addresses = run.return_addresses,
                      .proven = run.return_addresses.size()});
  return program;
}

// The line of the fixture's source that is marked with `name`.
unsigned line_of(const std::string& name) {
  std::ifstream source(FIXTURE_SOURCE);
  unsigned number = 0;
  for (std::string line; std::getline(source, line);) {
    ++number;
    if (line.ends_with("// line of: " + name)) return number;
  }
  return 0;
}

// The frames that lie in the fixture's module; behind them come those of libc.
std::vector<Frame> own_frames(const std::vector<Frame>& frames) {
  std::vector<Frame> result;
  for (const Frame& frame : frames) {
    if (!frame.module.empty()) result.push_back(frame);
  }
  return result;
}

std::string family_of(std::string path) {
  for (size_t at = 0; (at = path.find('[', at)) != std::string::npos; ++at) {
    path.erase(at + 1, path.find(']', at) - at - 1);
  }
  return path;
}

class SymbolizerTest : public TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(fixture_path(GetParam()))) GTEST_SKIP() << GetParam() << " was not built";
  }
};

TEST_P(SymbolizerTest, ExpandsInlinedCalls) {
  const Program program = program_of(run_fixture(fixture_path(GetParam())));
  Symbolizer symbolizer(program);
  const std::vector<Frame> frames = own_frames(symbolizer.frames(StackId{0}));
  const struct {
    std::string function;
    std::string line;
    bool inlined;
  } expected[] = {
      {"(anonymous namespace)::leaf", "leaf", true},
      {"bank::Account::transfer", "transfer", false},
      {"bank::Ledger<int>::post", "post", true},
      {"", "lambda", false},  // compilers disagree on the name
      {"run_all", "run_all", false},
      {"main", "main", false},
  };
  ASSERT_GE(frames.size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    SCOPED_TRACE(expected[i].line);
    if (!expected[i].function.empty()) {
      EXPECT_EQ(frames[i].function, expected[i].function);
    }
    EXPECT_EQ(frames[i].file, FIXTURE_SOURCE);
    EXPECT_EQ(frames[i].line, line_of(expected[i].line));
    EXPECT_EQ(frames[i].inlined, expected[i].inlined);
    EXPECT_EQ(frames[i].module, fixture_path(GetParam()));
  }
  EXPECT_TRUE(frames[3].function.starts_with("run_all::")) << frames[3].function;
  EXPECT_TRUE(symbolizer.warnings().empty());
}

TEST_P(SymbolizerTest, NamesStaticVariablesDownToTheMember) {
  const FixtureRun run = run_fixture(fixture_path(GetParam()));
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  ASSERT_GE(run.variables.size(), 10U);
  for (const auto& [name, address] : run.variables) {
    const auto symbol = symbolizer.data(ProcessId{0}, address, 0);
    ASSERT_TRUE(symbol) << name;
    EXPECT_EQ(symbol->path, name);
    EXPECT_EQ(symbol->family, family_of(name));
  }
}

TEST_P(SymbolizerTest, CodeIsTheFunctionThatStartsThere) {
  FixtureRun run = run_fixture(fixture_path(GetParam()));
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  // Not a return address: the frame of the very address, which the call before it does not share.
  const auto frame = symbolizer.code(ProcessId{0}, run.return_addresses[0], 0);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->function, "bank::Account::transfer");
  EXPECT_EQ(frame->offset, run.return_addresses[0] - run.module.load_bias);
  EXPECT_FALSE(symbolizer.code(ProcessId{0}, 16, 0));
}

INSTANTIATE_TEST_SUITE_P(Builds, SymbolizerTest,
                         testing::Values("fixture_unoptimized", "fixture_optimized", "fixture_fixed_address",
                                         "fixture_dwarf4", "fixture_stripped", "fixture_clang"),
                         [](const auto& build) { return std::string(build.param); });

TEST(Symbolizer, FallsBackToSymbolsWithoutDebugInformation) {
  const FixtureRun run = run_fixture(fixture_path("fixture_without_debug_info"));
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  const std::vector<Frame> frames = own_frames(symbolizer.frames(StackId{0}));
  ASSERT_GE(frames.size(), 4U);
  EXPECT_EQ(frames[0].function, "bank::Account::transfer");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(frames[2].function, "run_all");
  EXPECT_EQ(symbolizer.data(ProcessId{0}, run.variables.at("bank::registry"), 0)->path, "bank::registry");
  const auto inside = symbolizer.data(ProcessId{0}, run.variables.at("bank::registry") + 8, 0);
  EXPECT_EQ(inside->path, "bank::registry+0x8");
  EXPECT_EQ(inside->family, "bank::registry+0x8");
}

TEST(Symbolizer, NothingIsSaidOfMemoryThatIsNoVariable) {
  const FixtureRun run = run_fixture(fixture_path("fixture_optimized"));
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  EXPECT_FALSE(symbolizer.data(ProcessId{0}, run.module.start, 0));
  EXPECT_FALSE(symbolizer.data(ProcessId{0}, run.module.end + (1U << 20U), 0));
  EXPECT_TRUE(symbolizer.frames(kNoStack).empty());
}

TEST(Symbolizer, ReplacedFileGivesNoSymbolsAndOneWarning) {
  FixtureRun run = run_fixture(fixture_path("fixture_optimized"));
  run.module.build_id = std::vector<uint8_t>(20, 0xab);
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  const std::vector<Frame>& frames = symbolizer.frames(StackId{0});
  ASSERT_EQ(frames.size(), run.return_addresses.size());
  EXPECT_EQ(frames[0].function, "");
  EXPECT_EQ(frames[0].file, "");
  EXPECT_EQ(frames[0].module, run.module.path);
  EXPECT_EQ(frames[0].offset, run.return_addresses[0] - 1 - run.module.load_bias);
  ASSERT_EQ(symbolizer.warnings().size(), 1U);
  EXPECT_NE(symbolizer.warnings()[0].find(run.module.path), std::string::npos);
  EXPECT_NE(symbolizer.warnings()[0].find("replaced"), std::string::npos);
}

TEST(Symbolizer, MissingFileGivesOneWarning) {
  FixtureRun run = run_fixture(fixture_path("fixture_optimized"));
  run.module.path = "/nonexistent/server";
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  EXPECT_EQ(symbolizer.frames(StackId{0})[0].module, "/nonexistent/server");
  EXPECT_FALSE(symbolizer.data(ProcessId{0}, run.variables.at("bank::registry"), 0));
  ASSERT_EQ(symbolizer.warnings().size(), 1U);
  EXPECT_NE(symbolizer.warnings()[0].find("/nonexistent/server: the file is gone"), std::string::npos);
}

TEST(Symbolizer, AddressOfNoModule) {
  FixtureRun run = run_fixture(fixture_path("fixture_optimized"));
  run.return_addresses = {0x1001};
  const Program program = program_of(run);
  Symbolizer symbolizer(program);
  const std::vector<Frame>& frames = symbolizer.frames(StackId{0});
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].module, "");
  EXPECT_EQ(frames[0].offset, 0x1000U);
  EXPECT_TRUE(symbolizer.warnings().empty());
}

// A library was unloaded and another one took its place.
TEST(Symbolizer, ModuleOfTheTime) {
  const FixtureRun run = run_fixture(fixture_path("fixture_optimized"));
  Program program = program_of(run);
  std::vector<Module>& modules = program.processes[ProcessId{0}].modules;
  modules[0].first_seen = 10;
  modules.insert(modules.begin(), run.module);
  modules[0].path = "/nonexistent/later.so";
  modules[0].first_seen = 20;
  Symbolizer symbolizer(program);
  const uint64_t address = run.return_addresses[0];
  EXPECT_EQ(symbolizer.code(ProcessId{0}, address, 15)->module, run.module.path);
  EXPECT_EQ(symbolizer.code(ProcessId{0}, address, 25)->module, "/nonexistent/later.so");
  EXPECT_EQ(symbolizer.code(ProcessId{0}, address, 5)->module, run.module.path);
}

TEST(ElfImage, DebugFileServesForAMissingProgram) {
  const std::string stripped = fixture_path("fixture_stripped");
  const std::string root = testing::TempDir() + "/gordian_debug_root";
  const std::vector<uint8_t> build_id = [&] {
    const unsigned char* bits = nullptr;
    GElf_Addr where = 0;
    ElfImage image(stripped, {});
    GElf_Addr bias = 0;
    dwfl_module_getelf(image.module(), &bias);
    const int size = dwfl_module_build_id(image.module(), &bits, &where);
    return std::vector<uint8_t>(bits, bits + size);
  }();
  ASSERT_EQ(build_id.size(), 20U);
  std::string id;
  for (const uint8_t byte : build_id) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    id += digits;
  }
  const std::filesystem::path directory = root + "/.build-id/" + id.substr(0, 2);
  std::filesystem::create_directories(directory);
  std::filesystem::copy_file(stripped + ".debug", directory / (id.substr(2) + ".debug"),
                             std::filesystem::copy_options::overwrite_existing);

  ElfImage image("/nonexistent/server", build_id, root);
  EXPECT_EQ(image.problem(), "");
  EXPECT_NE(image.dwarf(), nullptr);
  ElfImage without("/nonexistent/server", build_id, root + "/other");
  EXPECT_EQ(without.dwarf(), nullptr);
  EXPECT_NE(without.problem().find(id.substr(2) + ".debug"), std::string::npos);
  std::filesystem::remove_all(root);
}

TEST(EntityName, WithoutParameters) {
  EXPECT_EQ(without_parameters("Account::transfer(Account&, int) const"), "Account::transfer");
  EXPECT_EQ(without_parameters("std::lock_guard<std::mutex>::lock_guard(std::mutex&)"),
            "std::lock_guard<std::mutex>::lock_guard");
  EXPECT_EQ(without_parameters("void post<int>(int)"), "post<int>");
  EXPECT_EQ(without_parameters("std::vector<int, std::allocator<int> > make<(Kind)3>(int)"), "make<(Kind)3>");
  EXPECT_EQ(without_parameters("(anonymous namespace)::leaf()"), "(anonymous namespace)::leaf");
  EXPECT_EQ(without_parameters("std::function<void (int)>::operator()(int) const"),
            "std::function<void (int)>::operator()");
  EXPECT_EQ(without_parameters("Foo::run(int)::{lambda(int)#1}::operator()(int) const"),
            "Foo::run::{lambda(int)#1}::operator()");
  EXPECT_EQ(without_parameters("Foo::operator bool() const"), "Foo::operator bool");
  EXPECT_EQ(without_parameters("Foo::operator->() const"), "Foo::operator->");
  EXPECT_EQ(without_parameters("Foo::operator<(Foo const&) const"), "Foo::operator<");
  EXPECT_EQ(without_parameters("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(without_parameters("std::ostream& operator<< <int>(std::ostream&, int)"), "operator<<<int>");
  EXPECT_EQ(without_parameters("foo(int) [clone .cold]"), "foo");
  EXPECT_EQ(without_parameters("g_state"), "g_state");
  EXPECT_EQ(without_parameters("int (*pick<int>(int))(char)"), "int (*pick<int>(int))(char)");
}

TEST(EntityName, ReadableSymbol) {
  EXPECT_EQ(readable_symbol("_ZN7AccountC4Ei"), "Account::Account");
  EXPECT_EQ(readable_symbol("_ZN7AccountD2Ev"), "Account::~Account");
  EXPECT_EQ(readable_symbol("_ZZ8instancevE5guard"), "instance::guard");
  EXPECT_EQ(readable_symbol("flush.constprop.0"), "flush");
  EXPECT_EQ(readable_symbol("i"), "i");
}

}  // namespace
}  // namespace gordian
