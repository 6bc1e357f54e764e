// Runs when the benchmarks are built: `small_calls.h`.
#include "SmallCalls.h"

#include <mercer/export.h>

MERCER_EXPORT(momentum_step, mercer::bench::momentum_step());
MERCER_EXPORT(row_products, mercer::bench::row_products());
MERCER_EXPORT(cross_entropy_step, mercer::bench::cross_entropy_step());
MERCER_EXPORT(contrastive_step, mercer::bench::contrastive_step());
