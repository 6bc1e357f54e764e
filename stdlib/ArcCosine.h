// What kernels of wide networks are made of: the angle of two vectors, and what a layer does to it.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Kernel.h"

namespace mercer::stdlib {

// Kernels of networks are functions of an angle theta whose derivative by its cosine is infinite for equal
// points, where the factor that it meets is 0. So angles are handed on instead of cosines, each found by the
// sine of its half: nothing is infinite, and nothing cancels.

/// The angle of x and y; a right one where either is 0, with derivative 0.
Expr angle_of(const Tensor &x, const Tensor &y);
/// The angle whose cosine is 1 - gap, with derivative 0 where that is 1.
Expr angle_of_gap(const Expr &gap);
/// J_s(theta) / J_s(0) of the arc-cosine kernels, s from 0 to 3: 1 for equal points, 0 for opposite ones.
Expr arc_cosine(int s, const Expr &theta);
/// 1 - arc_cosine(s, theta), s from 1 to 3, right also for small angles.
Expr arc_cosine_gap(int s, const Expr &theta);

/// The standard deviations of a pair of outputs of a wide network, and the angle whose cosine is their
/// correlation.
struct Covariance {
  Expr x, y, angle;
  Expr value() const { return x * y * cos(angle); }
};
/// Of the inputs: scale <x, y> + bias.
Covariance input_covariance(const Tensor &x, const Tensor &y, const Expr &scale, const Expr &bias);
/// After rectified linear units: that of sqrt(weight) relu(u) and sqrt(weight) relu(v), plus bias.
Covariance after_relu(const Covariance &before, const Expr &weight, const Expr &bias);

} // namespace mercer::stdlib
