// SPDX-License-Identifier: Apache-2.0
// A library opened with RTLD_DEEPBIND calls libc past the hook. What it does is not seen, and the report says
// so. It is found by the search path of the program, which is asked for only if the program is seen to open
// it.
//
// library: deep
// expect: silent
// stderr: 1 libraries opened with RTLD_DEEPBIND
#include "tests/e2e/support.h"

#include <mutex>

#if defined(LIBRARY_deep)

extern "C" void take(std::mutex& outer, std::mutex& inner) {
  std::lock_guard first(outer);
  std::lock_guard second(inner);
}

#else

#include <dlfcn.h>

#include <string>
#include <thread>

static std::mutex a, b;

int main(int, char** arguments) {
  void* library =
      dlopen((std::string(arguments[0]) + ".deep.so").c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  CHECK(library != nullptr);
  const auto take = reinterpret_cast<void (*)(std::mutex&, std::mutex&)>(dlsym(library, "take"));
  CHECK(take != nullptr);
  take(a, b);
  std::thread([&] { take(b, a); }).join();
  CHECK(dlclose(library) == 0);
}

#endif
