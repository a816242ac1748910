// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/elf_image.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

namespace gordian {
namespace {

const Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

// Nothing: not an ELF file, or none that can be read.
std::optional<std::vector<uint8_t>> read_build_id(const std::string& file) {
  elf_version(EV_CURRENT);
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::optional<std::vector<uint8_t>> result;
  Elf* elf = elf_begin(fd, ELF_C_READ_MMAP, nullptr);
  if (elf != nullptr && elf_kind(elf) == ELF_K_ELF) {
    result.emplace();
    const void* bits = nullptr;
    const ssize_t size = dwelf_elf_gnu_build_id(elf, &bits);
    if (size > 0) {
      const std::span bytes(static_cast<const uint8_t*>(bits), static_cast<size_t>(size));
      result->assign(bytes.begin(), bytes.end());
    }
  }
  elf_end(elf);
  close(fd);
  return result;
}

std::string hexadecimal(std::span<const uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

// A trace holds the first bytes of a build-id that is longer than usual.
bool same_build_id(const std::vector<uint8_t>& recorded, const std::vector<uint8_t>& on_disk) {
  return recorded.size() <= on_disk.size() && std::equal(recorded.begin(), recorded.end(), on_disk.begin());
}

// The vDSO and other mappings without a file: there is nothing a user could do about their symbols.
bool has_no_file(const std::string& path) {
  return path.empty() || path.front() == '[' || path.starts_with("linux-vdso") ||
         path.starts_with("linux-gate");
}

}  // namespace

ElfImage::ElfImage(std::string path, const std::vector<uint8_t>& build_id, const std::string& debug_root)
    : path_(std::move(path)) {
  if (has_no_file(path_)) return;
  const auto on_disk = read_build_id(path_);
  if (on_disk && same_build_id(build_id, *on_disk) && load(path_)) return;

  const std::string id = hexadecimal(build_id);
  const std::string debug_file =
      id.size() > 2 ? fmt::format("{}/.build-id/{}/{}.debug", debug_root, id.substr(0, 2), id.substr(2)) : "";
  if (!debug_file.empty()) {
    const auto debug_id = read_build_id(debug_file);
    if (debug_id && same_build_id(build_id, *debug_id) && load(debug_file)) return;
  }

  std::error_code ignored;
  const std::string reason = !std::filesystem::exists(path_, ignored) ? "the file is gone"
                             : !on_disk                               ? "it cannot be read as an ELF file"
                             : same_build_id(build_id, *on_disk)
                                 ? std::string("elfutils cannot open it: ") + dwfl_errmsg(-1)
                                 : "the file was replaced since the program ran (its build-id differs)";
  problem_ = fmt::format("No symbols for {}: {}; put the file that ran back in place{}.", path_, reason,
                         debug_file.empty() ? "" : fmt::format(", or its debug file at {}", debug_file));
}

ElfImage::~ElfImage() {
  if (dwfl_ != nullptr) dwfl_end(dwfl_);
}

bool ElfImage::load(const std::string& file) {
  dwfl_ = dwfl_begin(&kCallbacks);
  if (dwfl_ == nullptr) return false;
  dwfl_report_begin(dwfl_);
  // Base 0 plus the program headers' own addresses: a bias of 0 for ET_DYN, and for ET_EXEC anyway.
  module_ = dwfl_report_elf(dwfl_, path_.c_str(), file.c_str(), -1, 0, true);
  dwfl_report_end(dwfl_, nullptr, nullptr);
  if (module_ == nullptr) {
    dwfl_end(dwfl_);
    dwfl_ = nullptr;
  }
  return module_ != nullptr;
}

Dwarf* ElfImage::dwarf() {
  Dwarf_Addr bias = 0;
  return module_ == nullptr ? nullptr : dwfl_module_getdwarf(module_, &bias);
}

}  // namespace gordian
