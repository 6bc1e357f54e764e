#include "compiler/scheduling/Machine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>

namespace mercer::scheduling {

// --- caches ----------------------------------------------------------------------------------------------

/// The system's files and not sysconf, which on virtual machines counts the whole processor's last cache.
const Caches &hostCaches() {
  static const Caches caches = [] {
    Caches result = Machine().caches;
    for (int index = 0; index < 8; ++index) {
      const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
      std::size_t level = 0;
      std::string type;
      std::int64_t size = 0;
      char unit = 0;
      std::ifstream(folder + "level") >> level;
      std::ifstream(folder + "type") >> type;
      std::ifstream(folder + "size") >> size >> unit;
      if (type != "Instruction" && level >= 1 && level <= result.size() && size > 0)
        result[level - 1] = unit == 'K' ? size << 10 : unit == 'M' ? size << 20 : size;
    }
    return result;
  }();
  return caches;
}

// --- rates -----------------------------------------------------------------------------------------------

namespace {

template <class Run>
double leastSeconds(int times, const Run &run) {
  double least = 1e9;
  for (int n = 0; n < times; ++n) {
    const auto start = std::chrono::steady_clock::now();
    run();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

/// Multiplications of integers that wait for each other take 3 cycles each.
double cyclesPerSecond() {
  static const double result = [] {
    constexpr int count = 10'000;
    std::uint64_t value = 3;
    const double seconds = leastSeconds(7, [&] {
      for (int n = 0; n < count; ++n) {
        value *= 0x9e3779b97f4a7c15u;
        asm volatile("" : "+r"(value));
      }
    });
    return 3.0 * count / seconds;
  }();
  return result;
}

#if defined(__x86_64__)

/// Instructions of one kind: many that do not wait for each other, or a chain of them.
enum class Measured { products, chain, quotients, loads, stores };

// A loop over some instructions on registers 0 to 11, which are 1 as register 12 is. VECTOR is "ymm" or "zmm".
#define MERCER_LOOP(VECTOR, BODY)                                                                                                \
  asm volatile("vbroadcastss %2, %%" VECTOR "12\n" MERCER_EACH(VECTOR, "vmovaps", "%%" VECTOR "12") "1:\n" BODY "dec %0\njnz 1b\n"  \
               "vzeroupper"                                                                                                      \
               : "+r"(times)                                                                                                     \
               : "r"(memory), "m"(one)                                                                                           \
               : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "memory", "cc")
#define MERCER_EACH(VECTOR, NAME, FROM)                                                                                          \
  NAME " " FROM ", %%" VECTOR "0\n" NAME " " FROM ", %%" VECTOR "1\n" NAME " " FROM ", %%" VECTOR "2\n"                          \
  NAME " " FROM ", %%" VECTOR "3\n" NAME " " FROM ", %%" VECTOR "4\n" NAME " " FROM ", %%" VECTOR "5\n"                          \
  NAME " " FROM ", %%" VECTOR "6\n" NAME " " FROM ", %%" VECTOR "7\n" NAME " " FROM ", %%" VECTOR "8\n"                          \
  NAME " " FROM ", %%" VECTOR "9\n" NAME " " FROM ", %%" VECTOR "10\n" NAME " " FROM ", %%" VECTOR "11\n"
#define MERCER_ON(VECTOR, NAME, N) NAME " %%" VECTOR "12, %%" VECTOR #N ", %%" VECTOR #N "\n"
#define MERCER_ON_ALL(VECTOR, NAME)                                                                                              \
  MERCER_ON(VECTOR, NAME, 0) MERCER_ON(VECTOR, NAME, 1) MERCER_ON(VECTOR, NAME, 2) MERCER_ON(VECTOR, NAME, 3)                    \
  MERCER_ON(VECTOR, NAME, 4) MERCER_ON(VECTOR, NAME, 5) MERCER_ON(VECTOR, NAME, 6) MERCER_ON(VECTOR, NAME, 7)                    \
  MERCER_ON(VECTOR, NAME, 8) MERCER_ON(VECTOR, NAME, 9) MERCER_ON(VECTOR, NAME, 10) MERCER_ON(VECTOR, NAME, 11)
#define MERCER_STORE(VECTOR) "vmovups %%" VECTOR "0, (%1)\n"
#define MERCER_REPEAT(FUNCTION, VECTOR)                                                                                          \
  void FUNCTION(Measured kind, long times, char *memory) {                                                                       \
    const float one = 1;                                                                                                         \
    switch (kind) {                                                                                                              \
    case Measured::products:                                                                                                     \
      MERCER_LOOP(VECTOR, MERCER_ON_ALL(VECTOR, "vmulps"));                                                                      \
      break;                                                                                                                     \
    case Measured::chain:                                                                                                        \
      MERCER_LOOP(VECTOR, MERCER_ON(VECTOR, "vmulps", 0));                                                                       \
      break;                                                                                                                     \
    case Measured::quotients:                                                                                                    \
      MERCER_LOOP(VECTOR, MERCER_ON_ALL(VECTOR, "vdivps"));                                                                      \
      break;                                                                                                                     \
    case Measured::loads:                                                                                                        \
      MERCER_LOOP(VECTOR, MERCER_EACH(VECTOR, "vmovups", "(%1)"));                                                               \
      break;                                                                                                                     \
    case Measured::stores:                                                                                                       \
      MERCER_LOOP(VECTOR, MERCER_STORE(VECTOR) MERCER_STORE(VECTOR) MERCER_STORE(VECTOR) MERCER_STORE(VECTOR));                  \
    }                                                                                                                            \
  }
MERCER_REPEAT(repeat256, "ymm")
MERCER_REPEAT(repeat512, "zmm")

Core measuredCore(void (*repeat)(Measured, long, char *)) {
  alignas(64) char memory[64] = {};
  auto cycles = [&](Measured kind, int operations) {
    constexpr int times = 1000;
    const double seconds = leastSeconds(25, [&] { repeat(kind, times, memory); });
    return seconds * cyclesPerSecond() / (times * operations);
  };
  auto ports = [](double rate) { return rate < 0.75 ? 0.5 : std::round(rate); };
  Core core;
  core.arithmetic = ports(1 / cycles(Measured::products, 12));
  core.latency = std::max(std::round(cycles(Measured::chain, 1)), 1.0);
  core.division = std::max(std::round(cycles(Measured::quotients, 12)), 1.0);
  core.loads = ports(1 / cycles(Measured::loads, 12));
  core.stores = ports(1 / cycles(Measured::stores, 4));
  return core;
}

#endif

template <int Bytes>
struct VectorOf {
  typedef std::int64_t type __attribute__((vector_size(Bytes), may_alias));
};

/// Four sums: no addition waits for another for long.
template <class Vector>
[[gnu::always_inline]] inline void readAll(const void *memory, std::int64_t bytes) {
  const Vector *at = static_cast<const Vector *>(memory);
  Vector a{}, b{}, c{}, d{};
  for (const Vector *end = at + bytes / static_cast<std::int64_t>(sizeof(Vector)); at + 4 <= end; at += 4)
    a += at[0], b += at[1], c += at[2], d += at[3];
  a += b + c + d;
  asm volatile("" : : "m"(a));
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void readAvx512(const void *memory, std::int64_t bytes) {
  readAll<VectorOf<64>::type>(memory, bytes);
}
[[gnu::target("avx2")]] void readAvx2(const void *memory, std::int64_t bytes) {
  readAll<VectorOf<32>::type>(memory, bytes);
}
#endif

void read(const void *memory, std::int64_t bytes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return readAvx512(memory, bytes);
  if (__builtin_cpu_supports("avx2"))
    return readAvx2(memory, bytes);
#endif
  readAll<VectorOf<16>::type>(memory, bytes);
}

/// Of memory that half fills the cache, or of twice the last one; but no more than a caller would notice.
std::array<double, 3> measuredBytes() {
  constexpr std::int64_t most = 48 << 20, line = 64;
  const Caches &caches = hostCaches();
  std::array<std::int64_t, 3> lengths{caches[1] / 2, std::max(caches[2] / 4, 2 * caches[1]), 2 * caches[2]};
  for (std::int64_t &length : lengths)
    length = std::min(length, most) / (4 * line) * (4 * line);
  const std::int64_t all = *std::max_element(lengths.begin(), lengths.end());
  // Written once: pages that nobody wrote are all the same one.
  std::unique_ptr<char[]> memory(new char[static_cast<std::size_t>(all + line)]);
  std::fill_n(memory.get(), all + line, 1);
  char *aligned = memory.get() + (line - reinterpret_cast<std::uintptr_t>(memory.get()) % line) % line;
  std::array<double, 3> result{};
  for (std::size_t n = 0; n < result.size(); ++n) {
    const std::int64_t passes = std::max<std::int64_t>(1, (std::int64_t{4} << 20) / std::max(lengths[n], line));
    const double seconds = leastSeconds(5, [&] {
      for (std::int64_t pass = 0; pass < passes; ++pass)
        read(aligned, lengths[n]);
    });
    result[n] = static_cast<double>(passes * lengths[n]) / seconds;
    if (n > 0) // what is farther is not faster: other programs came between
      result[n] = std::min(result[n], result[n - 1]);
  }
  return result;
}

} // namespace

const Core &hostCore(unsigned vectorBits) {
#if defined(__x86_64__)
  if (vectorBits == 512 && __builtin_cpu_supports("avx512f")) {
    static const Core core = measuredCore(repeat512);
    return core;
  }
  if (vectorBits == 256 && __builtin_cpu_supports("avx2")) {
    static const Core core = measuredCore(repeat256);
    return core;
  }
#endif
  static const Core core;
  return core;
}

const Rates &hostRates() {
  static const Rates rates{cyclesPerSecond(), measuredBytes()};
  return rates;
}

} // namespace mercer::scheduling
