// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/exported_symbol.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include <cstdint>

namespace gordian::hook {

namespace {

// The layout of DT_GNU_HASH: this, a Bloom filter of as many words, a bucket each, and the hashes of all
// symbols from `first_symbol` on, of which those of one bucket lie together; the last of them has its lowest
// bit set.
struct GnuHash {
  uint32_t buckets;
  uint32_t first_symbol;
  uint32_t filter_words;
  uint32_t filter_shift;
};

uint32_t hash_of(const char* name) {
  uint32_t hash = 5381;
  for (; *name != 0; ++name) hash = hash * 33 + static_cast<uint8_t>(*name);
  return hash;
}

}  // namespace

void* exported_symbol(const dl_find_object& object, const char* name) {
  const link_map& map = *object.dlfo_link_map;
  const GnuHash* table = nullptr;
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  for (const ElfW(Dyn)* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
    void* const target = reinterpret_cast<void*>(entry->d_un.d_ptr);  // the loader has added the load bias
    if (target < object.dlfo_map_start || target >= object.dlfo_map_end) continue;
    if (entry->d_tag == DT_GNU_HASH) table = static_cast<const GnuHash*>(target);
    if (entry->d_tag == DT_SYMTAB) symbols = static_cast<const ElfW(Sym)*>(target);
    if (entry->d_tag == DT_STRTAB) names = static_cast<const char*>(target);
  }
  if (table == nullptr || symbols == nullptr || names == nullptr || table->buckets == 0) return nullptr;

  const auto* filter = reinterpret_cast<const uint64_t*>(table + 1);
  const auto* buckets = reinterpret_cast<const uint32_t*>(filter + table->filter_words);
  const uint32_t* hashes = buckets + table->buckets;
  const uint32_t hash = hash_of(name);
  uint32_t index = buckets[hash % table->buckets];
  if (index < table->first_symbol) return nullptr;
  for (;; ++index) {
    const uint32_t found = hashes[index - table->first_symbol];
    const ElfW(Sym)& symbol = symbols[index];
    if ((found | 1) == (hash | 1) && symbol.st_shndx != SHN_UNDEF &&
        strcmp(names + symbol.st_name, name) == 0) {
      return reinterpret_cast<void*>(map.l_addr + symbol.st_value);
    }
    if ((found & 1) != 0) return nullptr;
  }
}

}  // namespace gordian::hook
