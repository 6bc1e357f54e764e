// Programs to an object and a header.
#pragma once

#include "mercer/export.h"

namespace mercer::detail {

/// A program under the name that its functions begin with.
struct NamedProgram {
  std::string name;
  Program program;
};

/// `write_object` under given names.
void write_object(std::span<const NamedProgram> programs, const std::string &object_path, const std::string &header_path,
                  const ExportOptions &options);

/// The text that the header has whose file is called `file`. @throws as `write_object`, but for files
std::string header_of(std::span<const NamedProgram> programs, const std::string &file, const ExportOptions &options);

} // namespace mercer::detail
