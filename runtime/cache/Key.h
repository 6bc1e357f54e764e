// What makes two kernels the same: all that their code depends on, as bytes.
#pragma once

#include "mercer/dsl/Graph.h"
#include "mercer/runtime/Kernel.h"

#include <array>

namespace mercer::detail::cache {

/// What code depends on beside the program and its options.
struct Platform {
  std::string mercer_build, llvm_build, mlir_build; ///< which library's code compiles
  std::int64_t abi = 0;                             ///< of Abi.h
  std::string triple, data_layout, cpu, features;   ///< that is compiled for
  std::array<std::int64_t, 3> caches = {};          ///< of the host: what is streamed and what stays depends on them
  bool tile_registers = false;                      ///< the process may use them, and the options allow it
};

/// Of this process. What is asked of the system is asked once.
Platform platform_of(const KernelOptions &options);

struct Key {
  std::string bytes; ///< stored in the entry and compared whole
  std::string name;  ///< of the entry's file: BLAKE3-256 of the bytes as 64 hexadecimal digits
};

/// Lines of the user's source are no part of it, nor is `KernelOptions::timing`: code does not depend on them.
Key key_of(const dsl::Graph &graph, const KernelOptions &options, const Platform &platform);

/// BLAKE3-256 as 64 hexadecimal digits.
std::string digest(std::string_view bytes);

} // namespace mercer::detail::cache
