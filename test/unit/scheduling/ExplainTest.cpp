// Plans in words and stages as text, as a user's program asks for them.
#include <mercer/runtime.h>

#include <gtest/gtest.h>

namespace mercer {
namespace {

/// a(i) = sum_j exp(-|x_i - y_j|^2) b(j)
Program matvec() {
  Index i("i"), j("j"), k("k");
  Tensor x("x", 2), y("y", 2), b("b", 1);
  return Program("matvec", {x, y, b}, {{"a", i, sum(j, exp(-sum(k, square(x(i, k) - y(j, k)))) * b(j))}});
}

void expectPart(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in\n" << text;
}

std::string messageOf(const std::function<void()> &run) {
  try {
    run();
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

TEST(Explain, SaysFormulasWhereSizesAreNotKnown) {
  const std::string text = explain(matvec(), JitOptions());
  expectPart(text, "plan of matvec\n  n = size 1 of x, m = size 0 of y, d = size 0 of x");
  expectPart(text, "nest over i below d in parallel");
  expectPart(text, "4 d bytes written");
  EXPECT_EQ(text.find(" = size 0 of b"), std::string::npos) << "b has the size of y\n" << text;
  EXPECT_EQ(text.find(" MB"), std::string::npos) << text;
  EXPECT_EQ(text.find("about "), std::string::npos) << text;
}

// 3 differences, 3 squares, 2 sums, a product with log2 e, a power of two (15), a product and a sum: 26 for each pair.
TEST(Explain, SaysNumbersForTheSizesOfTheCall) {
  const std::vector<float> x(1000 * 3), y(2000 * 3), b(2000);
  const Function f = jit(matvec());
  const std::string text = f.explain({view(x, {1000, 3}), view(y, {2000, 3}), view(b, {2000})});
  expectPart(text, "n = size 0 of x = 1000, m = size 0 of y = 2000");
  expectPart(text, "26 n m");
  expectPart(text, " operations = 5.2");
  expectPart(text, "12 n + 16 m bytes = 44 KB read");
  expectPart(text, "4 n bytes = 4 KB written");
  expectPart(text, "\n    about ");
  expectPart(text, " on one thread, bound by ");
  expectPart(text, "16 n + 16 m bytes = 48 KB: inputs 12 n + 16 m bytes = 44 KB, outputs 4 n bytes = 4 KB");
}

// One nest and one with a table for each chunk, whose parts are added by a call of its own.
TEST(Explain, SaysMeasuredTimesBesidePredictedOnes) {
  Index i("i"), c("c");
  Tensor x("x", 1), label("label", 1, integer), w("w", 1);
  Program counts("counts", {x, label, w},
                 {{"s", sum(i, square(x(i)))}, {"h", c, w(c) * sum(i, x(i), label(i) == c)}});
  JitOptions options;
  options.measure = true;
  options.threads = 1;
  const Function f = jit(counts, options);
  const std::vector<float> values(5000, 1.5f);
  const std::vector<std::int64_t> labels(5000, 3);
  const std::vector<float> weights(300, 2.0f);
  const Argument arguments[] = {view(values, {5000}), view(labels, {5000}), view(weights, {300})};
  EXPECT_EQ(f.explain(arguments).find("measured"), std::string::npos) << "nothing has run";
  f.call_all(arguments);
  const std::string text = f.explain(arguments);
  std::size_t nests = 0, measured = 0;
  for (std::size_t at = 0; (at = text.find("\n  nest over", at + 1)) != std::string::npos;)
    ++nests;
  for (std::size_t at = 0; (at = text.find(", measured ", at + 1)) != std::string::npos;)
    ++measured;
  EXPECT_EQ(measured, nests + 1) << text; // and the whole
  EXPECT_EQ(text.find("measured 0 us"), std::string::npos) << text;
  const Argument shorter[] = {view(values.data(), {100}), view(labels.data(), {100}), view(weights, {300})};
  EXPECT_EQ(f.explain(shorter).find("measured"), std::string::npos) << "other sizes";
}

TEST(Explain, NamesWhatFastComputesLessExactly) {
  JitOptions options;
  options.precision = Precision::fast;
  expectPart(explain(matvec(), options), "fast, within 4 ulp: exp at ExplainTest.cpp:");
  EXPECT_EQ(explain(matvec(), JitOptions()).find("fast"), std::string::npos);
}

TEST(Emit, GivesEachStageAsText) {
  expectPart(emit(matvec(), "program"), "mercer.reduce sum over");
  expectPart(emit(matvec(), "mlir"), "mercer.program @matvec");
  expectPart(emit(matvec(), "nests"), "mercer.nest \"i\"");
  expectPart(emit(matvec(), "vector"), "scf.for");
  expectPart(emit(matvec(), "llvm"), "define i32 @mercer_matvec");
  expectPart(emit(matvec(), "asm"), "mercer_matvec:");
}

TEST(Emit, NamesTheStages) {
  expectPart(messageOf([] { emit(matvec(), "nest"); }),
             "matvec: 'stage' must be program, mlir, nests, vector, llvm or asm, but is \"nest\"");
}

} // namespace
} // namespace mercer
