// Programs of entries, and `mercerc compile`: text of a stage of the compiler, or an object file with its C header.
#pragma once

#include "mercer/runtime.h"
#include "mercer/stdlib/Registry.h"

#include <optional>
#include <string>
#include <vector>

namespace mercer::tools {

/// @throws Error(missing_input) for a name that no entry has
const stdlib::EntryInfo &entry_named(const std::string &name);

struct CompileOptions {
  std::string emit = "mlir"; ///< a stage of `mercer::emit`, "object" or "header"
  /// Arguments of the gradient: none without it, empty for every real one.
  std::optional<std::vector<std::string>> gradient;
  std::optional<DType> type; ///< of real tensors; none: f32
  JitOptions jit;            ///< `target`, `precision`
  std::vector<DType> types;  ///< of object and header, a function for each; none: as `ExportOptions`
  std::vector<std::string> targets; ///< of object and header; none: as `ExportOptions`
  std::string output = "-";  ///< a file; "-": standard output. An object's ends in ".o", and its header in ".h" beside it
};

/// `what` is an entry's name, or a file whose name ends in ".mlir". @throws Error; no file is then written
void compile(const std::string &what, const CompileOptions &options);

/// The text of a file, or as much of it as tells that it is too long: it may be endless. "-": standard input. @throws Error(io)
std::string read_text(const std::string &path);

/// Writes a file whole or not at all: what stood there before stays when the disk is full. "-": standard output. @throws Error(io)
void write_text(const std::string &path, const std::string &text);

} // namespace mercer::tools
