// Reductions of losses over their samples.
#include "mercer/stdlib/Loss.h"

namespace mercer {

namespace {

Expr reduce(const Indices &samples, const Expr &value, Reduction reduction,
            const std::optional<Expr> &average) {
  switch (reduction) {
  case Reduction::mean:
    return average ? *average : mean(samples, value);
  case Reduction::sum:
    return sum(samples, value);
  case Reduction::none:
    break;
  }
  return value;
}

} // namespace

Reduction::Reduction(std::string_view text) {
  if (text == "mean")
    choice_ = mean;
  else if (text == "sum")
    choice_ = sum;
  else if (text == "none")
    choice_ = none;
  else
    throw Error(ErrorCode::bad_option,
                "reduction: expected 'mean', 'sum' or 'none', given '" + std::string(text) + "'");
}

Loss::Loss(Indices samples, const Expr &value, Reduction reduction, const std::optional<Expr> &mean)
    : Expr(reduce(samples, value, reduction, mean)),
      samples_(reduction == Reduction::none ? samples : Indices(std::vector<Index>{})) {}

Loss::operator Tensor() const { return Tensor(samples_, static_cast<const Expr &>(*this)); }

} // namespace mercer
