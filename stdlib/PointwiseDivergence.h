// Divergences of tensors, element by element.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::divergences {

inline constexpr auto kl_div = define(
    Spec<4>{
        .name = "kl_div",
        .also = "KLDivLoss",
        .summary = "t (log t - x) over all elements, x a logarithm of probabilities, t probabilities or, "
                   "with log_target, "
                   "their logarithm. batchmean divides by the first size: the divergence of a row.",
        .source = "torch.nn.functional.kl_div",
        .parameters = {{points("input", "b,...", "log-probabilities"),
                        positive("target", "b,...", "probabilities, or log-probabilities"),
                        option("log_target", 0.0, "whether the target is a logarithm"),
                        option("reduction", "mean", "mean|batchmean|sum|none: over the elements")}},
        .known = {R"({"input": [[-1, -2]], "target": [[1, 0]], "reduction": "batchmean"})", "1"},
        .smoothness = Smoothness::once, // by the target, where that is 0
    },
    [](const Tensor &input, const Tensor &target, bool log_target, const std::string &reduction) {
      check_option("kl_div", "reduction", reduction, {"mean", "batchmean", "sum", "none"});
      auto i = indices_of(input);
      Expr t = at(target, i);
      Expr loss = log_target ? exp(t) * (t - at(input, i)) : xlogx(t) - t * at(input, i);
      if (reduction != "batchmean")
        return Loss(i, loss, Reduction(reduction));
      return Loss(i, loss, Reduction::mean, sum(i, loss) / to_real(extent(input, 0)));
    });

} // namespace mercer::stdlib::divergences
