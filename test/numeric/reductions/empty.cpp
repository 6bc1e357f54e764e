// Every reduction over nothing and under predicates that hold nowhere: the value of the language, and gradient 0.
#include <mercer/runtime.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

using namespace mercer;

namespace {

int failures = 0;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check(const std::string &what, double given, double expected) {
  if (same(given, expected))
    return;
  std::printf("%s: %g instead of %g\n", what.c_str(), given, expected);
  ++failures;
}

} // namespace

int main() {
  constexpr double infinity = HUGE_VAL;
  Tensor x("x", 2);
  Index i("i", extent(x, 0)), j("j", extent(x, 1));
  struct Row {
    std::string name;
    std::function<Expr(const Expr &)> over; // given the predicate
    double empty;
  };
  std::vector<Row> rows = {
      {"sum", [&](const Expr &p) { return sum(j, x(i, j), p); }, 0},
      {"mean", [&](const Expr &p) { return mean(j, x(i, j), p); }, 0},
      {"prod", [&](const Expr &p) { return prod(j, x(i, j), p); }, 1},
      {"min", [&](const Expr &p) { return min(j, x(i, j), p); }, infinity},
      {"max", [&](const Expr &p) { return max(j, x(i, j), p); }, -infinity},
      {"logsumexp", [&](const Expr &p) { return logsumexp(j, x(i, j), p); }, -infinity},
      {"variance", [&](const Expr &p) { return variance(j, x(i, j), p); }, 0},
      {"log(sum(exp))", [&](const Expr &p) { return log(sum(j, exp(x(i, j)), p)); }, -infinity},
      {"norm", [&](const Expr &p) { return sqrt(sum(j, square(x(i, j)), p)); }, 0},
      {"any", [&](const Expr &p) { return to_real(any(j, x(i, j) > 0, p)); }, 0},
      {"all", [&](const Expr &p) { return to_real(all(j, x(i, j) > 0, p)); }, 1},
      {"count", [&](const Expr &p) { return to_real(count(j, p)); }, 0},
      {"argmin", [&](const Expr &p) { return to_real(argmin(j, x(i, j), p)); }, -1},
      {"argmax", [&](const Expr &p) { return to_real(argmax(j, x(i, j), p)); }, -1}};
  for (const Row &row : rows)
    for (bool masked : {false, true}) {
      // Row 1 is masked, or every row has no column.
      std::int64_t n = 3, m = masked ? 5 : 0;
      std::vector<double> X;
      for (std::int64_t p = 0; p < n * m; ++p)
        X.push_back(std::sin(1.0 + static_cast<double>(p)));
      Expr rowwise = row.over(masked ? i != 1 : Expr(true));
      // Only finite values reach the scalar, so that its gradient shows what the reduction's derivative is.
      Expr total = sum(i, where(abs(rowwise) < 1e300, rowwise, 0.0));
      Program program("empty", {x}, {{"total", total}, {"rows", i, rowwise}});
      for (bool compiled : {true, false}) {
        Program whole = value_and_gradient(program, {x});
        Function f = compiled ? jit(whole) : interpret(whole);
        auto [value, values, slope] = f.call<3>(view(X, {n, m}));
        std::string name = row.name + (masked ? ", masked" : ", no columns") + (compiled ? "" : ", interpreted");
        for (std::int64_t p = 0; p < n; ++p)
          if (!masked || p == 1)
            check(name + ", row " + std::to_string(p), values.data<double>()[p], row.empty);
        for (std::int64_t p = 0; p < slope.size(); ++p) {
          double g = slope.data<double>()[p];
          if (p / 5 == 1)
            check(name + ", gradient " + std::to_string(p), g, 0);
          else if (std::isnan(g))
            check(name + ", gradient " + std::to_string(p), g, 0);
        }
        check(name + ", is a number", std::isnan(value.item<double>()), 0);
      }
    }
  std::printf("%d failures\n", failures);
  return failures != 0;
}
