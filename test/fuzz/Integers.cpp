// Integers and conditions.
#include "Generator.h"

#include <algorithm>
#include <cstring>

namespace mercer::fuzz {

Value Generator::integerValue(int depth) {
  if (depth <= 0 || --budget_ <= 0 || chance(25)) {
    if (chance(40))
      if (Tree read = anyRead(integer, depth))
        return {read, 70};
    if (!scope_.empty() && chance(80))
      return {makeIndex(scope_[static_cast<std::size_t>(below(static_cast<int>(scope_.size())))]), 65};
    return chance(30) ? Value{makeExtent(anyClass()), 65} : Value{makeNumber(integer, below(9) - 3), 6};
  }
  switch (below(9)) {
  case 0: {
    static const char *names[] = {"-", "abs", "sign", "square"};
    Value a = integerValue(depth - 1);
    return {makeUnary(names[below(4)], a.tree, integer), a.bound * a.bound};
  }
  case 1:
  case 2: {
    static const char *names[] = {"+", "-", "*", "minimum", "maximum"};
    Value a = integerValue(depth - 1), b = integerValue(depth - 1);
    return {makeBinary(names[below(5)], a.tree, b.tree, integer), (1 + a.bound) * (1 + b.bound)};
  }
  case 3: {
    static constexpr int divisors[] = {2, 3, 5, -3, 7};
    Value a = integerValue(depth - 1);
    return {
        makeBinary(chance(50) ? "%" : "floor_div", a.tree, makeNumber(integer, divisors[below(5)]), integer),
        a.bound};
  }
  case 4:
    return {makeUnary("to_integer", makeBinary("*", small(realValue(depth - 1)).tree, makeNumber(real, 4.5)),
                      real),
            14};
  case 5:
    return {makeUnary("to_integer", condition(depth - 1), boolean), 1};
  case 6: {
    Tree predicate = condition(depth - 1);
    Value a = integerValue(depth - 1), b = integerValue(depth - 1);
    return {std::make_shared<Node>(
                Node{.op = Op::choose, .kind = integer, .operands = {predicate, a.tree, b.tree}}),
            std::max(a.bound, b.bound)};
  }
  default:
    return integerReduction(depth);
  }
}

Value Generator::integerReduction(int depth) {
  int number;
  const ReduceRow *row;
  do
    number = below(static_cast<int>(reduceRows().size()));
  while ((row = &reduceRows()[static_cast<std::size_t>(number)])->to != integer);
  Node node{.op = Op::reduce, .kind = integer, .what = number};
  int sizeClass = anyClass();
  node.bound = {newIndex(sizeClass)};
  scope_.push_back(node.bound[0]);
  Value value = row->from == real      ? realValue(depth - 1)
                : row->from == integer ? integerValue(depth - 1)
                                       : Value{condition(depth - 1), 1};
  node.operands.push_back(value.tree);
  if (chance(30))
    node.operands.push_back(condition(depth - 1));
  scope_.pop_back();
  bool position = std::strncmp(row->name, "arg", 3) == 0;
  double size = static_cast<double>(test_.sizeOf(sizeClass)) + 1;
  return {std::make_shared<Node>(std::move(node)), position ? size
                                                   : std::strcmp(row->name, "prod") == 0
                                                       ? 1e18
                                                       : size * value.bound};
}

Tree Generator::condition(int depth) {
  if (depth > 0 && chance(35))
    if (--budget_ > 0)
      switch (below(4)) {
      case 0:
        return makeUnary("!", condition(depth - 1), boolean);
      case 1: {
        Tree a = condition(depth - 1), b = condition(depth - 1);
        return makeBinary(chance(50) ? "&&" : "||", a, b, boolean);
      }
      case 2: {
        int number = chance(50) ? 0 : 1;
        for (std::size_t row = 0; row < reduceRows().size(); ++row)
          if (reduceRows()[row].to == boolean && number-- == 0) {
            Node node{.op = Op::reduce, .kind = boolean, .what = static_cast<int>(row)};
            node.bound = {newIndex(anyClass())};
            scope_.push_back(node.bound[0]);
            node.operands.push_back(condition(depth - 1));
            scope_.pop_back();
            return std::make_shared<Node>(std::move(node));
          }
        break;
      }
      default:
        break;
      }
  static const char *comparisons[] = {"==", "!=", "<", "<=", ">", ">="};
  const char *name = comparisons[below(6)];
  int dice = below(10);
  if (dice < 2)
    if (Tree read = anyRead(boolean, 0))
      return read;
  // Indices of one class against each other are what bounds of loops are made of.
  if (dice < 5 && scope_.size() >= 2) {
    int a = scope_.back();
    for (int b : scope_)
      if (b != a && test_.indices[static_cast<std::size_t>(b)].sizeClass ==
                        test_.indices[static_cast<std::size_t>(a)].sizeClass)
        return makeBinary(name, makeIndex(a), makeIndex(b), integer);
  }
  if (dice < 7) {
    Tree a = integerValue(std::min(depth, 1)).tree, b = integerValue(std::min(depth, 1)).tree;
    return makeBinary(name, a, b, integer);
  }
  Tree a = realValue(depth - 1).tree, b = realLeaf(depth).tree;
  return makeBinary(name, a, b);
}

} // namespace mercer::fuzz
