// Indices, subscripts and reads of tensors.
#include "Generator.h"

#include <algorithm>

namespace mercer::fuzz {

int Generator::newIndex(int sizeClass, bool mayTrim) {
  test_.indices.push_back({sizeClass, mayTrim && chance(6) ? 1 : 0, chance(30)});
  return static_cast<int>(test_.indices.size()) - 1;
}

std::optional<int> Generator::known(int sizeClass) {
  std::vector<int> found;
  for (int index : scope_)
    if (test_.indices[static_cast<std::size_t>(index)].sizeClass == sizeClass)
      found.push_back(index);
  if (found.empty())
    return std::nullopt;
  return found[static_cast<std::size_t>(below(static_cast<int>(found.size())))];
}

Tree Generator::makeExtent(int sizeClass) {
  return std::make_shared<Node>(Node{.op = Op::extent, .kind = integer, .what = sizeClass});
}

Tree Generator::subscript(int sizeClass, int depth) {
  std::optional<int> index = known(sizeClass);
  int dice = below(20);
  if (index && dice < 16)
    return makeIndex(*index);
  if (index && dice == 16)
    return makeBinary("-", makeBinary("-", makeExtent(sizeClass), makeNumber(integer, 1), integer),
                      makeIndex(*index), integer);
  if (index && dice == 17)
    return makeBinary("floor_div", makeIndex(*index), makeNumber(integer, 2), integer);
  if (test_.sizes[static_cast<std::size_t>(sizeClass)] == 0)
    return index ? makeIndex(*index) : nullptr;
  if (dice < 19 && !gathers_) // labels of labels of labels do not end
    for (std::size_t n = 0; n < test_.tensors.size(); ++n)
      if (test_.tensors[n].values == sizeClass)
        if (Tree label = labelOf(static_cast<int>(n)))
          return label;
  Tree any = depth > 0 ? integerValue(depth - 1).tree : makeNumber(integer, below(4));
  return std::make_shared<Node>(
      Node{.op = Op::clamp,
           .kind = integer,
           .operands = {any, makeNumber(integer, 0),
                        makeBinary("-", makeExtent(sizeClass), makeNumber(integer, 1), integer)}});
}

Tree Generator::labelOf(int number) {
  gathers_ = true;
  Tree label = readOf(number, 0);
  gathers_ = false;
  return label;
}

Tree Generator::readOf(int number, int depth) {
  Node node{.op = Op::read, .kind = tensor(number).kind, .what = number};
  std::vector<int> dims = tensor(number).dims; // the tensors may move when definitions are added
  bool variable = tensor(number).role == TensorInfo::variable;
  if (!variable && !dims.empty() && tensor(number).kind != boolean && chance(10)) {
    node.padded = true, node.number = tensor(number).kind == real ? 0.25 * below(4) : below(2);
    for (int dim : dims) {
      std::optional<int> index = known(dim);
      Tree at = index ? makeIndex(*index) : makeNumber(integer, below(3));
      std::optional<int> window = known(sizeClasses + below(windowClasses));
      Tree shift = window ? makeIndex(*window) : makeNumber(integer, below(3));
      node.operands.push_back(
          makeBinary("-", makeBinary("+", at, shift, integer), makeNumber(integer, 1), integer));
    }
    return std::make_shared<Node>(std::move(node));
  }
  for (int dim : dims) {
    Tree at = subscript(dim, depth);
    if (!at)
      return nullptr;
    node.operands.push_back(at);
  }
  return std::make_shared<Node>(std::move(node));
}

Tree Generator::anyRead(Kind kind, int depth) {
  std::vector<int> fitting, others;
  for (std::size_t n = 0; n < test_.tensors.size(); ++n) {
    const TensorInfo &info = test_.tensors[n];
    int number = static_cast<int>(n);
    if (info.kind != kind ||
        (info.role == TensorInfo::variable && !std::count(variables_.begin(), variables_.end(), number)))
      continue;
    bool fits = true;
    for (int dim : info.dims)
      fits &= known(dim).has_value();
    (fits ? fitting : others).push_back(number);
    if (info.role == TensorInfo::variable && fits)
      fitting.insert(fitting.end(), 3, number);
  }
  for (int tries = 0; tries < 4; ++tries) {
    const std::vector<int> &from = !fitting.empty() && (others.empty() || chance(85)) ? fitting : others;
    if (from.empty())
      return nullptr;
    if (Tree read = readOf(from[static_cast<std::size_t>(below(static_cast<int>(from.size())))], depth))
      return read;
  }
  return nullptr;
}

} // namespace mercer::fuzz
