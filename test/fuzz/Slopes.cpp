// Derivatives inside of expressions.
#include "Generator.h"

#include <algorithm>

namespace mercer::fuzz {

std::optional<Value> Generator::slopeValue(int depth) {
  if (nested_ >= (chance(15) ? 2 : 1))
    return std::nullopt;
  TensorInfo variable;
  variable.role = TensorInfo::variable;
  variable.name = "v" + std::to_string(test_.tensors.size());
  int number = static_cast<int>(test_.tensors.size());
  ++nested_;
  std::optional<Value> result = chance(35) ? slopeOfScalar(depth, number, std::move(variable))
                                           : slopeOfTensor(depth, number, std::move(variable));
  --nested_;
  return result;
}

Value Generator::slopeOfScalar(int depth, int number, TensorInfo variable) {
  Node node{.op = Op::derivative, .kind = real, .what = number};
  Value at = small(realValue(depth - 2));
  number = node.what =
      static_cast<int>(test_.tensors.size()); // a variable of what `at` holds may have come first
  variable.name = "v" + std::to_string(number);
  test_.tensors.push_back(std::move(variable));
  variables_.push_back(number);
  Value body = realValue(depth - 1);
  Tree u = std::make_shared<Node>(Node{.op = Op::read, .kind = real, .what = number});
  variables_.pop_back();
  node.operands = {makeBinary("*", body.tree, makeUnary("sin", u)), at.tree};
  return {makeUnary("tanh", std::make_shared<Node>(std::move(node))), 1};
}

std::optional<Value> Generator::slopeOfTensor(int depth, int number, TensorInfo variable) {
  std::vector<int> candidates;
  for (std::size_t n = 0; n < test_.tensors.size(); ++n) {
    const TensorInfo &info = test_.tensors[n];
    if (info.kind == real && info.role != TensorInfo::variable && !info.dims.empty() && info.dims.size() <= 3)
      candidates.push_back(static_cast<int>(n));
  }
  if (candidates.empty())
    return std::nullopt;
  int at = candidates[static_cast<std::size_t>(below(static_cast<int>(candidates.size())))];
  std::vector<int> dims = tensor(at).dims;
  std::size_t rank = dims.size() > 1 && chance(20) ? 2 : 1, fixed = dims.size() - rank;
  variable.dims.assign(dims.end() - static_cast<std::ptrdiff_t>(rank), dims.end());
  Node node{.op = Op::gradient, .kind = real, .what = number, .tensors = {at}};
  test_.tensors.push_back(std::move(variable));
  std::vector<Tree> subscripts;
  for (std::size_t n = 0; n < dims.size(); ++n)
    subscripts.push_back(subscript(dims[n], 0));
  if (std::count(subscripts.begin(), subscripts.end(), nullptr))
    return std::nullopt;
  // A sum over the variable's elements, so that the derivative is no zero.
  variables_.push_back(number);
  std::size_t outer = scope_.size();
  Node sum{.op = Op::reduce, .kind = real, .what = 0};
  Node element{.op = Op::read, .kind = real, .what = number};
  for (std::size_t n = fixed; n < dims.size(); ++n) {
    sum.bound.push_back(newIndex(dims[n], false));
    scope_.push_back(sum.bound.back());
    element.operands.push_back(makeIndex(sum.bound.back()));
  }
  Tree u = std::make_shared<Node>(std::move(element));
  Value other = small(realValue(depth - 1));
  sum.operands = {
      makeBinary("*", makeUnary(chance(50) ? "sin" : "square", u), makeBinary("+", other.tree, u))};
  scope_.resize(outer);
  Tree body = std::make_shared<Node>(std::move(sum));
  if (chance(40))
    body = makeBinary("+", makeUnary("tanh", body), small(realValue(depth - 1)).tree);
  variables_.pop_back();
  node.operands = {body};
  node.operands.insert(node.operands.end(), subscripts.begin(), subscripts.end());
  return Value{makeUnary("tanh", std::make_shared<Node>(std::move(node))), 1};
}

} // namespace mercer::fuzz
