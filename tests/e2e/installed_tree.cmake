# SPDX-License-Identifier: Apache-2.0
# `cmake --install` gives a tree that works wherever it is moved, by `gordian run` and by plain preload.
# BUILD: the build tree. PROGRAM: has one finding. DIRECTORY: ours to use.
file(REMOVE_RECURSE ${DIRECTORY})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${DIRECTORY}/first
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${DIRECTORY}/first ${DIRECTORY}/moved)

file(GLOB_RECURSE found RELATIVE ${DIRECTORY}/moved ${DIRECTORY}/moved/*)
if(NOT found STREQUAL "bin/gordian;lib/gordian/libgordian.so")
  message(FATAL_ERROR "installed: ${found}")
endif()

execute_process(COMMAND ${DIRECTORY}/moved/bin/gordian run --trace-dir=${DIRECTORY}/traces -- ${PROGRAM}
  RESULT_VARIABLE status ERROR_VARIABLE report OUTPUT_QUIET)
if(NOT status EQUAL 2 OR NOT report MATCHES "lock-order-cycle")
  message(FATAL_ERROR "gordian run: status ${status}\n${report}")
endif()

set(ENV{LD_PRELOAD} ${DIRECTORY}/moved/lib/gordian/libgordian.so)
set(ENV{GORDIAN_OPTIONS} trace-dir=${DIRECTORY}/traces)
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE status ERROR_VARIABLE report OUTPUT_QUIET)
if(NOT status EQUAL 0 OR NOT report MATCHES "lock-order-cycle")
  message(FATAL_ERROR "plain preload: status ${status}\n${report}")
endif()
