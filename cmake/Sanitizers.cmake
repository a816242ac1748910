# SPDX-License-Identifier: Apache-2.0
# GORDIAN_SANITIZE=address|undefined|thread instruments the tools and tests. The hook lives inside programs that are
# not, and can bring no runtime along: with `undefined` it stops them at a trap where it does what C++ leaves undefined.
set(GORDIAN_SANITIZE "" CACHE STRING "address, undefined, thread, or empty")
add_library(gordian_sanitizers INTERFACE)
if(GORDIAN_SANITIZE)
  target_compile_options(gordian_sanitizers INTERFACE
    -fsanitize=${GORDIAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gordian_sanitizers INTERFACE -fsanitize=${GORDIAN_SANITIZE})
endif()
add_library(gordian_traps INTERFACE)
if(GORDIAN_SANITIZE MATCHES undefined)
  target_compile_options(gordian_traps INTERFACE -fsanitize=undefined -fsanitize-undefined-trap-on-error)
endif()
