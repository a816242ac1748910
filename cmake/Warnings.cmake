# SPDX-License-Identifier: Apache-2.0
add_library(gordian_warnings INTERFACE)
target_compile_options(gordian_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-align -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Werror)
