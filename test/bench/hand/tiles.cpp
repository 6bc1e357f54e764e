// Products of bf16 by tiles (AMX): 32 rows of each factor make 2 x 2 tiles of sums, so that two loads serve two products each.
// Both factors are packed: rows with zeros up to a multiple of 32 terms, and an odd number of cache lines apart; columns in pairs.
#include "avx512.h"

#include <cmath>
#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

namespace mercer::bench::hand::tiles {

using namespace avx512;
using Half = std::uint16_t;

constexpr Size unit = 32, group = 128; ///< terms of a product of tiles; columns that share rows in the first cache

namespace {

Size terms(Size k) { return round_up(k, unit); }
Size row_length(Size k) { return (terms(k) / unit | 1) * unit; }

struct alignas(64) Configuration {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

/// Rows of a factor: [row][term], `count` rounded up to 32. `row_stride`, `term_stride`: of the factor.
void pack_rows(const Half *from, Half *to, Size count, Size k, Size row_stride, Size term_stride) {
  for (Size r = 0; r < round_up(count, unit); ++r)
    for (Size t = 0; t < row_length(k); ++t)
      to[r * row_length(k) + t] = r < count && t < k ? from[r * row_stride + t * term_stride] : 0;
}

/// Columns: [16 columns][pair of terms][column][2].
void pack_columns(const Half *from, Half *to, Size count, Size k, Size column_stride, Size term_stride) {
  for (Size c = 0; c < round_up(count, unit); ++c)
    for (Size t = 0; t < terms(k); ++t)
      to[(c / 16 * terms(k) / 2 + t / 2) * 32 + c % 16 * 2 + t % 2] =
          c < count && t < k ? from[c * column_stride + t * term_stride] : 0;
}

/// s[column vector][row][column] = the products of 32 rows and 32 columns.
INLINE void multiply(const Half *rows, const Half *columns, float (&s)[2][32][16], Size k) {
  const Size length = row_length(k), next = terms(k) * 16;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (Size t = 0; t < terms(k); t += unit) {
    _tile_loadd(4, rows + t, length * 2);
    _tile_loadd(5, rows + 16 * length + t, length * 2);
    _tile_loadd(6, columns + t * 16, 64);
    _tile_loadd(7, columns + next + t * 16, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 5, 6);
    _tile_dpbf16ps(2, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, s[0][0], 64);
  _tile_stored(1, s[0][16], 64);
  _tile_stored(2, s[1][0], 64);
  _tile_stored(3, s[1][16], 64);
}

} // namespace

bool allowed() {
  constexpr int request = 0x1023, tile_data = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static const bool result = syscall(SYS_arch_prctl, request, tile_data) == 0;
  return result;
}

Size scratch(Size rows, Size columns, Size k) {
  return (round_up(rows, unit) * row_length(k) + round_up(columns, group) * terms(k)) / 2;
}

void logsumexp_dot(const Half *x, const Half *y, float *out, Size n, Size m, Size k, Scratch memory) {
  Half *rows = reinterpret_cast<Half *>(memory), *columns = rows + round_up(m, unit) * row_length(k);
  pack_rows(y, rows, m, k, k, 1);
  pack_columns(x, columns, n, k, k, 1);
  const Configuration configuration;
  _tile_loadconfig(&configuration);
  for (Size p = 0; p < n; p += group) {
    V reference[group / 16], sum[group / 16];
    for (Size v = 0; v < group / 16; ++v)
      reference[v] = set(-largest), sum[v] = set(0);
    for (Size q = 0; q < m; q += unit)
      for (Size c = 0; c < group && p + c < n; c += unit) {
        alignas(64) float s[2][32][16];
        multiply(rows + q * row_length(k), columns + (p + c) * terms(k), s, k);
        const Size here = m - q < unit ? m - q : unit;
        for (Size v = 0; v < 2; ++v) {
          V &top = reference[c / 16 + v], &total = sum[c / 16 + v];
          V highest = set(-largest);
          for (Size u = 0; u < here; ++u)
            highest = _mm512_max_ps(highest, _mm512_load_ps(s[v][u]));
          highest = _mm512_min_ps(set(largest), highest * set(log2e));
          if (_mm512_cmp_ps_mask(highest, top + set(60), _CMP_GT_OQ)) {
            V raised = _mm512_max_ps(highest, top);
            total *= exp2(top - raised);
            top = raised;
          }
          V part[4] = {set(0), set(0), set(0), set(0)};
          if (here == unit)
            for (Size u = 0; u < unit; u += 4)
              UNROLL for (Size w = 0; w < 4; ++w) part[w] += exp2(fma(_mm512_load_ps(s[v][u + w]), set(log2e), -top));
          else
            for (Size u = 0; u < here; ++u)
              part[0] += exp2(fma(_mm512_load_ps(s[v][u]), set(log2e), -top));
          total += (part[0] + part[1]) + (part[2] + part[3]);
        }
      }
    for (Size v = 0; v < group / 16; ++v) {
      alignas(64) float top[16], total[16];
      _mm512_store_ps(top, reference[v]);
      _mm512_store_ps(total, sum[v]);
      for (Size c = 0; c < 16 && p + 16 * v + c < n; ++c)
        out[p + 16 * v + c] = (top[c] + log2f(total[c])) * ln2;
    }
  }
  _tile_release();
}

void product(const Half *a, const Half *b, float *out, Size n, Size m, Size k, Scratch memory) {
  Half *rows = reinterpret_cast<Half *>(memory), *columns = rows + round_up(n, unit) * row_length(k);
  pack_rows(a, rows, n, k, k, 1);
  pack_columns(b, columns, m, k, 1, m);
  const Configuration configuration;
  _tile_loadconfig(&configuration);
  for (Size p = 0; p < m; p += group)
    for (Size q = 0; q < n; q += unit)
      for (Size c = 0; c < group && p + c < m; c += unit) {
        alignas(64) float s[2][32][16];
        multiply(rows + q * row_length(k), columns + (p + c) * terms(k), s, k);
        for (Size u = 0; u < unit && q + u < n; ++u)
          for (Size v = 0; v < 2; ++v)
            _mm512_mask_storeu_ps(out + (q + u) * m + p + c + 16 * v, first(m - p - c - 16 * v), _mm512_load_ps(s[v][u]));
      }
  _tile_release();
}

} // namespace mercer::bench::hand::tiles
