// Handles and elementwise functions: kinds, and every message of Language, Elementwise and TensorArithmetic.
#include "ExpectError.h"

#include "mercer/language.h"

#include <string>

namespace mercer {
namespace {

TEST(Names, MustBeIdentifiers) {
  expect_error(ErrorCode::bad_name, "index name '2i' is not a C identifier", [] { Index("2i"); });
  expect_error(ErrorCode::bad_name, "tensor name '' is not a C identifier", [] { Tensor("", 1); });
  expect_error(ErrorCode::bad_name, "tensor name 'a b' is not a C identifier", [] { Tensor("a b", 1); });
  expect_error(ErrorCode::bad_name, "tensor name 'σ' is not a C identifier", [] { Scalar("σ"); });
  expect_error(ErrorCode::bad_name, "tensor name 'int' is a keyword of C or C++", [] { Tensor("int", 1); });
  expect_error(ErrorCode::bad_name, "index name 'co_await' is a keyword of C or C++",
               [] { Index("co_await"); });
  expect_error(ErrorCode::bad_name, "named name 'x-y' is not a C identifier",
               [] { named("x-y", Expr(1.0)); });
  expect_error(ErrorCode::bad_name, "named name 'x-y' is not a C identifier",
               [] { named("x-y", Tensor("x", 1)); });
  EXPECT_EQ(Index("_i9").name(), "_i9");
}

TEST(Index, ExtentIsAnInteger) {
  expect_error(ErrorCode::kind_mismatch, "index 'i': the extent must be integer, but is real",
               [] { Index("i", 2.5); });
  expect_error(ErrorCode::kind_mismatch, "index 'i': the extent must be integer, but is boolean",
               [] { Index("i", true); });
  EXPECT_EQ(Index("i", 5).name(), "i");
}

TEST(Expr, ConstantsHaveTheKindOfTheirType) {
  EXPECT_EQ(Expr(1.0f).kind(), real);
  EXPECT_EQ(Expr(1u).kind(), integer);
  EXPECT_EQ(Expr(true).kind(), boolean);
  EXPECT_EQ(Expr(Index("i")).kind(), integer);
  EXPECT_EQ(Expr(std::uint64_t(INT64_MAX)).kind(), integer);
  expect_error(ErrorCode::limit_exceeded, "an integer constant must be below 2^63",
               [] { Expr(std::uint64_t(INT64_MAX) + 1); });
}

TEST(Expr, KnowsItsFreeIndices) {
  Index i("i"), j("j");
  Tensor x("x", 2);
  EXPECT_EQ(x(i, j).free_indices().size(), 2u);
  ASSERT_EQ(sum(i, x(i, j)).free_indices().size(), 1u);
  EXPECT_EQ(sum(i, x(i, j)).free_indices()[0].name(), "j");
  EXPECT_EQ(softmax(i, x(i, j)).free_indices().size(), 2u);
  EXPECT_TRUE(sum({i, j}, x(i, j)).free_indices().empty());
}

TEST(Tensor, IsReadWithOneSubscriptADimension) {
  Index i("i");
  Tensor x("x", 2), flag("flag", 1, boolean);
  expect_error(ErrorCode::rank_mismatch, "tensor 'x' has rank 2, but is read with 1 subscripts",
               [&] { x(i); });
  expect_error(ErrorCode::rank_mismatch, "tensor 'x' has rank 2, but is read with 0 subscripts",
               [&] { x(); });
  expect_error(ErrorCode::rank_mismatch, "tensor has rank 1, but is read with 2 subscripts",
               [&] { x[i](i, i); });
  expect_error(ErrorCode::kind_mismatch,
               "tensor 'x': a subscript must be integer, but is real; to_integer() truncates",
               [&] { x(i, 0.5); });
  expect_error(ErrorCode::kind_mismatch,
               "tensor 'x': a subscript must be integer, but is boolean; to_integer() truncates",
               [&] { x[flag(i)]; });
  expect_error(ErrorCode::rank_mismatch, "tensor 's' has rank 0: there is no dimension to fix",
               [&] { Tensor("s", 0)[i]; });
  EXPECT_EQ(x[i].rank(), 1);
  EXPECT_EQ(x[i][i].rank(), 0);
  EXPECT_EQ(Tensor("x4", 4)(i, 0, i + 1, 2).free_indices().size(), 1u);
  EXPECT_EQ(Tensor("x5", 5)(i, i, i, i, i).free_indices().size(), 1u);
}

TEST(Tensor, DefinitionBindsEachIndexOnce) {
  Index i("i");
  Tensor x("x", 1);
  expect_error(ErrorCode::duplicate_name, "a definition binds index 'i' twice",
               [&] { Tensor({i, i}, x(i)); });
}

TEST(Tensor, ExtentTakesADimensionOfIt) {
  Tensor x("x", 2);
  expect_error(ErrorCode::rank_mismatch, "extent: 'dimension' must be in 0 .. 1 of tensor 'x', but is 2",
               [&] { extent(x, 2); });
  expect_error(ErrorCode::rank_mismatch, "extent: 'dimension' must be in 0 .. 1 of tensor 'x', but is -1",
               [&] { extent(x, -1); });
  EXPECT_EQ(extent(x, 1).kind(), integer);
}

TEST(Tensor, PaddedAndTransposeCheckTheirArguments) {
  Tensor x("x", 3), label("label", 1, integer);
  expect_error(ErrorCode::kind_mismatch, "padded: 'value' must be integer as tensor 'label', but is real",
               [&] { padded(label, 0.0); });
  expect_error(ErrorCode::rank_mismatch, "transpose: tensor 'x' must have rank 2, but has rank 3",
               [&] { transpose(x); });
  EXPECT_EQ(padded(x, 0).kind(), real);
}

TEST(Tensor, ArithmeticNeedsEqualRanks) {
  Tensor x("x", 1), y("y", 2);
  expect_error(ErrorCode::rank_mismatch, "operator+: tensors must have equal ranks, but have 1 and 2",
               [&] { x + y; });
  expect_error(ErrorCode::rank_mismatch, "operator/: tensors must have equal ranks, but have 2 and 1",
               [&] { y / x; });
  expect_error(ErrorCode::empty_function, "map: 'f' must be a function, but is empty",
               [&] { map(x, std::function<Expr(const Expr &)>()); });
  EXPECT_EQ((y - 2.0 * y).rank(), 2);
}

TEST(Elementwise, KindsAreChecked) {
  Index i("i");
  Tensor x("x", 1), flag("flag", 1, boolean), label("label", 1, integer);
  expect_error(ErrorCode::kind_mismatch, "exp: takes real or integer operands, but got a boolean one",
               [&] { exp(flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "operator+: takes real or integer operands, but got a boolean one",
               [&] { x(i) + flag(i); });
  expect_error(ErrorCode::kind_mismatch, "operator<: takes real or integer operands, but got a boolean one",
               [&] { (void)(flag(i) < flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "floor: takes real or integer operands, but got a boolean one",
               [&] { floor(flag(i)); });
  expect_error(ErrorCode::kind_mismatch, "operator&&: takes boolean operands, but got a real one",
               [&] { flag(i) && x(i); });
  expect_error(ErrorCode::kind_mismatch, "operator!: takes boolean operands, but got an integer one",
               [&] { !label(i); });
  expect_error(ErrorCode::kind_mismatch, "where: 'condition' must be boolean, but is integer",
               [&] { where(label(i), 1.0, 0.0); });
  expect_error(ErrorCode::kind_mismatch, "where: 'then' is boolean, but 'otherwise' is real",
               [&] { where(flag(i), flag(i), 0.0); });
}

TEST(Elementwise, ResultKinds) {
  Index i("i");
  Tensor x("x", 1), label("label", 1, integer);
  EXPECT_EQ((label(i) + 1).kind(), integer);
  EXPECT_EQ((label(i) + 1.0).kind(), real);
  EXPECT_EQ((label(i) / 2).kind(), real) << "/ is true division";
  EXPECT_EQ(floor_div(label(i), 2).kind(), integer);
  EXPECT_EQ((label(i) % 2).kind(), integer);
  EXPECT_EQ((label(i) == 1).kind(), boolean);
  EXPECT_EQ(((label(i) == 1) == (x(i) > 0.0)).kind(), boolean);
  EXPECT_EQ(where(label(i) == 1, 1, 0.5).kind(), real);
  EXPECT_EQ(where(label(i) == 1, 1, 0).kind(), integer);
  EXPECT_EQ(to_integer(x(i)).kind(), integer);
  EXPECT_EQ(to_real(label(i)).kind(), real);
  EXPECT_EQ(relu(label(i)).kind(), integer);
  EXPECT_EQ(sqrt(label(i)).kind(), real);
}

} // namespace
} // namespace mercer
