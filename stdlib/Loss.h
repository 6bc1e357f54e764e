// The value of a loss over samples, under a choice of reduction.
#pragma once

#include "mercer/language.h"

#include <optional>

namespace mercer {

/// What a loss does with its samples: `Reduction::sum`, or "sum".
class Reduction {
public:
  enum Choice { mean, sum, none };
  constexpr Reduction(Choice choice) : choice_(choice) {}
  /// @throws Error(bad_option) for another word than mean, sum, none
  Reduction(std::string_view text);
  Reduction(const char *text) : Reduction(std::string_view(text)) {}
  constexpr operator Choice() const { return choice_; }

private:
  Choice choice_;
};

/// A loss: the scalar when it is reduced. With Reduction::none it is the tensor of the samples' losses, and
/// as an expression leaves the sample's index free, so that using it as a scalar is `unbound_index`.
class Loss : public Expr {
public:
  /// The mean over the samples is the plain one unless `mean` is given (weighted losses).
  Loss(Indices samples, const Expr &value, Reduction reduction, const std::optional<Expr> &mean = {});
  /// As a tensor: of rank 0 when reduced.
  operator Tensor() const;
  /// The loss of one sample, with Reduction::none.
  template <class... Subscripts>
  Expr operator()(const Subscripts &...subscripts) const {
    return Tensor(*this)(Subscript(subscripts)...);
  }
  int rank() const { return static_cast<int>(samples_.list().size()); }

private:
  Indices samples_;
};

} // namespace mercer
