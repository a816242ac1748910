// SPDX-License-Identifier: Apache-2.0
//
// Names, paths and counts in the form a person is shown. Shared by the views.
#ifndef GORDIAN_VIZ_LABEL_H
#define GORDIAN_VIZ_LABEL_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/symbolize/symbolizer.h"

namespace gordian {

// `text` as valid UTF-8 without control characters; what is not becomes U+FFFD. Thread names, paths and
// source lines belong to the watched program, which may have put terminal escapes into them.
std::string printable(std::string_view text);

// Columns that valid UTF-8 text takes, with every code point counted as one.
size_t columns(std::string_view text);

// At most `width` columns of valid UTF-8 text, the cut at its end marked.
std::string cut(std::string_view text, size_t width);

// A name in at most `width` columns that still tells what it names: template arguments go first, then call
// parameters, then the middle. A short name stays as it is.
std::string shorten(std::string_view name, size_t width);

// The path relative to the current directory when it lies below it.
std::string shown_path(std::string_view path);

// Everything behind the last slash.
std::string_view base_name(std::string_view path);

// Where a frame is: "src/cache.c:88", else "libfoo.so+0x1234", else "0x1234".
std::string place(const Frame& frame);

// "1 thread", "2 threads".
std::string counted(uint64_t count, std::string_view one, std::string_view many);

}  // namespace gordian

#endif  // GORDIAN_VIZ_LABEL_H
