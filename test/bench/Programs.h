// The computations that are measured, as programs for any sizes with their inputs. The test of awkward sizes
// runs the same.
#pragma once

#include <mercer/runtime.h>

#include <cstdint>
#include <vector>

namespace mercer::bench {

struct Case;

/// What a workload is before it is asked for a value or a gradient.
struct Definition {
  Program program;
  std::vector<Array> inputs;
  std::vector<double> numbers;             ///< of the scalar inputs
  std::vector<std::size_t> differentiable; ///< positions of inputs
  std::vector<std::int64_t> value_shape = {};
  DType value_type = DType::f32;
  std::uint64_t cotangent_seed = 0;          ///< of a value that is no scalar
  Precision precision = Precision::accurate;
  double (*summary)(const Case &) = nullptr; ///< what the checksum of the value is taken of
};

/// The extents of a workload's indices.
using Sizes = std::vector<std::int64_t>;

// Sizes n, m, d.
Definition gaussian_matvec(const Sizes &);
Definition gaussian_matvec_by_dot(const Sizes &); ///< |x|^2 + |y|^2 - 2 x.y in place of |x - y|^2
Definition laplacian_matvec(const Sizes &);
Definition sinkhorn(const Sizes &);
Definition logsumexp_dot(const Sizes &); ///< of x_i . y_j over j
Definition logsumexp_dot_bf16(const Sizes &); ///< of inputs in bf16, with Precision::fast
Definition mmd2(const Sizes &);
Definition matrix_product(const Sizes &);
Definition matrix_product_bf16(const Sizes &);
// n, classes
Definition cross_entropy(const Sizes &);
Definition distillation(const Sizes &);
// n, classes, d
Definition linear_cross_entropy(const Sizes &);
Definition mixture(const Sizes &);
Definition kmeans(const Sizes &);
// n, d
Definition clip_infonce(const Sizes &);
Definition supcon(const Sizes &);
Definition triplet(const Sizes &);
Definition ksd(const Sizes &);
Definition squared_error(const Sizes &);
// n
Definition focal(const Sizes &);
Definition copy(const Sizes &);

// The same values, written in another way: other names, factors moved, definitions in place of their names.
Definition gaussian_matvec_rewritten(const Sizes &);
Definition cross_entropy_rewritten(const Sizes &);
Definition clip_infonce_rewritten(const Sizes &);
Definition distillation_rewritten(const Sizes &);
Definition focal_rewritten(const Sizes &);
Definition ksd_rewritten(const Sizes &); ///< in closed form, without derivatives

} // namespace mercer::bench
