// What a text may look like before MLIR's parser sees it.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mercer::compiler {

inline constexpr std::size_t mostBytes = 8u << 20; ///< length of a text
inline constexpr unsigned mostBrackets = 1000;     ///< depth of ( [ { <
inline constexpr std::size_t mostDigits = 1000;    ///< characters of one number or name
inline constexpr std::size_t mostOps = 100000;     ///< lines that are an op

inline constexpr unsigned mostOperators = 1000; ///< in one affine map or set, whose parser recurses at each

/// The first limit that a text exceeds, in words with the limit and what was given; empty when it keeps them
/// all.
std::string exceededLimit(llvm::StringRef text);

} // namespace mercer::compiler
