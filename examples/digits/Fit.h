// Steps of Adam on batches, whoever computes the loss.
#pragma once

#include "Data.h"

#include <mercer/mercer.h>

#include <functional>

namespace digits {

inline constexpr int batch = 256;
inline constexpr float tau = 0.1f, margin = 0.2f;

/// The loss of the unit vectors u[batch, width] with these labels; writes its gradient by u.
using Loss = std::function<float(const std::vector<float> &u, const std::vector<std::int64_t> &label, std::vector<float> &du)>;

/// The loss of `contrastive_loss`, compiled here: a function of (u, label, tau, margin) -> (loss, d_u).
Loss compiled_loss(const mercer::Function &loss);

/// The embedding and its pull back by the weights.
struct Embedding {
  mercer::Function forward, pull_back;
  std::vector<float> of(const Images &images, const std::vector<float> &w) const;
  void gradient(const Images &images, const std::vector<float> &w, const std::vector<float> &du, std::vector<float> &dw) const;
};

struct Fitted {
  std::vector<float> w;
  double first_loss = 0, last_losses = 0; ///< of the first batch; of the last twenty, their mean
  Images sample;                          ///< the last batch, and what was computed of it
  std::vector<float> u, du, dw;
};

/// Random weights that every run has.
std::vector<float> initial_weights();

/// Trains them. The batches do not depend on the losses.
Fitted fit(const Images &images, const Embedding &embedding, const Loss &loss);

} // namespace digits
