// Files that are written together or not at all.
#pragma once

#include <string>
#include <vector>

namespace mercer::detail {

struct NewFile {
  std::string path, bytes;
};

/// Writes beside each path and renames when all are there, so that nobody finds a part of one. @throws Error(io) naming the path
void write_files(const std::vector<NewFile> &files);

} // namespace mercer::detail
