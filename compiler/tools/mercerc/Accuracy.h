// How far compiled entries are from the true value.
#pragma once

#include "mercer/stdlib/Registry.h"

#include <iosfwd>

namespace mercer::tools {

struct AccuracyOptions {
  int draws = 20;     ///< cases of each kind of input
  unsigned seed = 1;
};

/// A table: for f32 and f64, and for each kind of input (as drawn, tiny, huge, far from the origin, nearly equal), the largest error of the value
/// and of its gradient in units in the last place of the true result, and of its largest component. The truth: the interpreter in 200 bits.
/// Of an entry that is a function of one number at a time (Scalar.h) also the largest errors over all of these, and where; above 4 units the mixed one, too.
void write_accuracy(std::ostream &out, const stdlib::EntryInfo &entry, const AccuracyOptions &options);

} // namespace mercer::tools
