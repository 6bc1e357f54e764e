// The C header of an object file.
#pragma once

#include "mercer/runtime/Signature.h"

namespace mercer::detail {

/// A program's functions, one for each real type.
struct ExportedFunctions {
  std::string name;
  const Signature *signature;
  struct Function {
    std::string symbol;
    std::vector<DType> input_types, output_types;
  };
  std::vector<Function> functions;
};

/// The symbol of the function that says the sizes of outputs; it exists when one has dimensions.
std::string sizes_symbol(const std::string &symbol);
bool has_sizes(const Signature &signature);

/// Text for C99 and C++11 that needs no other header of ours. `file`: its name, for the guard.
std::string header_text(const std::string &file, std::span<const ExportedFunctions> programs);

} // namespace mercer::detail
