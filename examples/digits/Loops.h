// The same computations as plain C++ loops: what a person would write without Mercer.
#pragma once

#include "Data.h"

#include <vector>

namespace digits::loops {

/// Value and gradient by the unit vectors u of the contrastive loss.
struct ValueAndGradient {
  float loss;
  std::vector<float> du;
};
ValueAndGradient contrastive(const std::vector<float> &u, const std::vector<std::int64_t> &label, int width,
                             float tau, float margin);

/// Rows of w x as unit vectors.
std::vector<float> embedding(const Images &images, const std::vector<float> &w, int width);

/// The gradient by w of sum_i du_i . u_i.
std::vector<float> pull_back(const Images &images, const std::vector<float> &w, const std::vector<float> &du,
                             int width);

std::vector<float> nearest(const std::vector<float> &query, const std::vector<float> &x,
                           const std::vector<std::int64_t> &label, int width);

float two_sample(const std::vector<float> &x, const std::vector<float> &y, float sigma);

std::vector<float> kernel_matvec(const std::vector<float> &x, const std::vector<float> &y,
                                 const std::vector<float> &v, int columns, float sigma);

} // namespace digits::loops
