// The promises that are checked on every entry of the library, on one compiled object each.
#pragma once

#include "CompiledEntry.h"
#include "Findings.h"

namespace mercer::test {

/// The case with the second row of the first real input equal to its first row, and each input equal to the
/// first one that has its kind of numbers and rows of its size.
tools::Case coinciding(const CompiledEntry &entry, tools::Case input);

/// A number that arithmetic treats specially.
struct Special {
  const char *name;
  double value;
};
/// NaN, infinities, zeros of both signs, the smallest and the largest numbers of a type.
std::vector<Special> special_values(DType type);
/// The first, a middle and the last position of an array's elements.
std::vector<std::size_t> positions(const tools::ArrayData &data);

/// G1: the gradient of f64 code against central differences in three directions, and against dual numbers.
void check_gradient(const CompiledEntry &entry, unsigned seed, Findings &findings);
/// G2: the Hessian times a direction against differences of the gradient; symmetry.
void check_hessian(const CompiledEntry &entry, unsigned seed, Findings &findings);
/// G4: at ties, coinciding points, hinges and special values: the documented subgradient, and never NaN
/// beside a finite value.
void check_kinks(const CompiledEntry &entry, unsigned seed, Findings &findings);
/// K1: the declared properties, at drawn points of several sizes.
void check_properties(const CompiledEntry &entry, unsigned seed, Findings &findings);
/// N8: NaN, infinities, zeros, tiny and huge numbers at the first, a middle and the last position of each
/// input, against the interpreter; the state of the host's floating-point unit.
void check_special_values(const CompiledEntry &entry, unsigned seed, Findings &findings);

} // namespace mercer::test
