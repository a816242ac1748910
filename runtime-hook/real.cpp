// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/real.h"

#include <dlfcn.h>

namespace gordian::hook {

Real real;

namespace {

// An empty version means the default one. Before glibc 2.36 dlsym(RTLD_NEXT) returned the oldest version of a
// symbol (BZ 14932), which is why the ones whose versions differ in meaning are asked for by name.
template <typename Function>
void look_up(Function& into, const char* name, const char* version) {
  void* found = *version != 0 ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);
  into = reinterpret_cast<Function>(found);
}

}  // namespace

void resolve_real() {
#define GORDIAN_HOOK(result, name, version, parameters) look_up(real.name, #name, version);
#define GORDIAN_OLD_HOOK(result, name, version, parameters) look_up(real.old_##name, #name, version);
#include "runtime-hook/hooks.def"
#undef GORDIAN_OLD_HOOK
#undef GORDIAN_HOOK
}

}  // namespace gordian::hook
