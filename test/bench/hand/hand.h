// Loops written by hand with intrinsics: what compiled programs are measured against. Whole computations:
// they pack their operands and take any sizes. From the study of nests that preceded the compiler.
#pragma once

#include <cstdint>

namespace mercer::bench::hand {

using Size = std::int64_t;

/// Beside inputs and outputs: floats that a call may write to, 64-byte aligned, so that calls allocate
/// nothing.
using Scratch = float *;

struct Matvec { ///< x: n x d, y: m x d, b: m; value: n; cotangent, gradient: null for the value alone
  const float *x, *y, *b;
  float gamma;
  const float *cotangent;
  float *value, *gradient;
  Size n, m;
};

struct CrossEntropy { ///< logits: n x classes; losses: n; gradient: null for the value alone
  const float *logits;
  const std::int64_t *label;
  float *loss, *gradient;
  Size n, classes;
};

struct Contrastive { ///< image, text: n x k
  const float *image, *text;
  float *loss, *d_image, *d_text;
  Size n, k;
};

struct Focal { ///< gradient: null for the value alone
  const float *logits, *targets;
  float *loss, *gradient;
  Size n;
};

namespace avx512 {
void gaussian3(const Matvec &);                  ///< d = 3
void laplacian16(const Matvec &, Scratch);       ///< d = 16
void gaussian64(const Matvec &, Scratch);        ///< d = 64, differences
void gaussian64_by_dot(const Matvec &, Scratch); ///< d = 64, |x|^2 + |y|^2 - 2 x.y
Size matvec_scratch(Size n, Size m, Size d);
void cross_entropy(const CrossEntropy &);
/// out_i = logsumexp_j x_i . y_j; k: 16, 64 or 256
void logsumexp_dot(const float *x, const float *y, float *out, Size n, Size m, Size k, Scratch);
Size logsumexp_dot_scratch(Size n, Size m, Size k);
/// k: 32 or 256
void clip(const Contrastive &, Scratch);
Size clip_scratch(Size n, Size k);
/// k: 64
void nearest(const float *x, const float *centroids, std::int64_t *index, Size n, Size m, Scratch);
Size nearest_scratch(Size m);
void focal(const Focal &);
void copy(const float *from, float *to, Size count);
double fused_multiply_adds(Size rounds); ///< returns their number
} // namespace avx512

/// Of bf16, by the tile registers.
namespace tiles {
bool allowed(); ///< by the system: asks once
Size scratch(Size rows, Size columns, Size k);
void logsumexp_dot(const std::uint16_t *x, const std::uint16_t *y, float *out, Size n, Size m, Size k, Scratch); ///< rows: m, columns: n
void product(const std::uint16_t *a, const std::uint16_t *b, float *out, Size n, Size m, Size k, Scratch); ///< a: n x k, b: k x m
} // namespace tiles

namespace avx2 {
void gaussian3(const Matvec &);
void cross_entropy(const CrossEntropy &);
/// k: 64
void logsumexp_dot(const float *x, const float *y, float *out, Size n, Size m, Scratch);
Size logsumexp_dot_scratch(Size n, Size m);
} // namespace avx2

} // namespace mercer::bench::hand
