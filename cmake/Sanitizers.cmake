# SPDX-License-Identifier: Apache-2.0
# GORDIAN_SANITIZE=address|undefined|thread instruments the tools and tests. The hook lives inside programs that are
# not, and can bring no runtime along; runtime-hook/CMakeLists.txt has a build of it that traps.
set(GORDIAN_SANITIZE "" CACHE STRING "address, undefined, thread, or empty")
add_library(gordian_sanitizers INTERFACE)
if(GORDIAN_SANITIZE)
  target_compile_options(gordian_sanitizers INTERFACE
    -fsanitize=${GORDIAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gordian_sanitizers INTERFACE -fsanitize=${GORDIAN_SANITIZE})
endif()
