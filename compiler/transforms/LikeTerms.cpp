#include "compiler/transforms/LikeTerms.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {
using dsl::Function;

Monomial Monomial::of(Value product) {
  constexpr size_t most = 16;
  Monomial result;
  SmallVector<Value, 8> stack{product};
  while (!stack.empty()) {
    Value part = stack.pop_back_val();
    if (result.factors.size() + stack.size() > most)
      return {};
    if (is(part, Function::mul)) {
      stack.append({operand(part, 0), operand(part, 1)});
    } else if (is(part, Function::square)) {
      stack.append({operand(part), operand(part)});
    } else if (is(part, Function::neg)) {
      result.number = -result.number;
      stack.push_back(operand(part));
    } else if (auto constant = ir::realConstant(part)) {
      result.number *= *constant;
    } else {
      result.factors.push_back(part);
    }
  }
  return result;
}

/// The factors in an order that is the same for equal ones.
static SmallVector<Value, 8> sorted(SmallVector<Value, 8> factors) {
  llvm::sort(factors, [](Value a, Value b) { return a.getAsOpaquePointer() < b.getAsOpaquePointer(); });
  return factors;
}

Value combineLikeTerms(Formula f, Value a, Value b, bool subtract) {
  if (!isa<FloatType>(a.getType()))
    return {};
  Monomial x = Monomial::of(a), y = Monomial::of(b);
  if (x.factors.empty() || sorted(x.factors) != sorted(y.factors))
    return {};
  double second = subtract ? -y.number : y.number, both = x.number + second;
  // Terms that cancel stay: infinity minus infinity is no number. So do those whose number f32 does not have.
  bool alike = x.number * second > 0 && std::isnormal(static_cast<float>(both)) &&
               std::isnormal(static_cast<float>(both / x.number));
  if (!alike)
    return {};
  if (auto number = is(a, Function::mul) ? ir::realConstant(operand(a, 1)) : std::nullopt)
    return f.mul(operand(a, 0), f.number(both / (x.number / *number)));
  return f.mul(a, f.number(both / x.number));
}

} // namespace mercer::transforms
