// Everything that this example computes with Mercer, as a person writes it.
#pragma once

#include <mercer/mercer.h>

namespace digits {

/// Supervised contrastive loss of unit vectors, with a margin over labels.
mercer::Expr margin_contrastive(const mercer::Tensor &u, const mercer::Tensor &label, const mercer::Expr &tau,
                                const mercer::Expr &margin);

/// (u, label, tau, margin) -> loss.
mercer::Program contrastive_loss();
/// (x, w) -> u(i, c), the embedding: w x, as unit vectors.
mercer::Program embedding();
/// (query, x, label) -> the label of the nearest row of x, for each row of query.
mercer::Program nearest_neighbour();
/// (x, y, sigma) -> unbiased squared maximum mean discrepancy of two samples.
mercer::Program two_sample();
/// (x, y, v, sigma) -> a(i, c) = sum_j k(x_i, y_j) v(j, c).
mercer::Program kernel_matvec();

} // namespace digits
