// SPDX-License-Identifier: Apache-2.0
//
// A preload that does nothing: what interposing costs before any recording. It stands in front of exactly the
// functions that libgordian.so stands in front of (runtime-hook/hooks.def), and each is one jump to the real
// one, so arguments, return value and the caller's address are not touched.
#include <dlfcn.h>

// `used`: only the assembly reads them.
// clang-format off
#define GORDIAN_HOOK(result, name, version, parameters)                     \
  static __attribute__((used)) void* real_##name;                           \
  __asm__(".pushsection .text; .p2align 4; .globl " #name "\n"              \
          ".type " #name ", @function\n" #name ": jmp *real_" #name "(%rip)\n" \
          ".size " #name ", . - " #name "; .popsection");
// clang-format on
#define GORDIAN_OLD_HOOK(result, name, version, parameters)  // no program measured here is that old
#include "runtime-hook/hooks.def"
#undef GORDIAN_HOOK

static void* look_up(const char* name, const char* version) {
  return *version != 0 ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void resolve(void) {
#define GORDIAN_HOOK(result, name, version, parameters) real_##name = look_up(#name, version);
#include "runtime-hook/hooks.def"
#undef GORDIAN_HOOK
}
