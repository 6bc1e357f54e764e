// Text, LaTeX and MathML of expressions.
#include "mercer/program.h"

#include <gtest/gtest.h>

#include <limits>

namespace mercer {
namespace {

class Printing : public testing::Test {
protected:
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 2}, b{"b", 1}, label{"label", 1, integer};
  Scalar gamma{"gamma"}, s{"s"}, t{"t"};
};

TEST_F(Printing, GaussianKernel) {
  Expr matvec = sum(j, exp(-gamma * sum(k, square(x(i, k) - y(j, k)))) * b(j));
  EXPECT_EQ(to_text(matvec), "Σ[j] exp(-gamma (Σ[k] (x(i, k) - y(j, k))²)) b(j)");
  EXPECT_EQ(to_latex(matvec), "\\sum_{j} \\exp\\left(-\\gamma \\, \\left(\\sum_{k} "
                              "\\left(x_{i, k} - y_{j, k}\\right)^{2}\\right)\\right) \\, b_{j}");
}

TEST_F(Printing, MathML) {
  EXPECT_EQ(to_mathml(s / t), "<math display=\"block\"><mrow><mfrac><mrow><mi>s</mi></mrow><mrow><mi>t</mi></mrow></mfrac></mrow></math>");
  auto row = [](const Expr &expr) {
    std::string text = to_mathml(expr), begin = "<math display=\"block\"><mrow>", end = "</mrow></math>";
    EXPECT_TRUE(text.starts_with(begin) && text.ends_with(end)) << text;
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  };
  EXPECT_EQ(row(gamma * 2.0), "<mi>γ</mi><mo>·</mo><mn>2</mn>");
  EXPECT_EQ(row(square(s)), "<msup><mrow><mi>s</mi></mrow><mrow><mn>2</mn></mrow></msup>");
  EXPECT_EQ(row(sqrt(s)), "<msqrt><mrow><mi>s</mi></mrow></msqrt>");
  EXPECT_EQ(row(abs(s)), "<mrow><mo stretchy=\"true\">|</mo><mi>s</mi><mo stretchy=\"true\">|</mo></mrow>");
  EXPECT_EQ(row(x(i, k)), "<msub><mrow><mi>x</mi></mrow><mrow><mi>i</mi><mo>,</mo><mi>k</mi></mrow></msub>");
  EXPECT_EQ(row(sum(j, b(j), j < i)), "<munder><mo>∑</mo><mrow><mi>j</mi><mo>:</mo><mi>j</mi><mo>&lt;</mo><mi>i</mi></mrow></munder>"
                                      "<msub><mrow><mi>b</mi></mrow><mrow><mi>j</mi></mrow></msub>");
  EXPECT_EQ(row(max(j, b(j))), "<munder><mi>max</mi><mrow><mi>j</mi></mrow></munder><mspace width=\"0.17em\"></mspace><msub><mrow><mi>b</mi></mrow><mrow><mi>j</mi></mrow></msub>");
  EXPECT_EQ(row(Expr(-2.5e20)), "<mo>−</mo><mn>2.5</mn><mo>·</mo><msup><mn>10</mn><mrow><mn>20</mn></mrow></msup>");
  EXPECT_EQ(row(Expr(-std::numeric_limits<double>::infinity())), "<mo>−</mo><mi>∞</mi>");
  EXPECT_EQ(row(exp(s)), "<mi>exp</mi><mo>&#x2061;</mo><mrow><mo>(</mo><mi>s</mi><mo>)</mo></mrow>");
  EXPECT_EQ(row((s + t) * s), "<mrow><mo>(</mo><mi>s</mi><mo>+</mo><mi>t</mi><mo>)</mo></mrow><mo rspace=\"0.17em\">&#x2062;</mo><mi>s</mi>");
}

TEST_F(Printing, ParenthesesOnlyWhereNeeded) {
  EXPECT_EQ(to_text(s + t * s), "s + t s");
  EXPECT_EQ(to_text((s + t) * s), "(s + t) s");
  EXPECT_EQ(to_text(s - (t - s)), "s - (t - s)");
  EXPECT_EQ(to_text(s - t - s), "s - t - s");
  EXPECT_EQ(to_text(s / (t * s)), "s / (t s)");
  EXPECT_EQ(to_text(-(s + t)), "-(s + t)");
  EXPECT_EQ(to_text(-s * t), "-s t");
  EXPECT_EQ(to_text(s - -s * t), "s - (-s t)");
  EXPECT_EQ(to_text(s + t + (s + t)), "s + t + s + t");
  EXPECT_EQ(to_text(pow(s + t, 3)), "(s + t)^3");
  EXPECT_EQ(to_text(square(-s)), "(-s)²");
  EXPECT_EQ(to_text(sqrt(s + t)), "√(s + t)");
  EXPECT_EQ(to_text(abs(s - t)), "|s - t|");
  EXPECT_EQ(to_latex((s + t) / t), "\\frac{s + t}{t}");
}

TEST_F(Printing, PredicatesAndLogic) {
  EXPECT_EQ(to_text(sum(j, b(j), j != i && label(j) == 1)), "Σ[j: j ≠ i ∧ label(j) = 1] b(j)");
  EXPECT_EQ(to_text(sum(j, b(j), j < i || !(label(j) >= 2))), "Σ[j: j < i ∨ ¬(label(j) ≥ 2)] b(j)");
  EXPECT_EQ(to_text(count(j, j <= i)), "count[j: j ≤ i]");
  EXPECT_EQ(to_latex(max(j, b(j), j > i)), "\\max_{j : j > i} b_{j}");
  EXPECT_EQ(to_text(any(j, b(j) > 0.0)), "∃[j] (b(j) > 0)");
}

TEST_F(Printing, Reductions) {
  EXPECT_EQ(to_text(mean({i, j}, x(i, j))), "mean[i, j] x(i, j)");
  EXPECT_EQ(to_text(logsumexp(j, x(i, j), j != i)), "logsumexp[j: j ≠ i] x(i, j)");
  EXPECT_EQ(to_text(softmax(j, x(i, j))), "softmax[j] x(i, j)");
  EXPECT_EQ(to_text(argmin(j, b(j))), "argmin[j] b(j)");
  EXPECT_EQ(to_text(prod(j, b(j)) / sum(j, b(j))), "(Π[j] b(j)) / (Σ[j] b(j))");
  EXPECT_EQ(to_text(variance(j, b(j), true, 1)), "variance[j; ddof 1] b(j)");
}

TEST_F(Printing, AReductionTakesTheProductBehindIt) {
  EXPECT_EQ(to_text(logsumexp(j, b(j) / t)), "logsumexp[j] b(j) / t");
  EXPECT_EQ(to_text(logsumexp(j, b(j)) / t), "(logsumexp[j] b(j)) / t");
  EXPECT_EQ(to_text(max(j, b(j)) * t), "(max[j] b(j)) t");
  EXPECT_EQ(to_text(-max(j, b(j)) * t), "(-max[j] b(j)) t");
  EXPECT_EQ(to_text(-max(j, b(j) * t)), "-max[j] b(j) t");
  EXPECT_EQ(to_text(t - max(j, b(j)) + t), "t - max[j] b(j) + t");
  EXPECT_EQ(to_text(sum(i, min(j, x(i, j)))), "Σ[i] min[j] x(i, j)");
  EXPECT_EQ(to_text(sum(j, softmax(j, b(j)) * b(j))), "Σ[j] (softmax[j] b(j)) b(j)");
  EXPECT_EQ(to_latex(max(j, b(j)) * t), "\\left(\\max_{j} b_{j}\\right) \\, t");
  EXPECT_EQ(to_latex(max(j, b(j)) / t), "\\frac{\\max_{j} b_{j}}{t}");
}

TEST_F(Printing, LatexIsTypeset) {
  EXPECT_EQ(to_latex(Expr(1e-8)), "10^{-8}");
  EXPECT_EQ(to_latex(Expr(-2.5e20)), "-2.5 \\cdot 10^{20}");
  EXPECT_EQ(to_latex(pow(Expr(2.5e20), s)), "\\left(2.5 \\cdot 10^{20}\\right)^{s}");
  EXPECT_EQ(to_latex(Expr(std::numeric_limits<double>::quiet_NaN())), "\\mathrm{NaN}");
  EXPECT_EQ(to_latex(stop_gradient(s)), "\\operatorname{stop\\_gradient}\\left(s\\right)");
  EXPECT_EQ(to_latex(extent(b, 0)), "\\operatorname{extent}(b, 0)");
  EXPECT_EQ(to_latex(Scalar("log_t") * Scalar("tau")), "\\mathrm{log\\_t} \\, \\tau");
}

TEST_F(Printing, FunctionsAndConstants) {
  EXPECT_EQ(to_text(where(s > 0.0, relu(s), 0.25 * t)), "where(s > 0, relu(s), 0.25 t)");
  EXPECT_EQ(to_text(clamp(s, 0.0, 1.0)), "clamp(s, 0, 1)");
  EXPECT_EQ(to_text(floor_div(i, 2) + i % 3), "⌊i / 2⌋ + i mod 3");
  EXPECT_EQ(to_text(Expr(0.1)), "0.1");
  EXPECT_EQ(to_text(Expr(1.0 / 3)), "0.3333333333333333");
  EXPECT_EQ(to_text(Expr(-std::numeric_limits<double>::infinity())), "-∞");
  EXPECT_EQ(to_text(Expr(std::numeric_limits<double>::quiet_NaN())), "NaN");
  EXPECT_EQ(to_latex(Expr(std::numeric_limits<double>::infinity())), "\\infty");
  EXPECT_EQ(to_text(Expr(true)), "true");
  EXPECT_EQ(to_text(extent(x, 0) + extent(i)), "extent(x, 0) + extent(i)");
}

TEST_F(Printing, DefinitionsAreWrittenOut) {
  Tensor u({i, k}, x(i, k) / norm(x[i]));
  EXPECT_EQ(to_text(u(j, 0)), "x(j, 0) / √(Σ[k] x(j, k)²)");
  EXPECT_EQ(to_text(x[i][k]()), "x(i, k)");
  EXPECT_EQ(to_text(padded(b, 0.0)(i + 1)), "b(i + 1)");
  EXPECT_EQ(to_text(b(label(i))), "b(label(i))");
}

TEST_F(Printing, TwoIndicesOfOneNameAreToldApart) {
  Index other{"k"}, third{"k"};
  EXPECT_EQ(to_text(sum(other, x(k, other))), "Σ[k'] x(k, k')");
  EXPECT_EQ(to_latex(sum(other, x(k, other))), "\\sum_{k'} x_{k, k'}");
  EXPECT_NE(to_mathml(sum(other, x(k, other))).find("<mi>k</mi><mo>,</mo><msup><mi>k</mi><mo>′</mo></msup>"), std::string::npos);
  EXPECT_EQ(to_text(sum({k, other}, x(k, other))), "Σ[k, k'] x(k, k')");
  EXPECT_EQ(to_text(sum(other, x(k, other) * sum(third, x(k, third) * b(other)))), "Σ[k'] x(k, k') (Σ[k''] x(k, k'') b(k'))");
  // One that stands for another's argument, also within an expression.
  Tensor row(i, sum(k, x(i, k)));
  EXPECT_EQ(to_text(row(other)), "Σ[k'] x(k, k')");
  EXPECT_EQ(to_text(row(other + 1)), "Σ[k'] x(k + 1, k')");
  EXPECT_EQ(to_text(row(i)), "Σ[k] x(i, k)");
  // Each has its own when neither is read in the other's reduction.
  EXPECT_EQ(to_text(sum(k, b(k)) * sum(other, b(other))), "(Σ[k] b(k)) (Σ[k] b(k))");
  EXPECT_EQ(to_text(Program("p", {x}, {{"y", {k, other}, x(other, k)}})), "p(x: real of rank 2)\n  y(k, k') = x(k', k)\n");
}

TEST_F(Printing, Derivatives) {
  Tensor slope = gradient([](const Tensor &u) { return squared_norm(u); }, x[i]);
  EXPECT_EQ(to_text(slope(j)), "∂[Σ[k] u(k)²]/∂u(j){u = x(i, ·)}");
  EXPECT_EQ(to_latex(slope(j)),
            "\\frac{\\partial}{\\partial u_{j}}\\left[\\sum_{k} u_{k}^{2}\\right]_{u = x_{i, \\cdot}}");
}

} // namespace
} // namespace mercer
