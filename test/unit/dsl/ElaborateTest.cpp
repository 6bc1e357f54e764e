// Elaboration: scopes, extents, guards, checks; meanings by evaluating the graph.
#include "Evaluate.h"
#include "ExpectError.h"

#include "mercer/dsl/Elaborate.h"
#include "mercer/program.h"

#include <cmath>

namespace mercer {
namespace {

class Elaboration : public testing::Test {
protected:
  Index i{"i"}, j{"j"}, k{"k"};
  Tensor x{"x", 2}, y{"y", 1}, z{"z", 1}, label{"label", 1, integer};
  Values X{{2, 3}, {1, 2, 3, 4, 5, 6}}, Y{{2}, {10, 20}}, Z{{3}, {7, 8, 9}}, L{{2}, {2, 0}};
  std::map<std::string, Values> data{{"x", X}, {"y", Y}, {"z", Z}, {"label", L}};

  std::vector<double> run(Expr value) {
    return evaluate(Program("p", {x, y, z, label}, {{"a", value}}), data);
  }
  std::vector<double> run(Indices indices, Expr value) {
    return evaluate(Program("p", {x, y, z, label}, {{"a", indices, value}}), data);
  }
  using Numbers = std::vector<double>;
};

TEST_F(Elaboration, AnIndexMayBeBoundAgainWithAnotherExtent) {
  EXPECT_EQ(run(sum(i, y(i)) * sum(i, z(i))), (Numbers{30 * 24}));
  EXPECT_EQ(run(sum(i, y(i) * sum(i, z(i)))), (Numbers{30 * 24}));
  EXPECT_EQ(run(i, y(i) + sum(i, z(i))), (Numbers{34, 44}));
}

TEST_F(Elaboration, ADefinitionCapturesNothing) {
  // The sum over j inside u must not capture the j that u is read at.
  Tensor u({i}, sum(j, x(i, j)));
  EXPECT_EQ(run(j, u(j)), (Numbers{6, 15}));
  EXPECT_EQ(run(sum(j, u(j) * y(j))), (Numbers{6 * 10 + 15 * 20}));
  // Free indices of a definition's body are those where it is written.
  Tensor row({k}, x(i, k) + y(i));
  EXPECT_EQ(run({i, j}, row(j)), (Numbers{11, 12, 13, 24, 25, 26}));
}

TEST_F(Elaboration, AReductionReadAtSeveralIndicesHasOneIndex) {
  Tensor u({i}, sum(j, x(i, j) * z(j)));
  Index l("l"), m("m");
  const Program twice("p", {x, y, z}, {{"a", l, u(l) + sum(m, u(m) * y(m))}});
  EXPECT_EQ(twice.graph().indices.size(), 3u) << "l, m, and the j of both";
  EXPECT_EQ(evaluate(twice, data), (Numbers{50 + 50 * 10 + 122 * 20, 122 + 50 * 10 + 122 * 20}));
  // Inside of each other: two steps of one kind are two reductions, and what one is read at is no index of the other.
  Tensor square_of({i, k}, sum(j, x(i, j) * x(k, j)));
  Tensor again({i, k}, sum(j, square_of(i, j) * square_of(j, k)));
  EXPECT_EQ(run({i, k}, again(i, k)), (Numbers{14 * 14 + 32 * 32, 14 * 32 + 32 * 77, 14 * 32 + 32 * 77, 32 * 32 + 77 * 77}));
  // Read at what a sum of the same kind gives, and where a check must hold.
  Tensor at({i}, sum(j, x(i, j)));
  Expr apart = x(i, j) - (2 * i + 2); // row 0 is nearest at 1, row 1 at 0
  Tensor nearest({i}, argmin(j, apart * apart));
  EXPECT_EQ(run(i, nearest(i)), (Numbers{1, 0}));
  EXPECT_EQ(run(i, nearest(nearest(i))), (Numbers{0, 1}));
  EXPECT_EQ(run(i, where(label(i) < 2, at(label(i)), at(i))), (Numbers{6, 6}));
}

// Each step reads the one before at two indices.
TEST_F(Elaboration, StepsOfAnIterationDoNotDouble) {
  Tensor a("a", 2), first("first", 1);
  auto nodes = [&](int steps) {
    Tensor v = first;
    for (int step = 0; step < steps; ++step) {
      Index i("i"), j("j"), k("k"), l("l");
      Tensor u({i}, sum(j, a(i, j) * v(j)) + v(i));
      v = Tensor({k}, u(k) / sqrt(sum(l, square(u(l)))));
    }
    return Program("power", {a, first}, {{"v", i, v(i)}}).graph().nodes.size();
  };
  EXPECT_LT(nodes(12), 1500u);
  EXPECT_LT(nodes(24), 4.5 * static_cast<double>(nodes(12)));
}

TEST_F(Elaboration, PartialApplicationAndTranspose) {
  EXPECT_EQ(run({i, j}, x[i][j]()), X.data);
  EXPECT_EQ(run({j, i}, transpose(x)(j, i)), (Numbers{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(run(i, dot(x[i], z)), (Numbers{7 + 16 + 27, 28 + 40 + 54}));
  EXPECT_EQ(run({i, j}, (x + x)(i, j) / 2.0), X.data);
}

TEST_F(Elaboration, GathersAreGuardedByTheirPredicate) {
  EXPECT_EQ(run(i, x(i, label(i))), (Numbers{3, 4}));
  EXPECT_EQ(run(sum(i, x(i, label(i) + 1), label(i) < 2)), (Numbers{5}));
  EXPECT_EQ(run(i, where(label(i) == 2, 0.0, x(i, label(i) + 1))), (Numbers{0, 5}));
  EXPECT_EQ(run(i, where(label(i) < 2 && x(i, label(i) + 1) > 0.0, 1.0, 0.0)), (Numbers{0, 1}));
}

TEST_F(Elaboration, PaddedReadsItsValueOutside) {
  EXPECT_EQ(run(j, padded(z, -1.0)(j + 1) + 0.0 * z(j)), (Numbers{8, 9, -1}));
  EXPECT_EQ(run(j, padded(z, -1.0)(j - 2) + 0.0 * z(j)), (Numbers{-1, -1, 7}));
  // The extent of a definition's index is kept, whichever index reads it.
  Index longer("longer", extent(z, 0) + 2);
  Tensor wide({longer}, padded(z, -1.0)(longer));
  EXPECT_EQ(run(j, wide(j)), (Numbers{7, 8, 9, -1, -1}));
  EXPECT_EQ(run(sum(j, wide(j))), (Numbers{22}));
}

TEST_F(Elaboration, ExtentsAndCounts) {
  EXPECT_EQ(run(extent(x, 1) + sum(i, extent(i) + 0 * label(i))), (Numbers{3 + 4}));
  EXPECT_EQ(run(mean({i, j}, x(i, j))), (Numbers{3.5}));
  EXPECT_EQ(run(mean({i, j}, x(i, j), j != i)), (Numbers{(2 + 3 + 4 + 6) / 4.0}));
  EXPECT_EQ(run(mean(j, z(j), j > 5)), (Numbers{0})) << "the mean of nothing is 0";
  EXPECT_EQ(run(variance(j, z(j))), (Numbers{2.0 / 3}));
  EXPECT_EQ(run(variance(j, z(j), true, 1)), (Numbers{1}));
  EXPECT_EQ(run(count({i, j}, x(i, j) > 0.0 && j != i)), (Numbers{4}));
  Index negative("negative", extent(y, 0) - 5);
  EXPECT_EQ(run(count(negative, true)), (Numbers{0})) << "a negative extent is an empty range";
}

TEST_F(Elaboration, SoftmaxIsFreeInItsIndex) {
  Numbers shares = run({i, j}, softmax(j, x(i, j)));
  double total = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  ASSERT_EQ(shares.size(), 6u);
  EXPECT_NEAR(shares[0], std::exp(1.0) / total, 1e-15);
  EXPECT_NEAR(shares[3] + shares[4] + shares[5], 1, 1e-15);
  Numbers masked = run({i, j}, softmax(j, x(i, j), j != i));
  EXPECT_EQ(masked[0], 0);
  EXPECT_EQ(masked[4], 0);
  EXPECT_NEAR(masked[1] + masked[2], 1, 1e-15);
  Numbers logs = run({i, j}, log_softmax(j, x(i, j), j != i));
  EXPECT_EQ(logs[0], -std::numeric_limits<double>::infinity());
  EXPECT_NEAR(logs[1], std::log(masked[1]), 1e-14);
}

TEST_F(Elaboration, IntegerIndexArithmetic) {
  Index r("r", 4);
  EXPECT_EQ(run(r, to_real((r - 3) % 2)), (Numbers{1, 0, 1, 0}));
  EXPECT_EQ(run(r, to_real(floor_div(r - 3, 2))), (Numbers{-2, -1, -1, 0}));
  EXPECT_EQ(run(r, r / 2), (Numbers{0, 0.5, 1, 1.5}));
}

TEST_F(Elaboration, GraphOfAMatvec) {
  Program program("matvec", {x, z}, {{"a", i, sum(k, x(i, k) * z(k))}});
  EXPECT_EQ(dsl::dump(program.graph()), "program matvec\n"
                                        "input x(x.0, x.1)\n"
                                        "input z(x.1)\n"
                                        "index i#0 < %0\n"
                                        "index k#1 < %2\n"
                                        "%0 = x.0\n"
                                        "%1 = i#0\n"
                                        "%2 = x.1\n"
                                        "%3 = k#1\n"
                                        "%4 = x(%1, %3)\n"
                                        "%5 = z(%3)\n"
                                        "%6 = mul(%4, %5)\n"
                                        "%7 = sum[k#1] %6\n"
                                        "same x.1 z.0 by k\n"
                                        "output a[i#0] = %7\n");
}

TEST_F(Elaboration, GatherMakesACheckWithItsGuard) {
  Program program("p", {x, label}, {{"a", sum(i, x(i, label(i)), label(i) != -1)}});
  const dsl::Graph &graph = program.graph();
  ASSERT_EQ(graph.checks.size(), 1u);
  EXPECT_EQ(graph.checks[0].tensor, "x");
  EXPECT_EQ(graph.checks[0].dimension, 1);
  EXPECT_EQ(graph.checks[0].text, "label(i)");
  EXPECT_NE(graph.checks[0].guard, dsl::noNode);
  EXPECT_EQ(graph.checks[0].indices.size(), 1u);
}

TEST_F(Elaboration, ExplicitExtentsMustFit) {
  Index first("first", 2);
  Program program("p", {z}, {{"a", sum(first, z(first))}});
  EXPECT_TRUE(program.graph().checks.empty());
  ASSERT_EQ(program.graph().withinExtents.size(), 1u);
  EXPECT_EQ(program.graph().withinExtents[0].index, "first");
}

TEST_F(Elaboration, EqualPartsAreOneNode) {
  // One handle is one computation.
  Expr total = sum(i, y(i));
  Program shared("q", {y}, {{"a", total + total}});
  std::size_t sums = 0;
  for (const auto &node : shared.graph().nodes)
    sums += node.kind == dsl::NodeKind::reduce;
  EXPECT_EQ(sums, 1u);
}

TEST_F(Elaboration, NamesOfNodesAreKept) {
  Program program("p", {y}, {{"a", sqrt(named("energy", sum(i, square(y(i)))))}});
  bool found = false;
  for (const auto &node : program.graph().nodes)
    found |= node.name == "energy";
  EXPECT_TRUE(found);
}

TEST_F(Elaboration, OperandsComeFirst) {
  Tensor u({i, k}, x(i, k) / norm(x[i]));
  Program program("p", {x, label}, {{"a", sum({i, j}, dot(u[i], u[j]), label(i) == label(j) && i != j)}});
  const dsl::Graph &graph = program.graph();
  for (std::size_t id = 0; id < graph.nodes.size(); ++id)
    for (dsl::NodeId operand : graph.nodes[id].operands)
      EXPECT_LT(operand, static_cast<dsl::NodeId>(id));
}

} // namespace
} // namespace mercer
