// Angles and arc-cosine kernels.
#include "mercer/stdlib/ArcCosine.h"

#include <numbers>

namespace mercer::stdlib {

namespace {

constexpr double pi = std::numbers::pi;

Expr root_or_zero(const Expr &square) { return power_or_zero(square, 0.5); }

/// sin(theta) - theta cos(theta)
Expr lens(const Expr &theta) { return sin(theta) - theta * cos(theta); }

} // namespace

Expr angle_of(const Tensor &x, const Tensor &y) {
  Tensor u = normalize(x), v = normalize(y);
  Expr undirected = squared_norm(x) == 0.0 || squared_norm(y) == 0.0;
  return where(undirected, 0.5 * pi, 2.0 * atan2(distance(u, v), distance(u, -v)));
}

Expr angle_of_gap(const Expr &gap) { return 2.0 * asin(root_or_zero(minimum(0.5 * gap, 1.0))); }

Expr arc_cosine(int s, const Expr &theta) {
  Expr c = cos(theta), n = sin(theta), rest = pi - theta;
  switch (s) {
  case 0:
    return rest / pi;
  case 1:
    return (n + rest * c) / pi;
  case 2:
    return (3.0 * n * c + rest * (1.0 + 2.0 * square(c))) / (3 * pi);
  default:
    return (rest * c * (9.0 + 6.0 * square(c)) + n * (4.0 * square(n) + 15.0 * square(c))) / (15 * pi);
  }
}

Expr arc_cosine_gap(int s, const Expr &theta) {
  Expr c = cos(theta), n = sin(theta);
  Expr versine = 2.0 * square(sin(0.5 * theta)); // 1 - c
  switch (s) {
  case 1:
    return versine - lens(theta) / pi;
  case 2:
    return (2 * pi * square(n) - (3.0 * n * c - theta * (1.0 + 2.0 * square(c)))) / (3 * pi);
  default:
    return (pi * versine * (15.0 + 6.0 * c + 6.0 * square(c)) + theta * c * (9.0 + 6.0 * square(c)) -
            n * (4.0 * square(n) + 15.0 * square(c))) /
           (15 * pi);
  }
}

Covariance input_covariance(const Tensor &x, const Tensor &y, const Expr &scale, const Expr &bias) {
  Expr dx = root_or_zero(scale * squared_norm(x) + bias), dy = root_or_zero(scale * squared_norm(y) + bias);
  Expr none = dx == 0.0 || dy == 0.0;
  // The bias is a coordinate that both points share.
  Expr p = 1.0 / where(none, 1.0, dx), q = 1.0 / where(none, 1.0, dy);
  Tensor u = x * p, v = y * q;
  Expr apart = root_or_zero(scale * squared_distance(u, v) + bias * square(p - q));
  Expr together = root_or_zero(scale * squared_distance(u, -v) + bias * square(p + q));
  return {dx, dy, where(none, 0.5 * pi, 2.0 * atan2(apart, together))};
}

Covariance after_relu(const Covariance &before, const Expr &weight, const Expr &bias) {
  // With p = x' y' and q = bias + between, 1 - cos' = (p - q + (q - covariance')) / p, where p - q is
  // bias (weight / 2) (x - y)^2 / (p + q).
  Expr half = 0.5 * weight, between = half * before.x * before.y;
  Expr x = root_or_zero(half * square(before.x) + bias), y = root_or_zero(half * square(before.y) + bias);
  Expr p = x * y, q = bias + between, none = p == 0.0;
  Expr apart = bias * half * square(before.x - before.y) / where(none, 1.0, p + q);
  Expr gap = (apart + between * arc_cosine_gap(1, before.angle)) / where(none, 1.0, p);
  return {x, y, angle_of_gap(gap)};
}

} // namespace mercer::stdlib
