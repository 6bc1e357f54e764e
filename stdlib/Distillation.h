// A student's scores against a teacher's.
#pragma once

#include "mercer/stdlib/Entry.h"

namespace mercer::stdlib::distillation {

inline constexpr auto kd_kl_loss = define(
    Spec<4>{
        .name = "kd_kl_loss",
        .summary = "T^2 KL(softmax(zt / T) || softmax(zs / T)); the teacher zt gets no gradient.",
        .source = "Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015",
        .parameters = {{points("zs", "i,c", "the student's logits"),
                        detached(points("zt", "i,c", "the teacher's logits")),
                        number("T", 4.0, 0.0, 1e30, "temperature"), reduction()}},
        .known = {R"({"zs": [[1, 0, -1]], "zt": [[2, 0, 0]]})", "0.10310656356377557"},
        .properties = zero_when_equal | shift_invariant,
    },
    [](const Tensor &zs, const Tensor &zt, const Expr &t, const Reduction &reduction) {
      Index i("i"), c("c");
      Expr student = log_softmax(c, zs(i, c) / t), teacher = log_softmax(c, stop_gradient(zt(i, c)) / t);
      return Loss(i, square(t) * sum(c, exp(teacher) * (teacher - student)), reduction);
    });

} // namespace mercer::stdlib::distillation
