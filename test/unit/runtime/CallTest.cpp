// The rules of calls, one by one. Each message names the program, the argument, what was expected and given.
#include "ErrorOf.h"
#include "Programs.h"

namespace mercer {
namespace {

class Call : public testing::Test {
protected:
  Function f = interpret(linear_map());
  std::vector<float> x = std::vector<float>(6, 1), w = std::vector<float>(2, 1),
                     y = std::vector<float>(3, -7);

  void expect(ErrorCode code, const std::string &text, std::vector<Argument> arguments,
              std::vector<View> outputs) {
    expect_error(code, text, [&] { f.run(arguments, outputs); });
    for (float value : y)
      EXPECT_EQ(value, -7) << text;
  }
  View vx() { return view(x, {3, 2}); }
  View vw() { return view(w, {2}); }
  View vy() { return view(y, {3}); }
};

TEST_F(Call, EmptyFunction) {
  expect_error(ErrorCode::empty_function, "function: it was default-constructed and has no program",
               [] { Function().run({}, {}); });
  expect_error(ErrorCode::empty_function, "has no program", [] { Function()(1.0); });
  expect_error(ErrorCode::empty_function, "has no program", [] { Function().compile({}); });
}

TEST_F(Call, Counts) {
  expect(ErrorCode::argument_count, "linear: it must be called with 3 arguments, but is called with 2",
         {vx(), vw()}, {vy()});
  expect(ErrorCode::output_count, "linear: it has 1 output ('y'), but 2 are asked for", {vx(), vw(), 1.0},
         {vy(), vy()});
  expect_error(ErrorCode::output_count, "but 2 are asked for", [&] { f.call<2>(vx(), vw(), 1.0); });
  expect_error(ErrorCode::argument_count,
               "'input_types' must have 3 element types, one for each input, but has 1",
               [&] { f.compile({DType::f32}); });
}

TEST_F(Call, Ranks) {
  expect(ErrorCode::rank_mismatch, "linear: argument 'x' must have rank 2, but has rank 1", {vw(), vw(), 1.0},
         {vy()});
  expect(ErrorCode::rank_mismatch, "linear: argument 'w' must be a tensor of rank 1, but is a number",
         {vx(), 2.0, 1.0}, {vy()});
  expect(ErrorCode::rank_mismatch, "linear: argument 'bias' must have rank 0, but has rank 1",
         {vx(), vw(), vw()}, {vy()});
  expect(ErrorCode::rank_mismatch, "linear: output 'y' must have rank 1, but has rank 2", {vx(), vw(), 1.0},
         {vx()});
  View bad = vx();
  bad.strides = {1};
  expect(ErrorCode::bad_view, "linear: argument 'x' must have 2 strides or none, but has 1", {bad, vw(), 1.0},
         {vy()});
}

TEST_F(Call, Types) {
  std::vector<int> whole(2);
  expect(ErrorCode::type_mismatch,
         "linear: argument 'w' must have element type f64, f32, f16 or bf16, but has i32",
         {vx(), view(whole, {2}), 1.0}, {vy()});
  expect(ErrorCode::type_mismatch, "linear: argument 'bias' must be a real number, but is a boolean one",
         {vx(), vw(), true}, {vy()});
  View bad = vx();
  bad.dtype = static_cast<DType>(99);
  expect(ErrorCode::type_mismatch,
         "linear: argument 'x' must have element type f64, f32, f16 or bf16, but has none of "
         "Mercer's",
         {bad, vw(), 1.0}, {vy()});
  std::vector<std::int64_t> integers(3);
  expect(ErrorCode::type_mismatch,
         "linear: output 'y' must have element type f64, f32, f16 or bf16, but has i64", {vx(), vw(), 1.0},
         {view(integers, {3})});
  expect(ErrorCode::bad_view, "linear: output 'y' must be writable, but its view is read-only",
         {vx(), vw(), 1.0}, {view(std::as_const(y), {3})});
  expect_error(ErrorCode::type_mismatch,
               "argument 'x' must have element type f64, f32, f16 or bf16, but 'input_types' has bool",
               [&] { f.compile({DType::boolean, DType::f32, DType::f32}); });
  f.run({vx(), vw(), 3}, {vy()}); // an integer for a real scalar
  EXPECT_EQ(y[0], 5);
}

TEST_F(Call, IntegerScalars) {
  Scalar n("n", integer);
  Function g = interpret(Program("twice", {n}, {{"m", 2 * Expr(n)}}));
  EXPECT_EQ(g(21).item<int>(), 42);
  expect_error(ErrorCode::type_mismatch, "twice: argument 'n' must be an integer number, but is a real one",
               [&] { g(2.0); });
  expect_error(ErrorCode::type_mismatch,
               "twice: argument 'n' must fit 64 bits with a sign, but is 18446744073709551615",
               [&] { g(~std::uint64_t(0)); });
}

TEST_F(Call, TangentsAreShapedLikeTheirInputs) {
  Tensor m("m", 2);
  Index i("i"), k("k");
  Program rows("rows", {m}, {{"r", i, sum(k, m(i, k))}}), total("total", {m}, {{"r", sum({i, k}, square(m(i, k)))}});
  std::vector<float> values(6);
  View right = view(values, {2, 3}), wrong = view(values.data(), {2, 1});
  for (const Function &g : {jit(jvp(rows, {m})), interpret(jvp(rows, {m}))})
    expect_error(ErrorCode::extent_mismatch,
                 "rows: argument 't_m' must have size 3 in dimension 1, as 'm' has, but has 1",
                 [&] { g.call<2>(right, wrong); });
  for (const Function &g : {jit(hessian_vector_product(total, m)), interpret(hessian_vector_product(total, m))})
    expect_error(ErrorCode::extent_mismatch,
                 "total: argument 't_m' must have size 3 in dimension 1, as 'm' has, but has 1",
                 [&] { g.call<3>(right, wrong); });
}

TEST_F(Call, ResultsThatDoNotFitNameTheOutput) {
  Index a("a", 1 << 30), b("b", 1 << 20);
  Function g = interpret(Program("large", {}, {{"r", {a, b}, Expr(1.0)}}));
  expect_error(ErrorCode::out_of_memory,
               "large: output 'r': no memory for shape [1073741824, 1048576] of f64, 9007199254740992 bytes",
               [&] { g(); });
}

TEST_F(Call, Sizes) {
  View bad = vx();
  bad.shape = {3, -2};
  expect(ErrorCode::bad_view,
         "linear: argument 'x' must not have a negative size, but dimension 1 has size -2", {bad, vw(), 1.0},
         {vy()});
  bad.shape = {1L << 40, 1L << 40};
  expect(ErrorCode::bad_view, "linear: argument 'x' must have fewer than 2^63 bytes, but has shape",
         {bad, vw(), 1.0}, {vy()});
  expect(ErrorCode::extent_mismatch, "they must be equal", {vx(), view(y, {3}), 1.0}, {vy()});
  expect(ErrorCode::extent_mismatch, "linear: output 'y' must have size 3 in dimension 0, but has 2",
         {vx(), vw(), 1.0}, {view(y.data(), {2})});
}

TEST_F(Call, SizesNameBothTensorsAndTheIndex) {
  try {
    f.run({vx(), view(y, {3}), 1.0}, {vy()});
    FAIL();
  } catch (const Error &error) {
    const std::string text = error.what();
    for (const char *part :
         {"linear", "index 'k'", "'x' with size 2", "'w' with size 3", "dimension 1", "Programs.h:"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

TEST_F(Call, ExplicitExtents) {
  Scalar n("n", integer);
  Tensor v("v", 1);
  Index i("i", Expr(n));
  Function g = interpret(Program("head", {v, n}, {{"h", i, v(i)}}));
  EXPECT_EQ(g(vx().data ? view(x.data(), {6}) : vx(), 4).size(), 4);
  EXPECT_EQ(g(view(x.data(), {6}), -4).size(), 0);
  expect_error(ErrorCode::extent_mismatch,
               "head: index 'i' has extent 7 and subscripts dimension 0 of 'v', whose size is 6; it must not "
               "be larger",
               [&] { g(view(x.data(), {6}), 7); });
}

TEST_F(Call, Memory) {
  View bad = vx();
  bad.data = nullptr;
  expect(ErrorCode::bad_view, "linear: argument 'x' must have memory, for no size is 0, but 'data' is null",
         {bad, vw(), 1.0}, {vy()});
  bad.data = reinterpret_cast<char *>(x.data()) + 2;
  expect(ErrorCode::bad_view,
         "linear: argument 'x' must be aligned to 4 bytes, but 'data' is 2 bytes past that", {bad, vw(), 1.0},
         {vy()});
  bad = vx();
  bad.strides = {1L << 61, 1};
  expect(ErrorCode::bad_view,
         "linear: argument 'x' must stay in the address space, but has shape [3, 2] and strides",
         {bad, vw(), 1.0}, {vy()});
  bad.strides = {INT64_MIN, 1};
  expect(ErrorCode::bad_view, "must stay in the address space", {bad, vw(), 1.0}, {vy()});
}

TEST_F(Call, Aliasing) {
  expect(ErrorCode::aliasing,
         "linear: output 'y' must not overlap itself, but its strides are [0]; make a copy",
         {vx(), vw(), 1.0}, {view(y.data(), {3}, {0})});
  expect(ErrorCode::aliasing,
         "linear: output 'y' must not overlap an argument, but may overlap 'x'; make a copy",
         {vx(), vw(), 1.0}, {view(x.data() + 1, {3})});
  Function m = interpret(momentum());
  std::vector<float> p{1, 2}, v{0, 1}, g{1, 1};
  expect_error(
      ErrorCode::aliasing,
      "momentum: output 'v_new' must not overlap another one, but may overlap 'p_new'; make a copy", [&] {
        m.run({view(p, {2}), view(v, {2}), view(g, {2}), 0.5}, {view(y.data(), {2}), view(y.data(), {2})});
      });
  m.run({view(p, {2}), view(v, {2}), view(g, {2}), 0.5}, {view(p, {2}), view(v, {2})});
  EXPECT_FLOAT_EQ(v[1], 1.9f);
  EXPECT_FLOAT_EQ(p[1], 2 - 0.95f);
  // Reversed, the argument's elements would be read after they were overwritten.
  Tensor t("t", 1);
  Index i("i", extent(t, 0));
  Function s = interpret(Program("shift", {t}, {{"r", i, t(extent(t, 0) - 1 - i)}}));
  expect_error(ErrorCode::aliasing,
               "shift: output 'r' must not be the view of argument 't', whose elements are read",
               [&] { s.run({view(p, {2})}, {view(p, {2})}); });
}

TEST_F(Call, ColumnsOfOneMatrixAreApart) {
  std::vector<float> both(6, 1);
  f.run({vx(), vw(), 1.0}, {view(both.data() + 1, {3}, {2})});
  EXPECT_EQ(both[1], 3);
  EXPECT_EQ(both[2], 1);
  Function m = interpret(momentum());
  m.run({view(both.data(), {3}, {2}), view(both.data(), {3}, {2}), view(both.data(), {3}, {2}), 0.5},
        {view(both.data() + 1, {3}, {2}), view(y, {3})});
  EXPECT_EQ(both[0], 1);
}

TEST_F(Call, EmptyTensorsMayBeNull) {
  f.run({view<float>(nullptr, {0, 2}), vw(), 1.0}, {view<float>(nullptr, {0})});
  EXPECT_EQ(f(view<float>(nullptr, {4, 0}), view<float>(nullptr, {0}), 1.0).data<double>()[3], 1);
}

} // namespace
} // namespace mercer
