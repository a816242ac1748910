// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

struct Known {
  uint64_t start;
  uint64_t end;
};
constexpr uint32_t kMaxKnown = 1024;  // beyond it modules are recorded more than once, nothing worse
Known known[kMaxKnown];
uint32_t known_count;

bool is_known(uint64_t pc) {
  const uint32_t count = load(known_count, std::memory_order_acquire);
  for (uint32_t i = 0; i < count && i < kMaxKnown; ++i) {
    if (pc >= load(known[i].start) && pc < load(known[i].end)) return true;
  }
  return false;
}

struct BuildId {
  const uint8_t* bytes = nullptr;
  uint8_t length = 0;
};

// The notes are read from memory: the file may be gone by the time anybody looks.
BuildId build_id_of(const char* image, const char* image_end, uint64_t bias) {
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(image);
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(image + header->e_phoff);
  if (reinterpret_cast<const char*>(segments + header->e_phnum) > image_end) return {};
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type != PT_NOTE) continue;
    const char* at = reinterpret_cast<const char*>(bias + segments[i].p_vaddr);
    const char* end = at + segments[i].p_memsz;
    if (at < image || end > image_end) continue;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(at);
      const char* name = at + sizeof *note;
      const char* description = name + ((note->n_namesz + 3) & ~3U);
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
          note->n_descsz <= 20) {
        return {reinterpret_cast<const uint8_t*>(description), static_cast<uint8_t>(note->n_descsz)};
      }
      at = description + ((note->n_descsz + 3) & ~3U);
    }
  }
  return {};
}

}  // namespace

void note_module_of(uint64_t pc) {
  if (is_known(pc)) return;
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &found) != 0) return;  // generated code: no object to name
  const auto start = reinterpret_cast<uint64_t>(found.dlfo_map_start);
  const auto end = reinterpret_cast<uint64_t>(found.dlfo_map_end);
  const uint64_t bias = found.dlfo_link_map->l_addr;
  const char* path = found.dlfo_link_map->l_name;
  if (path == nullptr || *path == 0) path = recorder().header().executable;
  char absolute[1024];
  if (*path != '/' && strchr(path, '/') != nullptr && getcwd(absolute, sizeof absolute) != nullptr &&
      strlen(absolute) + 1 + strlen(path) < sizeof absolute) {
    strcat(absolute, "/");
    path = strcat(absolute, path);
  }
  const size_t length = strlen(path);
  const BuildId id =
      build_id_of(reinterpret_cast<const char*>(start), reinterpret_cast<const char*>(end), bias);
  recorder().append<format::ModuleRef, format::ModuleRecord>(
      format::RecordType::module, length, [&](format::ModuleRecord& record, char* behind) {
        record.start = start;
        record.end = end;
        record.load_bias = bias;
        record.build_id_length = id.length;
        if (id.length > 0) memcpy(record.build_id, id.bytes, id.length);
        record.path_length = static_cast<uint32_t>(length);
        memcpy(behind, path, length);
      });
  const uint32_t place = std::atomic_ref(known_count).fetch_add(1, std::memory_order_relaxed);
  if (place >= kMaxKnown) return;
  store(known[place].end, end);
  store(known[place].start, start, std::memory_order_release);
}

void forget_modules() {
  store(known_count, 0U);
  memset(known, 0, sizeof known);
}

}  // namespace gordian::hook
