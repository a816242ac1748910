// SPDX-License-Identifier: Apache-2.0
//
// Of every benchmark program. The name of the library that pthread_mutex_lock is bound to goes into the
// output, so that no number can be taken for another's.
#include <benchmark/benchmark.h>
#include <dlfcn.h>

int main(int argc, char** argv) {
  Dl_info owner{};
  void* lock = dlsym(RTLD_DEFAULT, "pthread_mutex_lock");
  if (lock != nullptr && dladdr(lock, &owner) != 0) {
    benchmark::AddCustomContext("pthread_mutex_lock", owner.dli_fname);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
