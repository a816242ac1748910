// SPDX-License-Identifier: Apache-2.0
// Two libraries loaded with dlopen take the program's locks in opposite orders and are unloaded before it
// ends.
//
// library: ab
// library: ba
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=plugin_ab,plugin_ba
#include "tests/e2e/support.h"

#include <mutex>

#if defined(LIBRARY_ab)

extern "C" void plugin_ab(std::mutex& a, std::mutex& b) {
  std::lock_guard outer(a);  // held: ab
  std::lock_guard inner(b);  // wanted: ab
}

#elif defined(LIBRARY_ba)

extern "C" void plugin_ba(std::mutex& a, std::mutex& b) {
  std::lock_guard outer(b);  // held: ba
  std::lock_guard inner(a);  // wanted: ba
}

#else

#include <dlfcn.h>

#include <string>

static std::mutex a, b;
static std::string program;

static void call_plugin(const char* name) {
  void* library = dlopen((program + "." + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
  CHECK(library != nullptr);
  void* symbol = dlsym(library, (std::string("plugin_") + name).c_str());
  CHECK(symbol != nullptr);
  reinterpret_cast<void (*)(std::mutex&, std::mutex&)>(symbol)(a, b);
  CHECK(dlclose(library) == 0);
}

static void call_ab() {
  call_plugin("ab");
}
static void call_ba() {
  call_plugin("ba");
}

int main(int, char** argv) {
  program = argv[0];
  const Part parts[] = {call_ab, call_ba};
  run_in_turn(2, parts);
}

#endif
