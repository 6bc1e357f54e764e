// What entries of several results return.
#pragma once

#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib {

/// The Gaussian of the step before, given the clean and the noisy data.
struct Posterior {
  Tensor mean;
  Tensor variance;
  std::vector<Result> results() const { return {{"mean", mean}, {"variance", variance}}; }
};

/// Scores with a margin that follows the quality of an image, and the running statistics of the norms.
struct AdaptiveLogits {
  Tensor logits;
  Expr mean, deviation;
  std::vector<Result> results() const {
    return {{"logits", logits}, {"new_mu", scalar_tensor(mean)}, {"new_sd", scalar_tensor(deviation)}};
  }
};

/// Scores with a margin that grows with the norm of the feature, and the regulariser of the norms.
struct MagneticLogits {
  Tensor logits;
  Expr regularizer;
  std::vector<Result> results() const { return {{"logits", logits}, {"g", scalar_tensor(regularizer)}}; }
};

/// The loss, and the temperature of each sample for its next visit.
struct AdaptiveTemperature {
  Loss loss;
  Tensor lam;
  std::vector<Result> results() const { return {{"loss", Tensor(loss)}, {"lam", lam}}; }
};

/// The loss of each sample, and the risk.
struct RobustRisk {
  Tensor phi;
  Expr risk;
  std::vector<Result> results() const { return {{"phi", phi}, {"risk", scalar_tensor(risk)}}; }
/// The loss, and what a velocity network would be trained on.
struct Interpolant {
  Expr loss;
  Tensor velocity;
  std::vector<Result> results() const { return {{"loss", scalar_tensor(loss)}, {"velocity", velocity}}; }
};

/// Means, and logarithms of the one standard deviation of a sample's components.
struct Components {
  Tensor mean;
  Tensor log_deviation;
  std::vector<Result> results() const { return {{"mean", mean}, {"log_deviation", log_deviation}}; }
};

} // namespace mercer::stdlib
