// What a call costs on small data: functions linked from a library that was compiled ahead of time, and the same programs by the JIT.
#pragma once

#include <mercer/runtime.h>

namespace mercer::bench {

/// A step of gradient descent with momentum: (p, v, g, rate) -> p_new, v_new.
Program momentum_step();
/// (x, w) -> y(i) = sum_k w(k) x(i, k).
Program row_products();
/// Cross entropy of rows of scores, with its gradient: (x, label) -> loss, d_x.
Program cross_entropy_step();
/// Supervised contrastive loss, with its gradient: (z, label, tau) -> loss, d_z.
Program contrastive_step();

/// A table: nanoseconds of a call of each on 32x16 numbers and on none, one thread, in memory of the caller.
void small_calls(int rounds);

} // namespace mercer::bench
