// Penalties on a tensor.
#pragma once

#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::regularizers {

inline constexpr auto total_variation = define(
    Spec<3>{
        .name = "total_variation",
        .summary = "Differences of neighbours: 2 (mean dv^2 + mean dh^2), sum |dv| + |dh|, or sum sqrt(dv^2 "
                   "+ dh^2 + "
                   "eps), where a difference past the edge is 0.",
        .source = "Rudin, Osher and Fatemi, Physica D 60, 1992; xl-tang01/UAUDeblur TVLoss (squared)",
        .parameters = {{points("x", "i,j", "image"),
                        option("kind", "squared", "squared|anisotropic|isotropic"),
                        number("eps", 0.0, 0.0, 1e30, "under the root of the isotropic kind")}},
        .known = {R"({"x": [[0, 1], [2, 3]]})", "10"},
        .properties = non_negative | shift_invariant,
        .kink = {R"({"x": [[1, 1], [3, 1]], "kind": "anisotropic"})", "[[-1, 0], [2, -1]]"},
    },
    [](const Tensor &x, const std::string &kind, const Expr &eps) {
      Index i("i"), j("j"), below("i", extent(x, 0) - 1), right("j", extent(x, 1) - 1);
      auto down = [&](const Expr &row, const Expr &column) { return x(row + 1, column) - x(row, column); };
      auto across = [&](const Expr &row, const Expr &column) { return x(row, column + 1) - x(row, column); };
      if (kind == "squared")
        return 2.0 * (mean({below, j}, square(down(below, j))) + mean({i, right}, square(across(i, right))));
      if (kind == "anisotropic")
        return sum({below, j}, abs(down(below, j))) + sum({i, right}, abs(across(i, right)));
      if (kind != "isotropic")
        throw Error(ErrorCode::bad_option,
                    "total_variation, parameter 'kind': expected 'squared', 'anisotropic' or "
                    "'isotropic', given '" +
                        kind + "'");
      Expr dv = where(i + 1 < extent(x, 0), down(i, j), 0.0),
           dh = where(j + 1 < extent(x, 1), across(i, j), 0.0);
      return sum({i, j}, sqrt(square(dv) + square(dh) + eps));
    });

} // namespace mercer::stdlib::regularizers
