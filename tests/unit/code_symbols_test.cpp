// SPDX-License-Identifier: Apache-2.0
//
// What elfutils finds by looking at every symbol is the model.
#include "core/symbolize/code_symbols.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/symbolize/elf_image.h"

// Two labels of one place, and a function inside another one.
asm(R"(
  .pushsection .text
gordian_test_local_label:
  .globl gordian_test_global_label
gordian_test_global_label:
  .skip 16, 0x90
  .type gordian_test_outer, @function
gordian_test_outer:
  .skip 16, 0x90
  .type gordian_test_inner, @function
gordian_test_inner:
  .skip 8, 0x90
  .size gordian_test_inner, . - gordian_test_inner
  .skip 16, 0x90
  .size gordian_test_outer, . - gordian_test_outer
  .popsection
)");

namespace gordian {
namespace {

std::string shown(const char* name) {
  return name == nullptr ? "(none)" : name;
}

std::string by_elfutils(ElfImage& image, uint64_t address) {
  GElf_Off offset = 0;
  GElf_Sym symbol;
  return shown(dwfl_module_addrinfo(image.module(), address, &offset, &symbol, nullptr, nullptr, nullptr));
}

// Around where symbols begin and end, which is where answers change, and anywhere else.
std::vector<uint64_t> addresses(ElfImage& image, size_t count) {
  std::mt19937 random(1);
  std::vector<uint64_t> result;
  const int symbols = dwfl_module_getsymtab(image.module());
  uint64_t last = 1;
  for (size_t i = 0; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr start = 0;
    const int number = std::uniform_int_distribution(0, symbols - 1)(random);
    if (dwfl_module_getsym_info(image.module(), number, &symbol, &start, nullptr, nullptr, nullptr) ==
        nullptr)
      continue;
    last = std::max(last, start + symbol.st_size);
    const uint64_t delta = std::uniform_int_distribution<uint64_t>(0, 6)(random) - 3;
    result.insert(result.end(), {start + delta, start + symbol.st_size + delta,
                                 std::uniform_int_distribution<uint64_t>(0, last + 100)(random)});
  }
  return result;
}

void expect_same(const std::string& path, size_t count) {
  ElfImage image(path, {});
  ASSERT_NE(image.module(), nullptr) << path;
  const CodeSymbols symbols(image);
  size_t known = 0;
  for (const uint64_t address : addresses(image, count)) {
    const std::string expected = by_elfutils(image, address);
    if (expected != "(none)") ++known;
    ASSERT_EQ(shown(symbols.at(address)), expected) << path << " at " << std::hex << address;
  }
  EXPECT_GT(known, count / 2) << path;
}

std::string file_of(const void* function) {
  Dl_info info;
  return dladdr(function, &info) != 0 ? std::filesystem::canonical(info.dli_fname).string() : "";
}

TEST(CodeSymbolsTest, FindsWhatElfutilsFindsInALibraryWithGlobalsOnly) {
  expect_same(file_of(reinterpret_cast<const void*>(&dwfl_begin)), 300);
}

TEST(CodeSymbolsTest, FindsWhatElfutilsFindsWhereSymbolsHaveAliases) {
  expect_same(file_of(reinterpret_cast<const void*>(&std::free)), 1000);
}

TEST(CodeSymbolsTest, FindsWhatElfutilsFindsInAProgramWithLocalsAndLabels) {
  expect_same("/proc/self/exe", 1000);
}

uint64_t address_of(ElfImage& image, std::string_view name) {
  GElf_Sym symbol;
  GElf_Addr start = 0;
  for (int number = dwfl_module_getsymtab(image.module()); number-- > 0;) {
    const char* found =
        dwfl_module_getsym_info(image.module(), number, &symbol, &start, nullptr, nullptr, nullptr);
    if (found != nullptr && found == name) return start;
  }
  return 0;
}

TEST(CodeSymbolsTest, FindsWhatElfutilsFindsBehindLabelsAndInFunctionsInsideOthers) {
  ElfImage image("/proc/self/exe", {});
  const CodeSymbols symbols(image);
  const uint64_t labels = address_of(image, "gordian_test_global_label");
  const uint64_t outer = address_of(image, "gordian_test_outer");
  const std::vector<std::pair<uint64_t, std::string>> expected = {
      {labels, "gordian_test_global_label"}, {labels + 8, "gordian_test_local_label"},
      {outer + 15, "gordian_test_outer"},    {outer + 16, "gordian_test_inner"},
      {outer + 23, "gordian_test_inner"},    {outer + 24, "gordian_test_outer"}};
  for (const auto& [address, name] : expected) {
    EXPECT_EQ(by_elfutils(image, address), name);
    EXPECT_EQ(shown(symbols.at(address)), name);
  }
}

TEST(CodeSymbolsTest, AFileThatIsGoneHasNone) {
  ElfImage image("/nonexistent/program", {});
  EXPECT_EQ(CodeSymbols(image).at(0x1000), nullptr);
}

}  // namespace
}  // namespace gordian
