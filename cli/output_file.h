// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CLI_OUTPUT_FILE_H
#define GORDIAN_CLI_OUTPUT_FILE_H

#include <cstdio>
#include <string>

namespace gordian {

// Both throw std::runtime_error, one sentence with the name, when that is not possible.
void write_to(std::FILE* file, const std::string& text, const std::string& name);
void write_file(const std::string& path, const std::string& text);

}  // namespace gordian

#endif  // GORDIAN_CLI_OUTPUT_FILE_H
