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

/// A mixture with a component for each pair of components of two others.
struct MixtureOfPairs {
  Tensor weight;
  Tensor mean;
  Tensor covariance;
  std::vector<Result> results() const { return {{"weight", weight}, {"mean", mean}, {"covariance", covariance}}; }
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
};

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

/// The experts of each token, and their weights, one column a choice.
struct Routing {
  Tensor gate;
  Tensor expert;
  std::vector<Result> results() const { return {{"g", gate}, {"idx", expert}}; }
};

/// An auxiliary loss, and where each token goes: its expert, the gate (0 when dropped), its place there (-1
/// when dropped).
struct Dispatch {
  Tensor loss;
  Tensor gate;
  Tensor expert;
  Tensor location;
  std::vector<Result> results() const {
    return {{"l_aux", loss}, {"gate", gate}, {"expert", expert}, {"location", location}};
  }
};

/// An auxiliary loss, and the weights of the experts of each token.
struct Combination {
  Tensor loss;
  Tensor weights;
  std::vector<Result> results() const { return {{"l_aux", loss}, {"weights", weights}}; }
};

/// A cost, and the cluster of each point.
struct Assignment {
  Tensor cost;
  Tensor cluster;
  std::vector<Result> results() const { return {{"cost", cost}, {"cluster", cluster}}; }
};

/// Vectors by codewords, and which those are.
struct Quantised {
  Tensor values;
  Tensor codes;
  std::vector<Result> results() const { return {{"values", values}, {"codes", codes}}; }
};

/// Scores of the codewords, the nearest ones, and the vectors rebuilt.
struct Codes {
  Tensor logits;
  Tensor code;
  Tensor rebuilt;
  std::vector<Result> results() const { return {{"logits", logits}, {"code", code}, {"zhat", rebuilt}}; }
};

/// Maps of the parts, and the mean feature of each.
struct PartAttention {
  Tensor maps;
  Tensor features;
  std::vector<Result> results() const { return {{"A", maps}, {"v", features}}; }
};

/// The mean embedding of a Gaussian mixture: at points, and its own squared norm.
struct MeanEmbedding {
  Tensor at_points, norm;
  std::vector<Result> results() const { return {{"Pk", at_points}, {"PPk", norm}}; }
};

/// What of a point a dictionary does not explain, and the weights that explain the rest.
struct LinearDependence {
  Tensor alpha, beta;
  std::vector<Result> results() const { return {{"alpha", alpha}, {"beta", beta}}; }
};

/// The product of a mixture and a Gaussian: means, log weights, variance.
struct GaussianProduct {
  Tensor mu, lw, v;
  /// Means row by row, then log weights, then the variance.
  Tensor flat() const {
    Expr k = extent(mu, 0), c = extent(mu, 1);
    Index n("n", k * c + k + 1);
    return Tensor(n, where(n < k * c, mu(floor_div(n, c), n % c), where(n < k * c + k, lw(n - k * c), v())));
  }
  std::vector<Result> results() const { return {{"value", flat()}, {"means", mu}, {"log_weights", lw}, {"variance", v}}; }
};

/// The cumulative loss of a mixture of hypotheses, and their probabilities after it.
struct BayesMixture {
  Tensor loss, posterior;
  std::vector<Result> results() const { return {{"loss", loss}, {"posterior", posterior}}; }
};

/// Sharpened targets, and the mean prediction to keep.
struct AlignedTargets {
  Tensor target, mean;
  std::vector<Result> results() const { return {{"q", target}, {"new_pm", mean}}; }
};

/// Predictions, and the weights of the components behind them.
struct MixturePrediction {
  Tensor mean, posterior;
  std::vector<Result> results() const { return {{"yhat", mean}, {"p", posterior}}; }
};

/// The surrogate loss, and the weights after the steps.
struct NeuronStep {
  Expr surrogate;
  Tensor weights;
  std::vector<Result> results() const {
    return {{"surrogate", scalar_tensor(surrogate)}, {"new_w", weights}};
  }
};

/// What a law predicts, and the objective of its fit where losses were observed.
struct Fitted {
  Tensor prediction;
  std::optional<Expr> fit;
  std::vector<Result> results() const {
    std::vector<Result> list = {{"prediction", prediction}};
    if (fit)
      list.push_back({"fit", scalar_tensor(*fit)});
    return list;
  }
};

/// A surrogate and the moving average after the step.
struct Averaged {
  Expr surrogate;
  Expr u;
  std::vector<Result> results() const {
    return {{"surrogate", scalar_tensor(surrogate)}, {"new_u", scalar_tensor(u)}};
  }
};

/// The value that agents agree on, and their duals after the step.
struct Consensus {
  Tensor theta;
  Tensor dual;
  std::vector<Result> results() const { return {{"theta", theta}, {"dual", dual}}; }
};

/// Variances added by steps of a diffusion, and the products of what stays.
struct NoiseSchedule {
  Tensor beta;
  Tensor product;
  std::vector<Result> results() const { return {{"beta", beta}, {"abar", product}}; }
};

/// Values without outliers, which are 0, and which ones are kept.
struct Filtered {
  Tensor values;
  Tensor kept;
  std::vector<Result> results() const { return {{"values", values}, {"kept", kept}}; }
};

/// The loss, and the state of the batch's samples after the step.
struct TemperatureStep {
  Loss loss;
  Tensor u, tau, v;
  std::vector<Result> results() const { return {{"loss", Tensor(loss)}, {"new_u", u}, {"new_tau", tau}, {"new_v", v}}; }
};

/// Components of a mixture after a step, and what share of the data each has.
struct MixtureStep {
  Tensor mean, log_deviation, weight, share;
  std::vector<Result> results() const { return {{"new_mu", mean}, {"new_logsig", log_deviation}, {"new_pi", weight}, {"g", share}}; }
};

/// Gram matrices of inducing patches (ii), of images and patches (ti), and the images' diagonal (t).
struct PatchGrams {
  Tensor ti;
  Tensor ii;
  Tensor t;
  std::vector<Result> results() const { return {{"ti", ti}, {"ii", ii}, {"t", t}}; }
};

} // namespace mercer::stdlib
