// Workloads in another form. Their inputs are those of the original.
#include "Programs.h"

namespace mercer::bench {
namespace {

const Index p("p"), q("q"), row("row"), feature("feature");

Definition with(Definition definition, Program program) {
  definition.program = std::move(program);
  return definition;
}

} // namespace

Definition gaussian_matvec_rewritten(const Sizes &sizes) {
  Tensor x("points", 2), y("centres", 2), b("weights", 1);
  Scalar gamma("scale");
  Expr difference = y(q, feature) - x(p, feature);
  Expr value = sum(q, b(q) * exp(sum(feature, -(gamma * difference) * difference)));
  return with(gaussian_matvec(sizes), Program("field", {x, y, b, gamma}, {{"potential", p, value}}));
}

Definition cross_entropy_rewritten(const Sizes &sizes) {
  Tensor x("scores", 2), label("y", 1, integer);
  Expr total = sum(row, x(row, label(row)) - log(sum(q, exp(x(row, q)))));
  Expr value = -total / to_real(extent(x, 0));
  return with(cross_entropy(sizes), Program("nll", {x, label}, {{"nll", value}}));
}

Definition clip_infonce_rewritten(const Sizes &sizes) {
  Tensor u("u", 2), v("v", 2);
  auto s = [&](const Index &at, const Index &to) {
    return sum(feature, u(at, feature) * v(to, feature) * (1 / 0.07));
  };
  Expr value = mean(p, 0.5 * logsumexp(q, s(p, q)) + 0.5 * logsumexp(q, s(q, p)) - s(p, p));
  return with(clip_infonce(sizes), Program("alignment", {u, v}, {{"alignment", value}}));
}

Definition distillation_rewritten(const Sizes &sizes) {
  Tensor student("a", 2), teacher("b", 2);
  Expr share = softmax(q, 0.5 * teacher(row, q));
  Expr value =
      mean(row, sum(q, 4.0 * share * (0.5 * (teacher(row, q) - student(row, q)))) +
                    4.0 * (logsumexp(q, 0.5 * student(row, q)) - logsumexp(q, 0.5 * teacher(row, q))));
  return with(distillation(sizes), Program("divergence", {student, teacher}, {{"divergence", value}}));
}

Definition focal_rewritten(const Sizes &sizes) {
  Tensor score("score", 1), hit("hit", 1);
  Expr hits = hit(p) > 0.5;
  Expr entropy = where(hits, softplus(-score(p)), softplus(score(p))); // log_sigmoid by its definition
  Expr value = mean(p, square(1.0 - exp(-entropy)) * (where(hits, 0.25, 0.75) * entropy));
  return with(focal(sizes), Program("focal", {score, hit}, {{"focal", value}}));
}

Definition ksd_rewritten(const Sizes &sizes) {
  Tensor x("x", 2);
  Expr r2 = squared_distance(x[p], x[q]), kernel = rsqrt(1.0 + r2), cube = kernel * kernel * kernel;
  Expr stein =
      dot(x[p], x[q]) * kernel + (to_real(extent(x, 1)) - r2) * cube - 3.0 * r2 * cube * kernel * kernel;
  return with(ksd(sizes), Program("ksd", {x}, {{"ksd", mean({p, q}, stein, p != q)}}));
}

} // namespace mercer::bench
