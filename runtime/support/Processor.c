// What this processor can run, asked once in a thread.
#include "mercer/runtime/support/Support.h"

extern char *getenv(const char *) __attribute__((weak));

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t state_mask(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

/// The levels of the x86-64 psABI. The system must also keep the registers: xgetbv says which.
static int32_t level(void) {
  uint32_t a, b, c, d, feature_c;
  if (!__get_cpuid(1, &a, &b, &feature_c, &d) ||
      !has(feature_c, bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT))
    return 1;
  const uint32_t avx = 6, avx512 = 0xe6; // of xmm, ymm; then masks and zmm
  if (!has(feature_c, bit_OSXSAVE | bit_AVX | bit_F16C | bit_FMA | bit_MOVBE) || !has((uint32_t)state_mask(), avx))
    return 2;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, bit_AVX2 | bit_BMI | bit_BMI2))
    return 2;
  const uint32_t feature_b = b;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !has(c, bit_LZCNT))
    return 2;
  const uint32_t needed = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  return has(feature_b, needed) && has((uint32_t)state_mask(), avx512) ? 4 : 3;
}
#else
static int32_t level(void) { return 0; }
#endif

static _Thread_local struct {
  int32_t asked, level;
  char forced[32]; ///< a copy: the environment may change
} processor;

int32_t mercer_processor_level(const char **forced) {
  if (!processor.asked) {
    processor.level = level();
    const char *value = getenv ? getenv("MERCER_TARGET") : NULL;
    for (size_t n = 0; value && value[n] && n + 1 < sizeof processor.forced; ++n)
      processor.forced[n] = value[n];
    processor.asked = 1;
  }
  *forced = processor.forced;
  return processor.level;
}
