// Derivatives in expressions and of programs: messages, names, kinds and shapes of what they give.
#include "ExpectError.h"

#include "mercer/dsl/Elaborate.h"
#include "mercer/program.h"

namespace mercer {
namespace {

class Derivatives : public testing::Test {
protected:
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, label{"label", 1, integer}, flag{"flag", 1, boolean};
  Scalar gamma{"gamma"};
  Program loss{"loss", {x, label, gamma}, {{"value", sum({i, k}, gamma *square(x(i, k)))}}};
  Program rows{"rows", {x, label}, {{"row", i, sum(k, x(i, k))}}};
  Program counts{"counts", {x}, {{"positive", count({i, k}, x(i, k) > 0.0)}}};
};

std::vector<std::string> names(const Program &program) {
  std::vector<std::string> result;
  for (const Tensor &input : program.inputs())
    result.push_back(input.name());
  for (const Output &output : program.outputs())
    result.push_back(output.name);
  return result;
}
using Names = std::vector<std::string>;

TEST_F(Derivatives, InsideAnExpressionAreOfReals) {
  expect_error(ErrorCode::kind_mismatch, "gradient: 'at' must be real, but is integer",
               [&] { gradient([](const Tensor &) { return Expr(1.0); }, label); });
  expect_error(ErrorCode::kind_mismatch, "gradient: 'f' must give a real value, but gives an integer one",
               [&] { gradient([](const Tensor &) { return Expr(1); }, x[i]); });
  expect_error(ErrorCode::kind_mismatch, "derivative: 'at' must be real, but is boolean",
               [&] { derivative([](const Expr &) { return Expr(1.0); }, flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "derivative: 'f' must give a real value, but gives a boolean one",
               [&] { derivative([](const Expr &e) { return e > 0; }, Expr(1.0)); });
  expect_error(ErrorCode::empty_function, "gradient: 'f' must be a function, but is empty",
               [&] { gradient(std::function<Expr(const Tensor &)>(), x[i]); });
  expect_error(ErrorCode::empty_function, "derivative: 'f' must be a function, but is empty",
               [&] { derivative(std::function<Expr(const Expr &)>(), Expr(1.0)); });
  EXPECT_EQ(gradient([](const Tensor &u) { return squared_norm(u); }, x[i]).rank(), 1);
}

TEST_F(Derivatives, VariableStaysInside) {
  Tensor escaped("escaped", 1);
  gradient(
      [&](const Tensor &u) {
        escaped = u;
        return squared_norm(u);
      },
      x[i]);
  expect_error(ErrorCode::missing_input,
               "program 'p': the variable of a derivative is used outside the derivative",
               [&] { Program("p", {x}, {{"a", sum(k, escaped(k))}}); });
}

TEST_F(Derivatives, AtAnUnboundIndexIsAnError) {
  Tensor slope = gradient([](const Tensor &u) { return squared_norm(u); }, x[i]);
  expect_error(ErrorCode::unbound_index,
               "program 'p': index 'i' is not bound here by a reduction, a definition or the output",
               [&] { Program("p", {x}, {{"a", k, slope(k)}}); });
}

TEST_F(Derivatives, AreByRealInputsOfTheProgram) {
  Tensor other("other", 1);
  expect_error(ErrorCode::missing_input, "value_and_gradient: 'other' is not an input of program 'loss'",
               [&] { value_and_gradient(loss, {other}); });
  expect_error(ErrorCode::missing_input, "gradient: 'a tensor' is not an input of program 'loss'",
               [&] { gradient(loss, {x[i]}); });
  expect_error(ErrorCode::kind_mismatch, "vjp: input 'label' of program 'rows' must be real, but is integer",
               [&] { vjp(rows, {label}); });
}

TEST_F(Derivatives, GradientsAreOfRealScalars) {
  expect_error(
      ErrorCode::not_scalar,
      "value_and_gradient: the first output 'row' of program 'rows' must be a scalar, but has rank 1; vjp "
      "takes others",
      [&] { value_and_gradient(rows, {x}); });
  expect_error(ErrorCode::kind_mismatch,
               "gradient: the first output 'positive' of program 'counts' must be real, but is integer",
               [&] { gradient(counts, {x}); });
  expect_error(
      ErrorCode::not_scalar,
      "hessian_vector_product: the first output 'row' of program 'rows' must be a scalar, but has rank 1; "
      "vjp takes others",
      [&] { hessian_vector_product(rows, x); });
  expect_error(ErrorCode::kind_mismatch,
               "vjp: output 'positive' of program 'counts' must be real, but is integer",
               [&] { vjp(counts, {x}); });
  expect_error(ErrorCode::kind_mismatch,
               "jvp: output 'positive' of program 'counts' must be real, but is integer",
               [&] { jvp(counts, {x}); });
}

TEST_F(Derivatives, NamesOfInputsAndOutputs) {
  EXPECT_EQ(names(value_and_gradient(loss, {x, gamma})),
            (Names{"x", "label", "gamma", "value", "d_x", "d_gamma"}));
  EXPECT_EQ(names(gradient(loss, {x})), (Names{"x", "label", "gamma", "d_x"}));
  EXPECT_EQ(names(vjp(rows, {x})), (Names{"x", "label", "seed_row", "row", "d_x"}));
  EXPECT_EQ(names(jvp(rows, {x})), (Names{"x", "label", "t_x", "row", "t_row"}));
  EXPECT_EQ(names(hessian_vector_product(loss, x)),
            (Names{"x", "label", "gamma", "t_x", "value", "d_x", "h_x"}));
}

TEST_F(Derivatives, ADirectionTakesANameThatIsFree) {
  Tensor t_x("t_x", 1), t_x_("t_x_", 1);
  Program program("p", {x, t_x, t_x_}, {{"value", sum({i, k}, x(i, k)) + sum(j, t_x(j) * t_x_(j))}});
  EXPECT_EQ(names(jvp(program, {x, t_x})),
            (Names{"x", "t_x", "t_x_", "t_x__", "t_t_x", "value", "t_value"}));
  EXPECT_EQ(names(hessian_vector_product(program, x)),
            (Names{"x", "t_x", "t_x_", "t_x__", "value", "d_x", "h_x"}));
}

TEST_F(Derivatives, AnInputMayBeGivenUnderAName) {
  EXPECT_EQ(names(gradient(loss, {named("weights", x)})).back(), "d_x");
}

TEST_F(Derivatives, ANameThatOccursTwiceIsAnError) {
  Tensor d_x("d_x", 1);
  Program clash("clash", {x, d_x}, {{"value", sum({i, k}, x(i, k)) + sum(j, d_x(j))}});
  expect_error(ErrorCode::duplicate_name, "program 'clash': name 'd_x' occurs twice",
               [&] { gradient(clash, {x}); });
}

TEST_F(Derivatives, GraphHasOneArrayForSharedGradients) {
  Tensor slope = gradient([](const Tensor &u) { return squared_norm(u); }, x[i]);
  Program program("p", {x}, {{"a", {i, k}, slope(k) + slope(k)}, {"b", {i, k}, slope(k)}});
  std::size_t gradients = 0;
  for (const auto &array : program.graph().arrays)
    gradients += array.gradientOf != dsl::noNode;
  // One for each output's own index i.
  EXPECT_EQ(gradients, 2u);
}

} // namespace
} // namespace mercer
