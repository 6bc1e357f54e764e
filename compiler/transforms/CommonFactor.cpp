#include "compiler/transforms/CommonFactor.h"

#include "compiler/transforms/Terms.h"

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

std::pair<Value, Value> commonFactor(Formula f, ir::FreeIndices &free, Value sum, ValueRange over) {
  Terms terms = termsOf(sum);
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
    for (auto [term, list] : llvm::zip_equal(terms, factors)) {
      list.erase(llvm::find(list, candidate));
      term.value = list.empty() ? f.number(1) : list[0];
      for (Value factor : ArrayRef(list).drop_front(list.empty() ? 0 : 1))
        term.value = f.call(Function::mul, {term.value, factor});
    }
    return {candidate, sumOf(f, terms)};
  }
  return {};
}

} // namespace mercer::transforms
