# SPDX-License-Identifier: Apache-2.0
# GORDIAN_SANITIZE=address|undefined|thread instruments the tools and tests. The hook never is: it lives inside
# programs that are not.
set(GORDIAN_SANITIZE "" CACHE STRING "address, undefined, thread, or empty")
add_library(gordian_sanitizers INTERFACE)
if(GORDIAN_SANITIZE)
  target_compile_options(gordian_sanitizers INTERFACE
    -fsanitize=${GORDIAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gordian_sanitizers INTERFACE -fsanitize=${GORDIAN_SANITIZE})
endif()
