// The same computations as plain C++ loops: what a person would write without Mercer.
#pragma once

#include "Data.h"

#include <vector>

namespace digits::loops {

/// Value and gradient by w of the contrastive loss.
struct ValueAndGradient {
  float loss;
  std::vector<float> dw;
};
ValueAndGradient contrastive(const Images &images, const std::vector<float> &w, int width, float tau,
                             float margin);

std::vector<float> embedding(const Images &images, const std::vector<float> &w, int width);

std::vector<float> nearest(const std::vector<float> &query, const std::vector<float> &x,
                           const std::vector<std::int64_t> &label, int width);

float two_sample(const std::vector<float> &x, const std::vector<float> &y, float sigma);

std::vector<float> kernel_matvec(const std::vector<float> &x, const std::vector<float> &y,
                                 const std::vector<float> &v, int columns, float sigma);

} // namespace digits::loops
