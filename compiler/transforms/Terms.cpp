#include "compiler/transforms/Terms.h"

#include "compiler/transforms/Bounds.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;
using dsl::Reduction;

Terms termsOf(Value sum, size_t most) {
  Terms terms, stack{{sum, false}};
  while (!stack.empty()) {
    auto [part, negative] = stack.pop_back_val();
    if (terms.size() + stack.size() > most)
      return {};
    if (is(part, Function::add) || is(part, Function::sub)) {
      stack.push_back({operand(part, 1), negative != is(part, Function::sub)});
      stack.push_back({operand(part, 0), negative});
    } else {
      terms.push_back({part, negative});
    }
  }
  return terms;
}

Value sumOf(Formula f, ArrayRef<SignedTerm> terms) {
  // A term that is added first: its sign costs nothing then.
  const SignedTerm *first = llvm::find_if(terms, [](const SignedTerm &term) { return !term.negative; });
  Value result = first == terms.end() ? Value() : first->value;
  for (const SignedTerm &term : terms)
    if (&term != first)
      result = term.negative ? f.sub(result, term.value) : f.add(result, term.value);
  return result;
}

namespace {

bool isPowerOfTwo(Value value) {
  auto constant = ir::realConstant(value);
  int exponent = 0;
  return constant && std::isnormal(*constant) && std::fabs(std::frexp(*constant, &exponent)) == 0.5;
}

/// Is a real value the result of a rounding, and not data, a number, or one of several such?
bool isRounded(Value value, unsigned depth = 8) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0 || !isa<FloatType>(value.getType()))
    return false;
  if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
    Reduction kind = reduce.getKind().getValue();
    bool picks = kind == Reduction::min || kind == Reduction::max;
    return !picks || isRounded(reduce.getValue(), depth - 1);
  }
  auto apply = dyn_cast<ir::ApplyOp>(op);
  if (!apply)
    return false;
  switch (apply.getFunction().getValue()) {
  case Function::mul:
  case Function::div:
    if (isPowerOfTwo(operand(value, 1)))
      return isRounded(operand(value), depth - 1);
    return true;
  case Function::neg:
  case Function::abs:
  case Function::sign:
  case Function::floor:
  case Function::ceil:
  case Function::round:
  case Function::select:
  case Function::minimum:
  case Function::maximum:
  case Function::mod:
  case Function::stop_gradient:
  case Function::with_gradient_of:
  case Function::to_real:
    return llvm::all_of(apply.getOperands(), [&](Value part) {
      return part.getType().isInteger(1) || isRounded(part, depth - 1);
    });
  default:
    return true;
  }
}

/// Does a value need another loop over positions like those of `index`?
bool needsPass(Value value, Value index) {
  constexpr unsigned most = 200;
  Value extent = index.getDefiningOp<ir::IndexOp>().getExtent();
  llvm::SmallPtrSet<Operation *, 32> seen;
  SmallVector<Value> stack{value};
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val().getDefiningOp();
    if (!op || seen.size() >= most || !seen.insert(op).second)
      continue;
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      for (Value over : reduce.getOver())
        if (sameExtent(over.getDefiningOp<ir::IndexOp>().getExtent(), extent))
          return true;
    llvm::append_range(stack, op->getOperands());
  }
  return false;
}

/// Is the number of a sum's terms a formula in what is known before it?
bool isCounted(ir::FreeIndices &free, ir::ReduceOp sum) {
  if (!sum.getPredicate())
    return true;
  if (sum.getOver().size() > 1)
    return false;
  OpBuilder builder(sum);
  return countTerms(builder, free, sum.getPredicate(), sum.getOver()[0]).has_value();
}

} // namespace

OuterTerms OuterTerms::of(ir::FreeIndices &free, ir::ReduceOp sum) {
  Terms terms = termsOf(sum.getValue());
  if (terms.size() < 2)
    return {};
  ir::IndexSet over(sum.getOver());
  ir::IndexSet of = sum.getPredicate() ? free.of(sum.getPredicate()) : ir::IndexSet(), picked = ir::subtract(of, over);
  size_t all = free.of(sum.getResult()).size();
  auto isOuter = [&](ArrayRef<SignedTerm> part) {
    ir::IndexSet own;
    for (const SignedTerm &term : part)
      own = ir::unite(own, free.of(term.value));
    ir::IndexSet fixed = ir::subtract(own, over);
    if (fixed.size() == own.size() && (isCounted(free, sum) || llvm::any_of(part, [&](const SignedTerm &term) {
                                         return needsPass(term.value, sum.getOver()[0]);
                                       })))
      return true;
    size_t sums = ir::unite(fixed, picked).size(); // kept, if of one index
    return sums <= 1 && sums < all;
  };
  OuterTerms result;
  Terms exact;
  for (const SignedTerm &term : terms)
    (!isRounded(term.value) ? exact : isOuter(term) ? result.outer : result.inner).push_back(term);
  if (!exact.empty() && !isOuter(exact))
    return {};
  result.outer.append(exact);
  return result.outer.empty() || result.inner.empty() ? OuterTerms() : result;
}

} // namespace mercer::transforms
