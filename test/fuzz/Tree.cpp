#include "Tree.h"

#include <cstring>

namespace mercer::fuzz {

#define UNARY(name, ...) {#name, [](const Expr &e) { return Expr(name(e)); }, __VA_ARGS__}
const std::vector<UnaryRow> &unaryRows() {
  using U = UnaryRow;
  static const std::vector<UnaryRow> rows{
      {"-", [](const Expr &e) { return -e; }, real, real, U::any, 0},
      UNARY(abs, real, real, U::any, 0),
      UNARY(sign, real, real, U::any, 1),
      UNARY(square, real, real, U::small, 9),
      UNARY(sqrt, real, real, U::positive, 8),
      UNARY(rsqrt, real, real, U::positive, 2),
      UNARY(cbrt, real, real, U::any, 4),
      UNARY(reciprocal, real, real, U::positive, 4),
      UNARY(exp, real, real, U::small, 21),
      UNARY(exp2, real, real, U::small, 8),
      UNARY(expm1, real, real, U::small, 20),
      UNARY(log, real, real, U::positive, 5),
      UNARY(log2, real, real, U::positive, 7),
      UNARY(log1p, real, real, U::positive, 5),
      UNARY(sin, real, real, U::any, 1),
      UNARY(cos, real, real, U::any, 1),
      UNARY(tan, real, real, U::unit, 2),
      UNARY(asin, real, real, U::unit, 2),
      UNARY(acos, real, real, U::unit, 4),
      UNARY(atan, real, real, U::any, 2),
      UNARY(sinh, real, real, U::small, 11),
      UNARY(cosh, real, real, U::small, 11),
      UNARY(tanh, real, real, U::any, 1),
      UNARY(asinh, real, real, U::any, 5),
      UNARY(acosh, real, real, U::aboveOne, 5),
      UNARY(atanh, real, real, U::unit, 2),
      UNARY(erf, real, real, U::any, 1),
      UNARY(erfc, real, real, U::any, 2),
      UNARY(floor, real, real, U::any, 0),
      UNARY(ceil, real, real, U::any, 0),
      UNARY(round, real, real, U::any, 0),
      UNARY(relu, real, real, U::any, 0),
      UNARY(sigmoid, real, real, U::any, 1),
      UNARY(log_sigmoid, real, real, U::any, 0),
      UNARY(softplus, real, real, U::any, 0),
      UNARY(silu, real, real, U::any, 0),
      UNARY(gelu, real, real, U::any, 0),
      UNARY(gelu_tanh, real, real, U::any, 0),
      UNARY(normal_cdf, real, real, U::any, 1),
      UNARY(log_normal_cdf, real, real, U::small, 8),
      UNARY(xlogx, real, real, U::positive, 20),
      UNARY(stop_gradient, real, real, U::any, 0),
      {"-", [](const Expr &e) { return -e; }, integer, integer},
      UNARY(abs, integer, integer),
      UNARY(sign, integer, integer),
      UNARY(square, integer, integer),
      UNARY(to_integer, real, integer),
      UNARY(to_integer, boolean, integer),
      UNARY(to_real, integer, real),
      UNARY(to_real, boolean, real),
      {"!", [](const Expr &e) { return !e; }, boolean, boolean},
  };
  return rows;
}
#undef UNARY

#define INFIX(op, ...) {#op, true, [](const Expr &a, const Expr &b) { return Expr(a op b); }, __VA_ARGS__}
#define CALL(name, ...)                                                                                      \
  {#name, false, [](const Expr &a, const Expr &b) { return Expr(name(a, b)); }, __VA_ARGS__}
const std::vector<BinaryRow> &binaryRows() {
  static const std::vector<BinaryRow> rows{
      INFIX(+, real, real),
      INFIX(-, real, real),
      INFIX(*, real, real),
      INFIX(/, real, real),
      INFIX(%, real, real),
      CALL(floor_div, real, real),
      CALL(minimum, real, real),
      CALL(maximum, real, real),
      CALL(pow, real, real),
      CALL(atan2, real, real),
      CALL(hypot, real, real),
      CALL(xlogy, real, real),
      CALL(with_gradient_of, real, real),
      INFIX(+, integer, integer),
      INFIX(-, integer, integer),
      INFIX(*, integer, integer),
      INFIX(%, integer, integer),
      CALL(floor_div, integer, integer),
      CALL(minimum, integer, integer),
      CALL(maximum, integer, integer),
      INFIX(/, integer, real),
      INFIX(==, real, boolean),
      INFIX(!=, real, boolean),
      INFIX(<, real, boolean),
      INFIX(<=, real, boolean),
      INFIX(>, real, boolean),
      INFIX(>=, real, boolean),
      INFIX(==, integer, boolean),
      INFIX(!=, integer, boolean),
      INFIX(<, integer, boolean),
      INFIX(<=, integer, boolean),
      INFIX(>, integer, boolean),
      INFIX(>=, integer, boolean),
      INFIX(&&, boolean, boolean),
      INFIX(||, boolean, boolean),
  };
  return rows;
}
#undef INFIX
#undef CALL

#define REDUCE(name, ...)                                                                                    \
  {#name,                                                                                                    \
   [](const Indices &over, const Expr &value, const Expr &where) { return name(over, value, where); },       \
   __VA_ARGS__}
#define REDUCE_ONE(name, ...)                                                                                \
  {#name,                                                                                                    \
   [](const Indices &over, const Expr &value, const Expr &where) {                                           \
     return name(over.list()[0], value, where);                                                              \
   },                                                                                                        \
   __VA_ARGS__}
const std::vector<ReduceRow> &reduceRows() {
  static const std::vector<ReduceRow> rows{
      REDUCE(sum, real, real),
      REDUCE(mean, real, real),
      REDUCE(prod, real, real),
      REDUCE(min, real, real),
      REDUCE(max, real, real),
      REDUCE(logsumexp, real, real),
      REDUCE(variance, real, real),
      REDUCE_ONE(softmax, real, real, true, true),
      REDUCE_ONE(log_softmax, real, real, true, true),
      REDUCE_ONE(argmin, real, integer, true),
      REDUCE_ONE(argmax, real, integer, true),
      REDUCE_ONE(argmin, integer, integer, true),
      REDUCE_ONE(argmax, integer, integer, true),
      REDUCE(sum, integer, integer),
      REDUCE(prod, integer, integer),
      REDUCE(min, integer, integer),
      REDUCE(max, integer, integer),
      REDUCE(any, boolean, boolean),
      REDUCE(all, boolean, boolean),
      {"count",
       [](const Indices &over, const Expr &value, const Expr &where) { return count(over, value && where); },
       boolean, integer},
  };
  return rows;
}
#undef REDUCE
#undef REDUCE_ONE

#define ONE(name) {#name, 1, [](const std::vector<Tensor> &t) { return name(t[0]); }}
#define TWO(name) {#name, 2, [](const std::vector<Tensor> &t) { return name(t[0], t[1]); }}
const std::vector<VectorRow> &vectorRows() {
  static const std::vector<VectorRow> rows{ONE(norm),     ONE(squared_norm),     TWO(dot),
                                           TWO(distance), TWO(squared_distance), TWO(cosine)};
  return rows;
}
#undef ONE
#undef TWO

Tree makeNumber(Kind kind, double number) {
  return std::make_shared<Node>(Node{.op = Op::number, .kind = kind, .number = number});
}

Tree makeIndex(int index) {
  return std::make_shared<Node>(Node{.op = Op::index, .kind = integer, .what = index});
}

Tree makeUnary(const char *name, Tree operand, Kind from) {
  for (std::size_t row = 0; row < unaryRows().size(); ++row)
    if (const UnaryRow &r = unaryRows()[row]; r.from == from && std::strcmp(r.name, name) == 0)
      return std::make_shared<Node>(Node{
          .op = Op::unary, .kind = r.to, .what = static_cast<int>(row), .operands = {std::move(operand)}});
  return nullptr;
}

Tree makeBinary(const char *name, Tree a, Tree b, Kind from) {
  for (std::size_t row = 0; row < binaryRows().size(); ++row)
    if (const BinaryRow &r = binaryRows()[row]; r.from == from && std::strcmp(r.name, name) == 0)
      return std::make_shared<Node>(Node{.op = Op::binary,
                                         .kind = r.to,
                                         .what = static_cast<int>(row),
                                         .operands = {std::move(a), std::move(b)}});
  return nullptr;
}

DType Case::arithmetic() const {
  bool any = false;
  for (const TensorInfo &tensor : tensors) {
    if (tensor.role != TensorInfo::input || tensor.kind != real || tensor.dims.empty())
      continue;
    if (tensor.dtype == DType::f64)
      return DType::f64;
    any = true;
  }
  return any ? DType::f32 : DType::f64;
}

static void collectFree(const Case &test, const Tree &tree, std::map<const Node *, FreeNames> &known) {
  if (known.count(tree.get()))
    return;
  FreeNames names;
  for (const Tree &operand : tree->operands) {
    collectFree(test, operand, known);
    const FreeNames &inner = known[operand.get()];
    names.indices.insert(inner.indices.begin(), inner.indices.end());
    names.variables.insert(inner.variables.begin(), inner.variables.end());
  }
  if (tree->op == Op::index)
    names.indices.insert(tree->what);
  if (tree->op == Op::read && test.tensors[static_cast<std::size_t>(tree->what)].role == TensorInfo::variable)
    names.variables.insert(tree->what);
  const bool leavesFree =
      tree->op == Op::reduce && reduceRows()[static_cast<std::size_t>(tree->what)].leavesFree;
  for (int index : tree->bound) {
    if (leavesFree)
      names.indices.insert(index);
    else
      names.indices.erase(index);
  }
  // The variable is bound in the first operand only; the others cannot name it, since it is made there.
  if (tree->op == Op::gradient || tree->op == Op::derivative)
    names.variables.erase(tree->what);
  known[tree.get()] = std::move(names);
}

FreeNames freeNames(const Case &test, const Tree &tree) {
  std::map<const Node *, FreeNames> known;
  collectFree(test, tree, known);
  return known[tree.get()];
}

static int countTree(const Tree &tree) {
  int nodes = 1;
  for (const Tree &operand : tree->operands)
    nodes += countTree(operand);
  return nodes;
}

int countNodes(const Case &test) {
  int nodes = 0;
  for (const OutputInfo &output : test.outputs)
    nodes += countTree(output.body);
  for (const TensorInfo &tensor : test.tensors)
    if (tensor.body)
      nodes += countTree(tensor.body);
  return nodes;
}

namespace {

struct Cost {
  const Case &test;
  bool forward;
  std::vector<double> ofElement; // of definitions

  double tree(const Tree &node, double points) {
    double inner = points, own = 1;
    if (node->op == Op::reduce)
      for (int index : node->bound)
        inner *= static_cast<double>(std::max<std::int64_t>(1, test.extentOf(index)));
    if (node->op == Op::gradient || node->op == Op::derivative) {
      double elements = 1;
      for (int dim : test.tensors[static_cast<std::size_t>(node->what)].dims)
        elements *= static_cast<double>(std::max<std::int64_t>(1, test.sizeOf(dim)));
      own = 2;
      inner *= forward ? 3 * elements * points : 4;
    }
    if (node->op == Op::read &&
        test.tensors[static_cast<std::size_t>(node->what)].role == TensorInfo::definition)
      own += ofElement[static_cast<std::size_t>(node->what)];
    if (node->op == Op::vectors)
      for (int tensor : node->tensors) {
        double length =
            static_cast<double>(test.sizeOf(test.tensors[static_cast<std::size_t>(tensor)].dims.back()));
        own += 4 * length * (1 + ofElement[static_cast<std::size_t>(tensor)]);
      }
    if (node->op == Op::gradient)
      own += ofElement[static_cast<std::size_t>(node->tensors[0])];
    double cost = own * points;
    for (std::size_t n = 0; n < node->operands.size(); ++n)
      cost += tree(node->operands[n], n == 0 || node->op == Op::reduce ? inner : points);
    return cost;
  }
};

} // namespace

double costOf(const Case &test, bool forward) {
  Cost cost{test, forward, std::vector<double>(test.tensors.size(), 0)};
  for (std::size_t n = 0; n < test.tensors.size(); ++n)
    if (test.tensors[n].body)
      cost.ofElement[n] = cost.tree(test.tensors[n].body, 1);
  double total = 0;
  for (const TensorInfo &tensor : test.tensors) {
    double size = tensor.role == TensorInfo::input;
    for (int dim : tensor.dims)
      size *= static_cast<double>(test.sizeOf(dim));
    total += size;
  }
  for (const OutputInfo &output : test.outputs) {
    double points = 1;
    for (int index : output.bound)
      points *= static_cast<double>(std::max<std::int64_t>(1, test.extentOf(index)));
    total += cost.tree(output.body, points);
  }
  if (test.wrapper == Wrapper::none)
    return total;
  if (test.wrapper == Wrapper::jvp)
    return 4 * total;
  double elements = 0;
  for (int tensor : test.withRespectTo) {
    double size = 1;
    for (int dim : test.tensors[static_cast<std::size_t>(tensor)].dims)
      size *= static_cast<double>(test.sizeOf(dim));
    elements += size;
  }
  // A gradient that transposes computes the program again for each element.
  bool second = test.wrapper == Wrapper::hessianVector;
  return total * (forward ? 1 + (second ? 8 : 3) * elements : second ? 60 : 10);
}

} // namespace mercer::fuzz
