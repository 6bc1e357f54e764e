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

/// An object for each program, NAME.o in `folder`, and one header of all: who links an archive of them has the code of what he calls
/// alone. Compiled by this many threads; the files do not depend on how many. @throws as `write_object`
void write_objects(std::span<const NamedProgram> programs, const std::string &folder, const std::string &header_path,
                   const ExportOptions &options, unsigned threads);

/// The text that the header has whose file is called `file`. @throws as `write_object`, but for files
std::string header_of(std::span<const NamedProgram> programs, const std::string &file, const ExportOptions &options);

} // namespace mercer::detail
