// Real expressions.
#include "Generator.h"

#include <algorithm>
#include <cstring>

namespace mercer::fuzz {

Value Generator::moderate(Value value) {
  if (value.bound <= 40)
    return value;
  if (chance(50))
    return {makeUnary("tanh", value.tree), 1};
  return {makeBinary("*", value.tree, makeNumber(real, std::ldexp(1, -std::ilogb(value.bound)))), 2};
}

Value Generator::small(Value value) {
  if (value.bound <= 3)
    return value;
  return {makeUnary("tanh", value.tree), 1};
}

Value Generator::realLeaf(int depth) {
  if (chance(80))
    if (Tree read = anyRead(real, depth))
      return {read, 1};
  if (chance(30) && !scope_.empty())
    return {makeBinary("*", makeUnary("to_real", makeIndex(scope_.back()), integer), makeNumber(real, 0.125)),
            8};
  return {makeNumber(real, chance(50) ? 0.25 * (below(9) - 4) : uniform(-2, 2)), 2};
}

Value Generator::realValue(int depth) {
  if (depth <= 0 || --budget_ <= 0)
    return realLeaf(depth);
  if (!pool_.empty() && chance(8)) {
    const Value &old = pool_[static_cast<std::size_t>(below(static_cast<int>(pool_.size())))];
    FreeNames free = freeNames(test_, old.tree);
    auto has = [](const std::set<int> &names, const std::vector<int> &known) {
      return std::all_of(names.begin(), names.end(),
                         [&](int name) { return std::count(known.begin(), known.end(), name) > 0; });
    };
    if (has(free.indices, scope_) && has(free.variables, variables_))
      return old;
  }
  Value value = moderate(realNode(depth));
  pool_.push_back(value);
  return value;
}

Value Generator::realNode(int depth) {
  int dice = below(100);
  if (dice < 24)
    return unary(depth);
  if (dice < 50)
    return binary(depth);
  if (dice < 57) {
    Tree predicate = condition(depth - 1);
    Value a = realValue(depth - 1), b = realValue(depth - 1);
    return {
        std::make_shared<Node>(Node{.op = Op::choose, .kind = real, .operands = {predicate, a.tree, b.tree}}),
        std::max(a.bound, b.bound)};
  }
  if (dice < 60)
    return {std::make_shared<Node>(Node{
                .op = Op::clamp,
                .kind = real,
                .operands = {realValue(depth - 1).tree, makeNumber(real, -0.5), makeNumber(real, 0.75)}}),
            1};
  if (dice < 64) {
    Value whole = integerValue(depth - 1);
    return {
        makeBinary("*", makeUnary("to_real", whole.tree, integer), makeNumber(real, 1 / (4 + whole.bound))),
        1};
  }
  if (dice < 66)
    return {makeUnary("to_real", condition(depth - 1), boolean), 1};
  if (dice < 71)
    if (std::optional<Value> vectors = vectorValue(depth))
      return *vectors;
  if (dice < 77)
    if (std::optional<Value> slope = slopeValue(depth))
      return *slope;
  return reduction(depth);
}

Value Generator::unary(int depth) {
  while (true) {
    int number = below(static_cast<int>(unaryRows().size()));
    const UnaryRow &row = unaryRows()[static_cast<std::size_t>(number)];
    if (row.from != real || row.to != real)
      continue;
    Value x = realValue(depth - 1);
    switch (row.domain) {
    case UnaryRow::any:
      break;
    case UnaryRow::small:
      x = small(x);
      break;
    case UnaryRow::positive:
      x = {makeBinary("+", makeUnary(chance(50) ? "square" : "abs", small(x).tree), makeNumber(real, 0.25)),
           9.5};
      break;
    case UnaryRow::unit:
      x = {makeBinary("*", makeUnary("tanh", x.tree), makeNumber(real, 0.9)), 1};
      break;
    case UnaryRow::aboveOne:
      x = {makeBinary("+", makeUnary("abs", x.tree), makeNumber(real, 1.1)), x.bound + 1.1};
      break;
    }
    return {makeUnary(row.name, x.tree), row.bound > 0 ? row.bound : x.bound + 1};
  }
}

Value Generator::binary(int depth) {
  Value a = realValue(depth - 1), b = realValue(depth - 1);
  auto positive = [&](Value x) {
    return makeBinary("+", makeUnary("square", small(x).tree), makeNumber(real, 0.5));
  };
  switch (below(16)) {
  case 0:
    return {makeBinary("/", a.tree, positive(b)), 2 * a.bound};
  case 1:
    return {makeBinary(chance(50) ? "minimum" : "maximum", a.tree, b.tree), std::max(a.bound, b.bound)};
  case 2:
    return {makeBinary("pow", positive(a), small(b).tree), 1000};
  case 3:
    return {makeBinary("atan2", a.tree, positive(b)), 4};
  case 4:
    return {makeBinary("hypot", a.tree, b.tree), a.bound + b.bound};
  case 5:
    return {makeBinary("xlogy", a.tree, positive(b)), 5 * a.bound};
  case 6:
    if (chance(40))
      return {makeBinary("with_gradient_of", a.tree, b.tree), a.bound};
    return {makeBinary(chance(50) ? "%" : "floor_div", a.tree, makeNumber(real, chance(50) ? 0.75 : -1.5)),
            2 + a.bound};
  case 7:
  case 8:
  case 9:
    return {makeBinary("*", a.tree, b.tree), a.bound * b.bound};
  case 10:
  case 11:
    return {makeBinary("-", a.tree, b.tree), a.bound + b.bound};
  default:
    return {makeBinary("+", a.tree, b.tree), a.bound + b.bound};
  }
}

Value Generator::reduction(int depth) {
  int number;
  const ReduceRow *row;
  do
    number = chance(30) ? 0 : below(static_cast<int>(reduceRows().size()));
  while ((row = &reduceRows()[static_cast<std::size_t>(number)])->to != real);
  Node node{.op = Op::reduce, .kind = real, .what = number};
  std::size_t outer = scope_.size();
  double terms = 1;
  if (row->leavesFree) {
    if (scope_.empty())
      return unary(depth);
    node.bound = {scope_[static_cast<std::size_t>(below(static_cast<int>(scope_.size())))]};
  } else {
    for (int count = !row->oneIndex && chance(15) ? 2 : 1; count > 0; --count) {
      int sizeClass = chance(8) ? sizeClasses + below(windowClasses) : anyClass();
      node.bound.push_back(newIndex(sizeClass));
      scope_.push_back(node.bound.back());
      terms *= static_cast<double>(test_.sizeOf(sizeClass));
    }
  }
  Value value = realValue(depth - 1);
  bool product = std::strcmp(row->name, "prod") == 0, total = std::strcmp(row->name, "sum") == 0;
  if (product)
    value.tree =
        makeBinary("+", makeBinary("*", small(value).tree, makeNumber(real, 0.0625)), makeNumber(real, 1));
  node.operands.push_back(value.tree);
  if (chance(30))
    node.operands.push_back(condition(depth - 1));
  scope_.resize(outer);
  bool extremum = std::strcmp(row->name, "min") == 0 || std::strcmp(row->name, "max") == 0;
  bool logarithm = std::strstr(row->name, "log") != nullptr;
  Tree tree = std::make_shared<Node>(std::move(node));
  if (extremum || (logarithm && chance(50))) // infinite where there is nothing
    return {makeUnary("tanh", tree), 1};
  return {tree, product ? 50 : total ? terms * value.bound : value.bound * value.bound + 5};
}

std::optional<Value> Generator::vectorValue(int depth) {
  int number = below(static_cast<int>(vectorRows().size()));
  const VectorRow &row = vectorRows()[static_cast<std::size_t>(number)];
  std::vector<int> candidates;
  for (std::size_t n = 0; n < test_.tensors.size(); ++n)
    if (test_.tensors[n].kind == real && test_.tensors[n].role != TensorInfo::variable &&
        !test_.tensors[n].dims.empty() && test_.tensors[n].dims.size() <= 3)
      candidates.push_back(static_cast<int>(n));
  if (candidates.empty())
    return std::nullopt;
  Node node{.op = Op::vectors, .kind = real, .what = number};
  int lastClass = -1;
  for (int tries = 0; tries < 12 && static_cast<int>(node.tensors.size()) < row.tensors; ++tries) {
    int chosen = candidates[static_cast<std::size_t>(below(static_cast<int>(candidates.size())))];
    std::vector<int> dims = tensor(chosen).dims;
    if (lastClass >= 0 && dims.back() != lastClass)
      continue;
    std::vector<Tree> subscripts;
    for (std::size_t n = 0; n + 1 < dims.size(); ++n)
      subscripts.push_back(subscript(dims[n], depth - 1));
    if (std::count(subscripts.begin(), subscripts.end(), nullptr))
      continue;
    lastClass = dims.back();
    node.tensors.push_back(chosen);
    node.operands.insert(node.operands.end(), subscripts.begin(), subscripts.end());
  }
  if (static_cast<int>(node.tensors.size()) < row.tensors)
    return std::nullopt;
  return Value{std::make_shared<Node>(std::move(node)), 30};
}

} // namespace mercer::fuzz
