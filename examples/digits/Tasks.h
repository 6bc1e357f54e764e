// The four things that this example does.
#pragma once

#include "Data.h"
#include "Report.h"

#include <mercer/mercer.h>

#include <string>
#include <vector>

namespace digits {

inline constexpr int width = 16; ///< of the embedding

/// Trains the embedding by Adam; nearest-neighbour accuracy before and after goes to the report.
/// Returns the embedding of the test images.
std::vector<float> train(const Split &data, Report &report);

/// Are images of two digits from one distribution? MMD with permutations.
void test_two_samples(const Images &images, std::int64_t first, std::int64_t second, Report &report);

/// Kernel ridge classification: conjugate gradients on the compiled kernel matvec.
void classify(const Split &data, Report &report);

/// Writes the two directions of largest variance of the embedding as an SVG picture.
void plot(const std::vector<float> &z, const std::vector<std::int64_t> &label, const std::string &path);

} // namespace digits
