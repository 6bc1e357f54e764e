// Metrics of a confusion matrix as losses.
#pragma once

#include "mercer/stdlib/Elements.h"
#include "mercer/stdlib/Entry.h"
#include "mercer/stdlib/Scores.h"

namespace mercer::stdlib::classification {

/// Counts of a batch whose predictions are sigmoid(L (p - 1/2)): sharp, but with a gradient. The samples are
/// those of this batch; the authors' code divides by the size of the whole training set.
struct SoftConfusion {
  SoftConfusion(const Tensor &p, const Tensor &y, const Expr &sharpness) {
    Index i("i");
    Expr z = sharpness * (p(i) - 0.5), label = stop_gradient(y(i));
    true_positive = sum(i, label * sigmoid(z));
    false_negative = sum(i, label * sigmoid(-z));
    false_positive = sum(i, (1.0 - label) * sigmoid(z));
    true_negative = sum(i, (1.0 - label) * sigmoid(-z));
    positives = sum(i, label), negatives = sum(i, 1.0 - label);
  }
  Expr true_positive = 0.0, false_negative = 0.0, false_positive = 0.0, true_negative = 0.0;
  Expr positives = 0.0, negatives = 0.0;
};

inline constexpr auto anyloss_accuracy = define(
    Spec<3>{
        .name = "anyloss_accuracy",
        .summary = "1 - accuracy of predictions sigmoid(L (p - 1/2)).",
        .source = "Han, Moniz and Chawla, AnyLoss, KDD 2024; doheonhan/anyloss",
        .parameters = {{fractions("p", "i", "predicted probabilities"),
                        detached(binary("y", "i", "labels, 0 or 1")),
                        number("L", 73.0, 0.0, 1e30, "sharpness")}},
        .known = {R"({"p": [0.9, 0.4, 0.55, 0.2, 0.7], "y": [1, 1, 0, 0, 1]})", "0.3947985341406832"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &p, const Tensor &y, const Expr &sharpness) {
      SoftConfusion soft(p, y, sharpness);
      return weighted_average(soft.false_negative + soft.false_positive, soft.positives + soft.negatives);
    });

inline constexpr auto anyloss_fbeta = define(
    Spec<4>{
        .name = "anyloss_fbeta",
        .summary =
            "1 - F_beta of predictions sigmoid(L (p - 1/2)); 1 where there is neither a positive nor a "
            "prediction of one.",
        .source = "Han, Moniz and Chawla, AnyLoss, KDD 2024; doheonhan/anyloss",
        .parameters = {{fractions("p", "i", "predicted probabilities"),
                        detached(binary("y", "i", "labels, 0 or 1")),
                        number("L", 73.0, 0.0, 1e30, "sharpness"),
                        number("beta", 1.0, 0.0, 1e30, "weight of recall; 1 is F1")}},
        .known = {R"({"p": [0.9, 0.4, 0.55, 0.2, 0.7], "y": [1, 1, 0, 0, 1]})", "0.33035643750417854"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &p, const Tensor &y, const Expr &sharpness, const Expr &beta) {
      SoftConfusion soft(p, y, sharpness);
      Expr predicted = soft.true_positive + soft.false_positive, weight = square(beta);
      return 1.0 - weighted_average((1.0 + weight) * soft.true_positive, weight * soft.positives + predicted);
    });

inline constexpr auto anyloss_balanced_accuracy = define(
    Spec<3>{
        .name = "anyloss_balanced_accuracy",
        .summary = "1 - the mean recall of the two labels, of predictions sigmoid(L (p - 1/2)); of one label "
                   "where the "
                   "batch has no other.",
        .source = "Han, Moniz and Chawla, AnyLoss, KDD 2024; doheonhan/anyloss",
        .parameters = {{fractions("p", "i", "predicted probabilities"),
                        detached(binary("y", "i", "labels, 0 or 1")),
                        number("L", 73.0, 0.0, 1e30, "sharpness")}},
        .known = {R"({"p": [0.9, 0.4, 0.55, 0.2, 0.7], "y": [1, 1, 0, 0, 1]})", "0.4102210532073537"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &p, const Tensor &y, const Expr &sharpness) {
      SoftConfusion soft(p, y, sharpness);
      Expr missed = weighted_average(soft.false_negative, soft.positives);
      Expr wrong = weighted_average(soft.false_positive, soft.negatives);
      Expr labels = to_real(soft.positives > 0.0) + to_real(soft.negatives > 0.0);
      return (missed + wrong) / maximum(labels, 1.0);
    });

inline constexpr auto anyloss_gmean = define(
    Spec<3>{
        .name = "anyloss_gmean",
        .summary =
            "1 - the geometric mean of the recalls of the two labels, of predictions sigmoid(L (p - 1/2)); 1 "
            "where a label is missing.",
        .source = "Han, Moniz and Chawla, AnyLoss, KDD 2024; doheonhan/anyloss",
        .parameters = {{fractions("p", "i", "predicted probabilities"),
                        detached(binary("y", "i", "labels, 0 or 1")),
                        number("L", 73.0, 0.0, 1e30, "sharpness")}},
        .known = {R"({"p": [0.9, 0.4, 0.55, 0.2, 0.7], "y": [1, 1, 0, 0, 1]})", "0.4152839546234448"},
        .properties = non_negative | at_most_one,
    },
    [](const Tensor &p, const Tensor &y, const Expr &sharpness) {
      SoftConfusion soft(p, y, sharpness);
      return 1.0 - power_or_zero(weighted_average(soft.true_positive, soft.positives) *
                                     weighted_average(soft.true_negative, soft.negatives),
                                 0.5);
    });

} // namespace mercer::stdlib::classification
