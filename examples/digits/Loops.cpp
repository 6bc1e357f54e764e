#include "Loops.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace digits::loops {
namespace {

float squared_distance(const float *a, const float *b, int width) {
  float total = 0;
  for (int k = 0; k < width; ++k)
    total += (a[k] - b[k]) * (a[k] - b[k]);
  return total;
}

float dot(const float *a, const float *b, int width) {
  float total = 0;
  for (int k = 0; k < width; ++k)
    total += a[k] * b[k];
  return total;
}

void add(float scale, const float *from, float *to, int width) {
  for (int k = 0; k < width; ++k)
    to[k] += scale * from[k];
}

float softplus(float x) { return std::max(x, 0.0f) + std::log1p(std::exp(-std::abs(x))); }

/// Mean kernel of two samples; without the pairs (i, i) when they are one sample.
double mean_kernel(const std::vector<float> &x, const std::vector<float> &y, float sigma, bool same) {
  std::size_t n = x.size() / pixels, m = y.size() / pixels;
  double total = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j)
      if (!same || i != j)
        total += std::exp(-squared_distance(&x[i * pixels], &y[j * pixels], pixels) / (2 * sigma * sigma));
  return total / double(same ? n * (n - 1) : n * m);
}

} // namespace

std::vector<float> embedding(const Images &images, const std::vector<float> &w, int width) {
  std::vector<float> u(images.count() * width);
  for (std::int64_t i = 0; i < images.count(); ++i) {
    float *row = &u[i * width];
    for (int c = 0; c < width; ++c)
      row[c] = dot(&w[c * pixels], images.image(i), pixels);
    float length = std::sqrt(dot(row, row, width));
    for (int c = 0; c < width; ++c)
      row[c] /= length;
  }
  return u;
}

ValueAndGradient contrastive(const std::vector<float> &u, const std::vector<std::int64_t> &label, int width,
                             float tau, float margin) {
  const auto n = static_cast<std::int64_t>(label.size());
  std::vector<float> du(u.size(), 0.0f), s(n);
  double loss = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const float *ui = &u[i * width];
    float *dui = &du[i * width];
    float largest = -std::numeric_limits<float>::infinity();
    std::int64_t positives = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      s[j] = dot(ui, &u[j * width], width) / tau;
      if (label[j] != label[i])
        largest = std::max(largest, s[j]);
      else
        positives += j != i;
    }
    float total = 0;
    for (std::int64_t j = 0; j < n; ++j)
      if (label[j] != label[i])
        total += std::exp(s[j] - largest);
    float others = largest + std::log(total), slope_of_others = 0;
    float weight = 1.0f / (float(n) * float(positives));
    for (std::int64_t j = 0; j < n; ++j)
      if (label[j] == label[i] && j != i) {
        float gap = others - (s[j] - margin / tau);
        loss += weight * softplus(gap);
        float slope = weight / (1 + std::exp(-gap));
        slope_of_others += slope;
        add(-slope / tau, &u[j * width], dui, width);
        add(-slope / tau, ui, &du[j * width], width);
      }
    for (std::int64_t j = 0; j < n; ++j)
      if (label[j] != label[i]) {
        float slope = slope_of_others * std::exp(s[j] - others) / tau;
        add(slope, &u[j * width], dui, width);
        add(slope, ui, &du[j * width], width);
      }
  }
  return {float(loss), std::move(du)};
}

std::vector<float> pull_back(const Images &images, const std::vector<float> &w, const std::vector<float> &du,
                             int width) {
  std::vector<float> dw(w.size(), 0.0f), z(width);
  for (std::int64_t i = 0; i < images.count(); ++i) {
    for (int c = 0; c < width; ++c)
      z[c] = dot(&w[c * pixels], images.image(i), pixels);
    float squares = dot(z.data(), z.data(), width), length = std::sqrt(squares);
    float along = dot(&du[i * width], z.data(), width) / squares;
    for (int c = 0; c < width; ++c)
      add((du[i * width + c] - along * z[c]) / length, images.image(i), &dw[c * pixels], pixels);
  }
  return dw;
}

std::vector<float> nearest(const std::vector<float> &query, const std::vector<float> &x,
                           const std::vector<std::int64_t> &label, int width) {
  std::size_t n = query.size() / width, m = x.size() / width;
  std::vector<float> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    float best = std::numeric_limits<float>::infinity();
    for (std::size_t j = 0; j < m; ++j)
      if (float distance = squared_distance(&query[i * width], &x[j * width], width); distance < best) {
        best = distance;
        result[i] = float(label[j]);
      }
  }
  return result;
}

float two_sample(const std::vector<float> &x, const std::vector<float> &y, float sigma) {
  return float(mean_kernel(x, x, sigma, true) + mean_kernel(y, y, sigma, true) -
               2 * mean_kernel(x, y, sigma, false));
}

std::vector<float> kernel_matvec(const std::vector<float> &x, const std::vector<float> &y,
                                 const std::vector<float> &v, int columns, float sigma) {
  std::size_t n = x.size() / pixels, m = y.size() / pixels;
  std::vector<float> a(n * columns, 0.0f);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j) {
      float k = std::exp(-squared_distance(&x[i * pixels], &y[j * pixels], pixels) / (2 * sigma * sigma));
      add(k, &v[j * columns], &a[i * columns], columns);
    }
  return a;
}

} // namespace digits::loops
