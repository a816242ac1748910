# SPDX-License-Identifier: Apache-2.0
add_library(gordian_warnings INTERFACE)
target_compile_options(gordian_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-align -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Werror)
# gcc 12 sees overlapping copies in std::string concatenation where there are none (GCC PR 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(gordian_warnings INTERFACE -Wno-restrict)
endif()
