// Classifiers by class means and by kernels.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/KernelFunctions.h"
#include "mercer/stdlib/Scores.h"

#include <cmath>

namespace mercer::stdlib::classification {

inline constexpr auto mean_classifier_loss = define(
    Spec<5>{
        .name = "mean_classifier_loss",
        .summary =
            "Loss of the scores <f, W_c> against the class means W: log2(1 + sum of exp of the margins' "
            "negatives), or the largest hinge.",
        .source = "Arora et al., A Theoretical Analysis of Contrastive Unsupervised Representation Learning, "
                  "ICML 2019",
        .parameters = {{points("f", "i,d", "features"), points("W", "c,d", "class means"),
                        labels("y", "i", "labels, < c"),
                        option("loss", "logistic", "logistic|hinge: as said"), reduction()}},
        .known = {R"({"f": [[2, 0]], "W": [[1, 0], [0, 1]], "y": [0]})", "0.18311841208159615"},
        .properties = non_negative,
    },
    [](const Tensor &f, const Tensor &w, const Tensor &y, const std::string &loss,
       const Reduction &reduction) {
      check_option("mean_classifier_loss", "loss", loss, {"logistic", "hinge"});
      Index i("i"), c("c");
      Tensor score({i, c}, dot(f[i], w[c]));
      if (loss == "logistic")
        return Loss(i, cross_entropy_of(score, i, y(i)) / std::log(2.0), reduction);
      return Loss(i, relu(1.0 + max(c, score(i, c), c != y(i)) - score(i, y(i))), reduction);
    });

inline constexpr auto mean_similarity_classifier = define(
    Spec<5>{
        .name = "mean_similarity_classifier",
        .summary = "Mean kernel of each query with the data of each class; 0 for a class without data.",
        .source = "Backurs et al., Efficiently Computing Similarities to Private Datasets, ICLR 2024",
        .parameters = {{points("x", "i,d", "data"), labels("y", "i", "labels, < classes"),
                        points("q", "j,d", "queries"), kernel("kernel", "kernel; rbf when left out", "rbf"),
                        option("classes", 2.0, "number of classes")}},
        .known = {R"({"x": [[0], [2], [4]], "y": [0, 1, 1], "q": [[0]]})", "[[1, 0.06783537319469067]]"},
        .properties = non_negative,
    },
    [](const Tensor &x, const Tensor &y, const Tensor &q, const Kernel &k, int classes) {
      Index i("i"), j("j"), c("c", classes);
      return Tensor({j, c}, mean(i, k(x[i], q[j]), y(i) == c));
    });

inline constexpr auto gaussian_naive_bayes_shared = define(
    Spec<4>{
        .name = "gaussian_naive_bayes_shared",
        .summary =
            "Log-scores of the data themselves under Gaussian classes that share the variances of their "
            "features; minus infinity for a class without data.",
        .source = "Zheng et al., Revisiting Discriminative vs. Generative Classifiers, ICML 2023; "
                  "ML-GSAI/Revisiting-Dis-vs-Gen-Classifiers",
        .parameters = {{points("X", "i,d", "data"), labels("y", "i", "labels, < classes"),
                        number("eps", 1e-9, 0.0, 1e30, "added to the variances"),
                        option("classes", 2.0, "number of classes")}},
        .known = {R"({"X": [[0, 1], [1, 2], [4, 1], [5, 3]], "y": [0, 0, 1, 1], "eps": 0})",
                  "[[-1.3931471805599453, -41.993147180559944], [-1.3931471805599453, -25.193147180559947],"
                  " [-25.393147180559946, -1.9931471805599453], [-42.993147180559944, -1.9931471805599453]]"},
        .tolerance = 1e-8,
    },
    [](const Tensor &x, const Tensor &y, const Expr &eps, int classes) {
      Index i("i"), j("j"), d("d"), c("c", classes);
      Tensor centre({c, d}, mean(j, x(j, d), y(j) == c));
      Tensor spread(d, mean(j, square(x(j, d) - centre(y(j), d))) + eps);
      Expr share = to_real(count(j, y(j) == c)) / to_real(extent(x, 0));
      return Tensor({i, c}, log(share) - 0.5 * sum(d, square(x(i, d) - centre(c, d)) / spread(d)));
    });

} // namespace mercer::stdlib::classification
