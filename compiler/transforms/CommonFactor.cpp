#include "compiler/transforms/CommonFactor.h"

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;

SmallVector<Value, 4> plainFactors(Value term) {
  SmallVector<Value, 4> result, stack{term};
  while (!stack.empty()) {
    Value part = stack.pop_back_val();
    if (is(part, Function::mul) && result.size() + stack.size() < 16)
      stack.append({operand(part, 1), operand(part, 0)});
    else
      result.push_back(part);
  }
  return result;
}

/// none.
std::pair<Value, Value> commonFactor(Formula f, ir::FreeIndices &free, Value sum, ValueRange over) {
  SmallVector<std::pair<Value, bool>> stack{{sum, false}}, terms; // true: subtracted
  while (!stack.empty()) {
    auto [part, negative] = stack.pop_back_val();
    if (terms.size() + stack.size() > 32)
      return {};
    if (is(part, Function::add) || is(part, Function::sub)) {
      stack.push_back({operand(part, 1), negative != is(part, Function::sub)});
      stack.push_back({operand(part, 0), negative});
    } else {
      terms.push_back({part, negative});
    }
  }
  if (terms.size() < 2)
    return {};
  SmallVector<SmallVector<Value, 4>> factors;
  for (auto [term, negative] : terms)
    factors.push_back(plainFactors(term));
  for (Value candidate : factors[0]) {
    bool shared = !ir::realConstant(candidate) &&
                  llvm::none_of(over, [&](Value index) { return free.depends(candidate, index); }) &&
                  llvm::all_of(factors, [&](auto &list) { return llvm::is_contained(list, candidate); });
    if (!shared)
      continue;
    Value rest;
    for (auto [term, list] : llvm::zip_equal(terms, factors)) {
      list.erase(llvm::find(list, candidate));
      Value product = list.empty() ? f.number(1) : list[0];
      for (Value factor : ArrayRef(list).drop_front(list.empty() ? 0 : 1))
        product = f.call(Function::mul, {product, factor});
      if (!rest)
        rest = product; // the first term of a tree is never subtracted
      else
        rest = f.call(term.second ? Function::sub : Function::add, {rest, product});
    }
    return {candidate, rest};
  }
  return {};
}

} // namespace mercer::transforms
