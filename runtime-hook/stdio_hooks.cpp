// SPDX-License-Identifier: Apache-2.0
//
// stdio, for what it waits while a lock is held: see blocking_call.h. A stream's own lock is no lock of the
// program's. Most output only fills the stream's buffer, for less than it costs to ask whether it has slept:
// it is not watched, and nor are calls for single characters.
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>

#include "runtime-hook/blocking_call.h"

using namespace gordian::hook;

namespace {

// More than almost any call prints.
constexpr size_t kPrinted = 1024;

bool is_watched(FILE* stream, size_t size) {
  return holds_locks() && (__flbf(stream) != 0 || __fbufsize(stream) - __fpending(stream) <= size);
}

}  // namespace

// `size` is how many bytes go out at most.
#define GORDIAN_WATCH_OUTPUT(which, result, name, stream, size, parameters, arguments) \
  GORDIAN_EXPORT result name parameters {                                              \
    if (real.name == nullptr) [[unlikely]]                                             \
      ensure_resolved();                                                               \
    if (!is_watched(stream, size)) return real.name arguments;                         \
    return watch_call(BlockingCall::which, stream, GORDIAN_CALL_SITE(),                \
                      [=] { return real.name arguments; });                            \
  }

GORDIAN_WATCH(int, fflush, stream, (FILE * stream), (stream))
GORDIAN_WATCH(size_t, fread, stream, (void* into, size_t size, size_t count, FILE* stream),
              (into, size, count, stream))
GORDIAN_WATCH(char*, fgets, stream, (char* into, int size, FILE* stream), (into, size, stream))
GORDIAN_WATCH_AS(fread, size_t, __fread_chk, stream,
                 (void* into, size_t room, size_t size, size_t count, FILE* stream),
                 (into, room, size, count, stream))
GORDIAN_WATCH_AS(fgets, char*, __fgets_chk, stream, (char* into, size_t room, int size, FILE* stream),
                 (into, room, size, stream))

GORDIAN_WATCH_OUTPUT(fwrite, size_t, fwrite, stream, size* count,
                     (const void* from, size_t size, size_t count, FILE* stream), (from, size, count, stream))
GORDIAN_WATCH_OUTPUT(fputs, int, fputs, stream, strlen(text), (const char* text, FILE* stream),
                     (text, stream))
GORDIAN_WATCH_OUTPUT(puts, int, puts, stdout, strlen(text) + 1, (const char* text), (text))
GORDIAN_WATCH_OUTPUT(vprintf, int, vprintf, stdout, kPrinted, (const char* format, va_list arguments),
                     (format, arguments))
GORDIAN_WATCH_OUTPUT(vfprintf, int, vfprintf, stream, kPrinted,
                     (FILE * stream, const char* format, va_list arguments), (stream, format, arguments))
GORDIAN_WATCH_OUTPUT(vprintf, int, __vprintf_chk, stdout, kPrinted,
                     (int flag, const char* format, va_list arguments), (flag, format, arguments))
GORDIAN_WATCH_OUTPUT(vfprintf, int, __vfprintf_chk, stream, kPrinted,
                     (FILE * stream, int flag, const char* format, va_list arguments),
                     (stream, flag, format, arguments))

namespace {

// Variable arguments can only be handed on as a list, as glibc does it itself.
template <typename Call>
int watch_print(BlockingCall which, FILE* stream, CallSite site, Call call) {
  return is_watched(stream, kPrinted) ? watch_call(which, stream, site, call) : call();
}

}  // namespace

#define GORDIAN_WATCH_PRINT(which, name, stream, real_name, parameters, last, arguments) \
  GORDIAN_EXPORT int name parameters {                                                   \
    if (real.real_name == nullptr) [[unlikely]]                                          \
      ensure_resolved();                                                                 \
    va_list list;                                                                        \
    va_start(list, last);                                                                \
    const int result = watch_print(BlockingCall::which, stream, GORDIAN_CALL_SITE(),     \
                                   [&] { return real.real_name arguments; });            \
    va_end(list);                                                                        \
    return result;                                                                       \
  }

GORDIAN_WATCH_PRINT(printf, printf, stdout, vprintf, (const char* format, ...), format, (format, list))
GORDIAN_WATCH_PRINT(fprintf, fprintf, stream, vfprintf, (FILE * stream, const char* format, ...), format,
                    (stream, format, list))
GORDIAN_WATCH_PRINT(printf, __printf_chk, stdout, __vprintf_chk, (int flag, const char* format, ...), format,
                    (flag, format, list))
GORDIAN_WATCH_PRINT(fprintf, __fprintf_chk, stream, __vfprintf_chk,
                    (FILE * stream, int flag, const char* format, ...), format, (stream, flag, format, list))
