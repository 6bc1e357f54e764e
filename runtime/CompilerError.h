// Errors of the compiler as exceptions.
#pragma once

#include "mercer/runtime/Signature.h"

#include "llvm/Support/Error.h"

namespace mercer::detail {

/// @throws Error(compiler, limit_exceeded, unsupported, bad_option), as the text says
[[noreturn]] void fail(const Signature &signature, llvm::Error error);

} // namespace mercer::detail
