// Combinatorial contrastive losses: set functions of a matrix of similarities whose sets are the classes.
#pragma once

#include "mercer/stdlib/Contrastive.h"

namespace mercer::stdlib::contrastive {

inline constexpr auto facility_location_loss = define(
    Spec<6>{
        .name = "facility_location_loss",
        .summary = "Sum over classes and samples outside of each, of the largest similarity to the class.",
        .source = "Majee et al., SCoRe: Submodular Combinatorial Representation Learning, ICML 2024; "
                  "amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "similarities"), labels("y", "i", "labels"),
                        number("lam", 1.0, 0.0, 1e30, "weight, of the reference"),
                        number("tau", 0.7, 0.0, 1e30, "scale, of the reference"),
                        number("tau_base", 0.07, 0.0, 1e30, "the reference is scaled by tau / tau_base"),
                        option("form", "set",
                               "set|reference: the set function, or the authors' mean over columns of the "
                               "log-sum-exp with 0 for pairs of one label")}},
        .known = {R"({"S": [[1, 0.5, 0.25], [0.5, 1, 0.75], [0.25, 0.75, 1]], "y": [0, 0, 1]})", "1.75"},
        .smoothness = Smoothness::kinked,
    },
    [](const Tensor &s, const Tensor &y, const Expr &lam, const Expr &tau, const Expr &tau_base,
       const std::string &form) {
      check_option("facility_location_loss", "form", form, {"set", "reference"});
      Index i("i"), j("j"), k("k");
      if (form == "reference") {
        Expr masked = where(y(i) != y(j), s(i, j), 0.0);
        return (tau / tau_base) * lam * mean(j, logsumexp(i, masked));
      }
      // A class is named by its first sample k.
      Expr first = !any(j, y(j) == y(k), j < k);
      return sum({i, k}, max(j, s(i, j), y(j) == y(k)), first && y(i) != y(k));
    });

inline constexpr auto graph_cut_loss = define(
    Spec<5>{
        .name = "graph_cut_loss",
        .summary =
            "Similarities between the classes less lam times those within; or the total correlation, or the "
            "authors' forms.",
        .source = "Majee et al., SCoRe: Submodular Combinatorial Representation Learning, ICML 2024; "
                  "amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "similarities"), labels("y", "i", "labels"),
                        number("lam", 0.5, 0.0, 1e30, "weight of the similarities within"),
                        number("tau", 0.7, 0.0, 1e30, "the authors' forms are scaled by tau / 0.07"),
                        option(
                            "variant", "S_f",
                            "S_f|C_f|ref_log|ref_cf: total information, total correlation, -log of the ratio "
                            "within : between, sum between over the count within")}},
        .known = {R"({"S": [[1, 0.5, 0.25], [0.5, 1, 0.75], [0.25, 0.75, 1]], "y": [0, 0, 1]})", "0"},
    },
    // ref_log leaves out samples whose two sums are not positive, where the reference is NaN; ref_cf those
    // that have no other sample of their label.
    [](const Tensor &s, const Tensor &y, const Expr &lam, const Expr &tau, const std::string &variant) {
      check_option("graph_cut_loss", "variant", variant, {"S_f", "C_f", "ref_log", "ref_cf"});
      Index i("i"), j("j");
      Expr other = y(i) != y(j), mate = i != j && y(i) == y(j);
      if (variant == "S_f")
        return sum({i, j}, s(i, j), other) - lam * sum({i, j}, s(i, j), y(i) == y(j));
      if (variant == "C_f")
        return lam * sum({i, j}, s(i, j), other);
      Expr between = sum(j, s(i, j), other), within = sum(j, s(i, j), mate);
      if (variant == "ref_cf")
        return (tau / 0.07) * lam * mean(i, average_of(between, count(j, mate)), any(j, mate));
      Expr valid = within > 0.0 && between > 0.0;
      Expr ratio = log(where(valid, between, 1.0)) - log(where(valid, within, 1.0)) - log(lam);
      return (tau / 0.07) * mean(i, ratio, valid);
    });

inline constexpr auto submod_supcon_loss = define(
    Spec<4>{
        .name = "submod_supcon_loss",
        .summary =
            "Log-sum-exp of each sample's scores to other labels, less the sum over its own label over the "
            "batch size, as the authors' code has it.",
        .source = "Majee et al., SCoRe: Submodular Combinatorial Representation Learning, ICML 2024; "
                  "amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "similarities"), labels("y", "i", "labels"),
                        number("tau", 0.07, 0.0, 1e30, "temperature"),
                        number("tau_base", 0.07, 0.0, 1e30, "the loss is scaled by tau / tau_base")}},
        .known = {R"({"S": [[1, 0], [0, 1]], "y": [0, 1], "tau": 1, "tau_base": 1})", "-1"},
        .properties = shift_invariant,
        .smoothness = Smoothness::detached, // the largest score of a row
    },
    // In the paper the logarithm is averaged over the own label alone. A sample without others of another
    // label is left out of the sum.
    [](const Tensor &s, const Tensor &y, const Expr &tau, const Expr &tau_base) {
      Index i("i"), j("j");
      Expr most = stop_gradient(max(j, s(i, j)));
      Expr score = (s(i, j) - most) / tau, mate = i != j && y(i) == y(j), other = y(i) != y(j);
      Expr loss = where(any(j, other), logsumexp(j, score, other), 0.0) -
                  where(any(j, other), sum(j, score, mate) / to_real(extent(s, 0)), 0.0);
      return (tau / tau_base) * mean(i, loss);
    });

inline constexpr auto submod_snn_loss = define(
    Spec<4>{
        .name = "submod_snn_loss",
        .summary =
            "Log-sum-exp over the batch of the squared distances to the own label and of the similarities to "
            "others, 0 where masked.",
        .source = "Majee et al., SCoRe: Submodular Combinatorial Representation Learning, ICML 2024; "
                  "amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "inner products"), labels("y", "i", "labels"),
                        number("tau", 0.7, 0.0, 1e30, "temperature"),
                        number("tau_base", 0.07, 0.0, 1e30, "the loss is scaled by tau / tau_base")}},
        .known = {R"({"S": [[1, 0], [0, 1]], "y": [0, 1], "tau": 1, "tau_base": 1})", "1.3862943611198906"},
    },
    [](const Tensor &s, const Tensor &y, const Expr &tau, const Expr &tau_base) {
      Index i("i"), j("j");
      Expr squared = s(i, i) + s(j, j) - 2.0 * s(i, j);
      Expr pull = logsumexp(j, where(i != j && y(i) == y(j), squared / tau, 0.0));
      Expr push = logsumexp(j, where(y(i) != y(j), s(i, j) / tau, 0.0));
      return (tau / tau_base) * mean(i, pull + push);
    });

inline constexpr auto submod_triplet_loss = define(
    Spec<3>{
        .name = "submod_triplet_loss",
        .summary = "Squared similarities to other labels less those to the own label, over tau.",
        .source = "Majee et al., SCoRe: Submodular Combinatorial Representation Learning, ICML 2024; "
                  "amajee11us/SCoRe",
        .parameters = {{points("S", "i,i", "similarities"), labels("y", "i", "labels"),
                        number("tau", 0.07, 0.0, 1e30, "scale")}},
        .known = {R"({"S": [[1, 0.5, 0], [0.5, 1, 1], [0, 1, 1]], "y": [0, 0, 1], "tau": 0.5})", "3"},
    },
    // The authors' file has the opposite sign.
    [](const Tensor &s, const Tensor &y, const Expr &tau) {
      Index i("i"), j("j");
      Expr signed_square = where(y(i) == y(j), -1.0, 1.0) * square(s(i, j));
      return sum({i, j}, signed_square, i != j) / tau;
    });

} // namespace mercer::stdlib::contrastive
