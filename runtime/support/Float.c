// fma and fmod as IEEE 754 defines them, rounded once to nearest, in integers: results have the bits of any right library.
#include "mercer/runtime/support/Support.h"

#include <string.h>

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

typedef unsigned __int128 wide;

/// A finite number: (-1)^sign significand 2^exponent.
typedef struct parts {
  int sign, exponent;
  uint64_t significand;
} parts;

static parts parts_of(double value) {
  const uint64_t bits = bits_of(value), fraction = bits & ((UINT64_C(1) << 52) - 1);
  const int biased = (int)(bits >> 52 & 0x7ff);
  const parts result = {(int)(bits >> 63), (biased ? biased : 1) - 1075, biased ? fraction | UINT64_C(1) << 52 : fraction};
  return result;
}

static int leading_zeros(wide value) {
  const uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
  return high ? __builtin_clzll(high) : low ? 64 + __builtin_clzll(low) : 128;
}

/// Shifted right; what falls out is kept as a lowest bit of 1.
static wide shifted(wide value, int by) {
  if (by == 0)
    return value;
  if (by >= 128)
    return value != 0;
  return value >> by | ((value & (((wide)1 << by) - 1)) != 0);
}

/// Rounds significand 2^exponent to the nearest double, ties to even.
static double rounded(int sign, int exponent, wide significand) {
  if (significand == 0)
    return sign ? -0.0 : 0.0;
  int drop = 128 - leading_zeros(significand) - 53; // so that 53 bits are left
  if (exponent + drop < -1074)
    drop = -1074 - exponent; // fewer: subnormal
  if (drop > 0) {
    const wide half = drop - 1 < 128 ? significand >> (drop - 1) & 1 : 0;
    const int below = drop - 1 < 128 ? (significand & (((wide)1 << (drop - 1)) - 1)) != 0 : significand != 0;
    significand = drop < 128 ? significand >> drop : 0;
    if (half && (below || (significand & 1)))
      ++significand;
    exponent += drop;
  } else if (drop < 0) {
    significand <<= -drop;
    exponent += drop;
  }
  if (significand >> 53) {
    significand >>= 1;
    ++exponent;
  }
  if (exponent > 971)
    return double_of((uint64_t)sign << 63 | UINT64_C(0x7ff) << 52);
  const int is_normal = (uint64_t)significand >> 52 != 0;
  const uint64_t magnitude =
      is_normal ? (uint64_t)(exponent + 1075) << 52 | ((uint64_t)significand & ((UINT64_C(1) << 52) - 1)) : (uint64_t)significand;
  return double_of((uint64_t)sign << 63 | magnitude);
}

double MERCER_VERSIONED(fma)(double x, double y, double z) {
  const double product = x * y;
  const uint64_t exponent_bits = UINT64_C(0x7ff) << 52;
  if ((bits_of(x) & exponent_bits) == exponent_bits || (bits_of(y) & exponent_bits) == exponent_bits || x == 0 || y == 0)
    return product + z; // exact, or no number
  if ((bits_of(z) & exponent_bits) == exponent_bits)
    return z + z; // the product is finite
  const parts a = parts_of(x), b = parts_of(y), c = parts_of(z);
  const int sign = a.sign ^ b.sign;
  int exponent = a.exponent + b.exponent;
  wide left = (wide)a.significand * b.significand; // below 2^106
  if (c.significand == 0)
    return rounded(sign, exponent, left);
  // The larger one is moved up to bit 125, the other one after it, with a lowest bit for what falls out.
  wide right = c.significand;
  int right_exponent = c.exponent;
  const int up = leading_zeros(left) - 2, right_up = leading_zeros(right) - 2;
  left <<= up;
  exponent -= up;
  right <<= right_up;
  right_exponent -= right_up;
  if (exponent >= right_exponent) {
    right = shifted(right, exponent - right_exponent);
  } else {
    left = shifted(left, right_exponent - exponent);
    exponent = right_exponent;
  }
  if (sign == c.sign)
    return rounded(sign, exponent, left + right);
  if (left == right)
    return 0;
  return left > right ? rounded(sign, exponent, left - right) : rounded(c.sign, exponent, right - left);
}

/// The rest of a division, exact: the sign of x.
double MERCER_VERSIONED(fmod)(double x, double y) {
  const uint64_t infinite = UINT64_C(0x7ff) << 52, magnitude_x = bits_of(x) & ~(UINT64_C(1) << 63),
                 magnitude_y = bits_of(y) & ~(UINT64_C(1) << 63);
  if (magnitude_x >= infinite || magnitude_y > infinite || magnitude_y == 0)
    return (x * y) / (x * y); // NaN
  if (magnitude_x < magnitude_y)
    return x;
  const parts a = parts_of(x), b = parts_of(y);
  uint64_t rest = a.significand % b.significand;
  for (int n = a.exponent - b.exponent; n > 0; --n)
    rest = (rest << 1) % b.significand; // both below 2^53
  return rounded(a.sign, b.exponent, rest);
}

float MERCER_VERSIONED(fmodf)(float x, float y) { return (float)MERCER_VERSIONED(fmod)(x, y); }
