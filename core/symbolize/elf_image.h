// SPDX-License-Identifier: Apache-2.0
//
// One ELF file with its symbols and debug information, opened so that every address in it is an ELF virtual
// address. Processes that mapped the file at different places share one image: subtract the load bias first.
//
// Debug information is looked for by elfutils: in the file, by build-id and by debuglink beside it, in
// .debug/, and under /usr/lib/debug. A debuginfod server is asked only if DEBUGINFOD_URLS names one.
#ifndef GORDIAN_CORE_SYMBOLIZE_ELF_IMAGE_H
#define GORDIAN_CORE_SYMBOLIZE_ELF_IMAGE_H

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gordian {

class ElfImage {
 public:
  // Opens `path` if it is the file that `build_id` names (an empty one names any file). If it is not, or is
  // gone, a debug file of that build-id under `debug_root` serves instead.
  ElfImage(std::string path, const std::vector<uint8_t>& build_id,
           const std::string& debug_root = "/usr/lib/debug");
  ~ElfImage();
  ElfImage(const ElfImage&) = delete;
  ElfImage& operator=(const ElfImage&) = delete;

  const std::string& path() const { return path_; }
  // Why there are no symbols, in one sentence; empty when there is nothing to tell.
  const std::string& problem() const { return problem_; }

  Dwfl_Module* module() const { return module_; }  // null: no usable file
  Dwarf* dwarf();                                  // null: no debug information

 private:
  bool load(const std::string& file);

  std::string path_;
  std::string problem_;
  Dwfl* dwfl_ = nullptr;
  Dwfl_Module* module_ = nullptr;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_SYMBOLIZE_ELF_IMAGE_H
