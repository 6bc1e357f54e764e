// Programs: what is checked when one is built.
#include "ExpectError.h"

#include "mercer/program.h"

namespace mercer {
namespace {

class Programs : public testing::Test {
protected:
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 1}, label{"label", 1, integer};
};

TEST_F(Programs, Names) {
  expect_error(ErrorCode::bad_name, "program name 'my loss' is not a C identifier",
               [&] { Program("my loss", {y}, {{"a", sum(i, y(i))}}); });
  expect_error(ErrorCode::bad_name, "output name 'double' is a keyword of C or C++",
               [&] { Program("p", {y}, {{"double", sum(i, y(i))}}); });
  expect_error(ErrorCode::duplicate_name, "program 'p': name 'y' occurs twice",
               [&] { Program("p", {y, Tensor("y", 2)}, {{"a", sum(i, y(i))}}); });
  expect_error(ErrorCode::duplicate_name, "program 'p': name 'y' occurs twice",
               [&] { Program("p", {y}, {{"y", sum(i, y(i))}}); });
  expect_error(ErrorCode::duplicate_name, "program 'p': name 'a' occurs twice",
               [&] { Program("p", {y}, {{"a", sum(i, y(i))}, {"a", sum(i, y(i))}}); });
}

TEST_F(Programs, InputsAndOutputs) {
  expect_error(ErrorCode::output_count, "program 'p': there is no output", [&] { Program("p", {y}, {}); });
  expect_error(ErrorCode::missing_input, "program 'p': one of the inputs is a definition, not an input",
               [&] { Program("p", {2.0 * y}, {{"a", sum(i, y(i))}}); });
  expect_error(ErrorCode::missing_input, "program 'p': 'y' is a definition, not an input",
               [&] { Program("p", {padded(y, 0.0)}, {{"a", sum(i, y(i))}}); });
  expect_error(ErrorCode::missing_input, "program 'p': tensor 'x' is read but is not among the inputs",
               [&] { Program("p", {y}, {{"a", sum({i, k}, x(i, k))}}); });
  expect_error(ErrorCode::duplicate_name, "program 'p': output 'a' names index 'i' twice",
               [&] { Program("p", {x}, {{"a", {i, i}, x(i, i)}}); });
}

TEST_F(Programs, EveryIndexIsBound) {
  expect_error(ErrorCode::unbound_index,
               "program 'p': index 'k' is not bound here by a reduction, a definition or the output",
               [&] { Program("p", {x}, {{"a", i, x(i, k)}}); });
  expect_error(
      ErrorCode::unbound_index,
      "program 'p': index 'k' is not bound here by a reduction, a definition or the output; extent(x, 0) "
      "gives the size of a dimension anywhere",
      [&] { Program("p", {x}, {{"a", sum({i, j}, x(i, j)) / extent(k)}}); });
}

TEST_F(Programs, EveryIndexHasAnExtent) {
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': index 'j' of sum has no extent, for it subscripts no tensor dimension alone; give one, "
      "such as Index j(\"j\", extent(x, 0))",
      [&] { Program("p", {y}, {{"a", sum(j, to_real(j))}}); });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': index 'j' of output 'a' has no extent, for it subscripts no tensor dimension alone; give "
      "one, such as Index j(\"j\", extent(x, 0))",
      [&] { Program("p", {y}, {{"a", j, y(j + 1)}}); });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': index 'j' of a definition has no extent, for it subscripts no tensor dimension alone; "
      "give one, such as Index j(\"j\", extent(x, 0))",
      [&] {
        Tensor powers({j}, to_real(j));
        Program("p", {y}, {{"a", sum(i, y(i)) * extent(powers, 0)}});
      });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': the extent of index 't' depends on elements of tensor 'label'; a range that depends on "
      "other indices or on data is a predicate",
      [&] {
        Tensor label("label", 1, integer);
        Index t("t", 1 + label(0));
        Program("p", {y, label}, {{"a", i, y(i) * sum(t, to_real(t))}});
      });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': the extent of index 't' depends on a reduction or a derivative; a range that depends on "
      "other indices or on data is a predicate",
      [&] {
        Index j("j"), t("t", count(j, y(j) > 0));
        Program("p", {y}, {{"a", i, y(i) * sum(t, to_real(t))}});
      });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': the extent of index 't' depends on index 'i'; a range that depends on other indices or "
      "on data is a predicate",
      [&] {
        Index t("t", Expr(i));
        Program("p", {y}, {{"a", i, y(i) * sum(t, to_real(t))}});
      });
  expect_error(
      ErrorCode::unknown_extent,
      "program 'p': extent(i): the definition that binds 'i' is read at another subscript; use extent(x, 0)",
      [&] {
        Tensor scaled({i}, y(i) / extent(i));
        Program("p", {y}, {{"a", scaled(0)}});
      });
}

TEST_F(Programs, TextNamesInputsAndOutputs) {
  Scalar gamma("gamma");
  Program p("p", {x, label, gamma}, {{"a", i, sum(k, gamma * x(i, k))}, {"b", sum({i, k}, x(i, k))}});
  EXPECT_EQ(to_text(p), "p(x: real of rank 2, label: integer of rank 1, gamma: real)\n"
                        "  a(i) = Σ[k] gamma x(i, k)\n"
                        "  b = Σ[i, k] x(i, k)\n");
}

TEST_F(Programs, AnErrorHasTheLineOfWhatIsWrong) {
  unsigned line = 0;
  try {
    line = std::source_location::current().line() + 1;
    Expr wrong = x(i, k);
    Program("p", {x}, {{"a", i, 1.0 + wrong}});
    FAIL() << "k is not bound";
  } catch (const Error &error) {
    EXPECT_EQ(error.where().line(), line);
  }
}

} // namespace
} // namespace mercer
