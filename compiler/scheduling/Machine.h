// What is known of a processor: the width of its vectors, how fast its ports are, its caches, its clock. No LLVM.
#pragma once

#include <array>
#include <cstdint>

namespace mercer::scheduling {

/// Rates of a core, in instructions on whole vectors a cycle. These are of a core with two vector pipes: plans are chosen with them, so
/// that they are the same on every CPU with these vectors; `hostCore` has what a host does.
struct Core {
  double arithmetic = 2; ///< multiplications, additions, comparisons
  double loads = 2, stores = 1;
  double division = 16; ///< cycles from one division or square root to the next
  double latency = 4;   ///< cycles until a product can be used
  // Not measured: of the cores of these years, by their makers' manuals.
  double instructions = 6;  ///< that are begun in a cycle
  double window = 512;      ///< that may wait for others
  double mispredicted = 16; ///< cycles after a branch that goes where it seldom goes
};

/// Bytes of a core's caches, near to far; 0: there is none.
using Caches = std::array<std::int64_t, 3>;

struct Machine {
  std::int64_t lanes = 16; ///< elements of the arithmetic type in a vector
  std::int64_t registers = 32; ///< that hold vectors
  bool pairs = false;      ///< products of bf16 may be added by the processor's instructions for pairs of them
  Core core = {};
  Caches caches = {32 << 10, 1 << 20, 16 << 20};
};

/// The host's first-, second- and third-level caches, as its system says; what it does not say is as in `Machine`.
const Caches &hostCaches();

/// The host's core with vectors of so many bits, measured once in a process, in a millisecond. Rates are whole numbers, or a half.
const Core &hostCore(unsigned vectorBits);

/// How fast the host is.
struct Rates {
  double cycles = 0;           ///< a second
  std::array<double, 3> bytes; ///< a second, read from the second cache, the third one, memory
};
/// Measured once in a process, by one thread, in some hundredths of a second.
const Rates &hostRates();

} // namespace mercer::scheduling
