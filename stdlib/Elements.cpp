// Indices for every dimension; guarded powers and averages; what several losses are made of.
#include "mercer/stdlib/Elements.h"
#include "mercer/dsl/Node.h"

#include <numbers>

namespace mercer::stdlib {

std::vector<Index> indices_of(const Tensor &x) {
  std::vector<Index> indices;
  for (int dimension = 0; dimension < x.rank(); ++dimension)
    indices.emplace_back("i" + std::to_string(dimension));
  return indices;
}

Expr at(const Tensor &x, const std::vector<Index> &indices) {
  return x.read(std::vector<Expr>(indices.begin(), indices.end()), std::source_location::current());
}

Expr power_or_zero(const Expr &base, const Expr &exponent) {
  // The power is taken of 1 where the base is 0: its derivative there would be infinite, and infinity times 0
  // is NaN.
  Expr positive = base > 0.0;
  return where(positive, pow(where(positive, base, 1.0), exponent), 0.0);
}

Expr log_of_kernel(const Expr &value, const Expr &least) {
  const ExprNode &node = *value.node();
  bool exponential = node.op == ExprOp::apply && node.function == dsl::Function::exp;
  return exponential ? node.operands[0] : log(maximum(value, least));
}

Expr log_or_zero(const Expr &weight) { return log(where(weight != 0.0, weight, 1.0)); }

Expr huber_of(const Expr &error, const Expr &delta) {
  Expr size = abs(error);
  return where(size <= delta, 0.5 * square(error), delta * (size - 0.5 * delta));
}

Expr average_of(const Expr &total, const Expr &count) { return total / to_real(maximum(count, 1)); }

Expr log_mean_exp(const Indices &over, const Expr &value, const Expr &count, const Expr &predicate) {
  return where(count > 0, logsumexp(over, value, predicate) - log(to_real(maximum(count, 1))), 0.0);
}

Expr cosine_with_margin(const Expr &cosine, const Expr &margin) {
  // The sine's derivative is infinite where the vectors are parallel.
  Expr sine = sqrt(maximum(1.0 - square(cosine), 1e-9));
  Expr turned = cosine * cos(margin) - sine * sin(margin);
  return where(cosine > -cos(margin), turned, cosine - margin * sin(margin));
}

Expr cos_pi(const Expr &t) { return cos(std::numbers::pi * (t - 2.0 * round(0.5 * t))); }

Expr squared_sin_pi(const Expr &t) { return square(sin(std::numbers::pi * (t - round(t)))); }

Expr rank_of(const std::function<Expr(const Expr &)> &value, const Index &index, const Index &other, const std::optional<Expr> &predicate) {
  Expr before = value(other) < value(index) || (value(other) == value(index) && other < index);
  return count(other, predicate ? before && *predicate : before);
}

void reject_parameter(std::string_view entry, std::string_view parameter, const std::string &expected,
                      const std::string &given) {
  throw Error(ErrorCode::bad_option, std::string(entry) + ", parameter '" + std::string(parameter) +
                                         "': expected " + expected + ", given " + given);
}

void check_whole(std::string_view entry, std::string_view parameter, int given, int least, int most) {
  if (given < least || given > most)
    reject_parameter(entry, parameter,
                     "a whole number of " + std::to_string(least) +
                         (most == std::numeric_limits<int>::max() ? " or more" : " to " + std::to_string(most)),
                     std::to_string(given));
}

void check_option(std::string_view entry, std::string_view parameter, std::string_view given,
                  std::initializer_list<std::string_view> choices) {
  std::string list;
  for (const std::string_view *choice = choices.begin(); choice != choices.end(); ++choice) {
    if (*choice == given)
      return;
    list += choice == choices.begin() ? "" : choice + 1 == choices.end() ? " or " : ", ";
    list += "'" + std::string(*choice) + "'";
  }
  reject_parameter(entry, parameter, list, "'" + std::string(given) + "'");
}

Expr sum_of_sample(const std::vector<Index> &indices, const Expr &value) {
  return indices.size() > 1 ? sum(std::vector<Index>(indices.begin() + 1, indices.end()), value) : value;
}

Expr mean_of_sample(const std::vector<Index> &indices, const Expr &value) {
  return indices.size() > 1 ? mean(std::vector<Index>(indices.begin() + 1, indices.end()), value) : value;
}

Expr shared_minimum(const Expr &a, const Expr &b) {
  return where(a < b, a, where(b < a, b, 0.5 * a + 0.5 * b));
}

Expr overlap(const Expr &a, const Expr &b) { return sign(a) * sign(b) * shared_minimum(abs(a), abs(b)); }

Expr one_of(const Index &position, const std::vector<Expr> &elements) {
  Expr element = elements[0];
  for (std::size_t n = 1; n < elements.size(); ++n)
    element = where(position == static_cast<std::int64_t>(n), elements[n], element);
  return element;
}

} // namespace mercer::stdlib
