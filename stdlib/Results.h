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

} // namespace mercer::stdlib
