#include "compiler/transforms/Bounds.h"
#include "compiler/transforms/Affine.h"
#include "compiler/transforms/Formula.h"

using namespace mlir;

namespace mercer::transforms {

using dsl::Function;

SmallVector<Value, 4> conjuncts(Value predicate) {
  SmallVector<Value, 4> result, stack;
  if (predicate)
    stack.push_back(predicate);
  while (!stack.empty()) {
    Value part = stack.pop_back_val();
    if (is(part, Function::logical_and))
      stack.append({operand(part, 1), operand(part, 0)});
    else if (!llvm::is_contained(result, part))
      result.push_back(part);
  }
  return result;
}

Value conjunction(OpBuilder &builder, Location loc, ArrayRef<Value> conditions) {
  Value result;
  for (Value condition : conditions)
    result = result ? ir::apply(builder, loc, Function::logical_and, {result, condition}) : condition;
  return result;
}

namespace {

/// Collects bounds of one index.
class Collector {
public:
  Collector(OpBuilder &builder, ir::FreeIndices &free, Value index)
      : builder_(builder), free_(free), index_(index) {}

  /// Takes a conjunct as a bound; false when it is none.
  bool take(Value condition) {
    auto op = condition.getDefiningOp<ir::ApplyOp>();
    if (!op || op.getOperands().size() != 2 || !op.getOperands()[0].getType().isInteger(64))
      return false;
    Function function = op.getFunction().getValue();
    if (ir::signature(function) != "cmp" || function == Function::ne)
      return false;
    Value a = op.getOperands()[0], b = op.getOperands()[1];
    bool left = free_.depends(a, index_), right = free_.depends(b, index_);
    if (left == right)
      return false;
    if (right) {
      std::swap(a, b);
      function = ir::exchanged(function);
    }
    loc_ = op.getLoc();
    if (a != index_) {
      auto form = affineIn(builder_, free_, a, index_);
      if (!form || (form->coefficient != 1 && form->coefficient != -1))
        return false;
      if (form->rest)
        b = call(Function::sub, b, form->rest);
      if (form->coefficient == -1) {
        b = ir::apply(builder_, loc_, Function::neg, {b});
        function = ir::exchanged(function);
      }
    }
    bound(function, b);
    return true;
  }

  Value lower, upper;

private:
  Value call(Function function, Value a, Value b) { return ir::apply(builder_, loc_, function, {a, b}); }
  Value number(int64_t value) { return ir::integer(builder_, loc_, value); }

  /// index function e, clamped to the index's range before 1 is added, so that nothing wraps.
  void bound(Function function, Value e) {
    Value extent = index_.getDefiningOp<ir::IndexOp>().getExtent();
    auto raise = [&](Value value) { lower = lower ? call(Function::maximum, lower, value) : value; };
    auto cut = [&](Value value) { upper = upper ? call(Function::minimum, upper, value) : value; };
    auto below = [&] { return call(Function::minimum, e, extent); };
    auto clamped = [&] { return call(Function::maximum, call(Function::minimum, e, extent), number(-1)); };
    if (function == Function::lt)
      cut(below());
    if (function == Function::le)
      cut(call(Function::minimum, call(Function::add, clamped(), number(1)), extent));
    if (function == Function::gt)
      raise(call(Function::add, clamped(), number(1)));
    if (function == Function::ge)
      raise(call(Function::maximum, e, number(0)));
    if (function == Function::eq) {
      // Out of range: lower beyond upper.
      raise(call(Function::maximum, e, number(0)));
      cut(call(Function::minimum, call(Function::add, clamped(), number(1)), extent));
    }
  }

  OpBuilder &builder_;
  ir::FreeIndices &free_;
  Value index_;
  Location loc_ = builder_.getUnknownLoc();
};

} // namespace

Bounds splitBounds(OpBuilder &builder, ir::FreeIndices &free, Value predicate, Value index) {
  Collector collector(builder, free, index);
  SmallVector<Value> rest;
  for (Value condition : conjuncts(predicate))
    if (!collector.take(condition))
      rest.push_back(condition);
  Location loc = predicate ? predicate.getLoc() : index.getLoc();
  return {collector.lower, collector.upper, conjunction(builder, loc, rest)};
}

std::optional<Value> countTerms(OpBuilder &builder, ir::FreeIndices &free, Value predicate, Value index) {
  Location loc = predicate ? predicate.getLoc() : index.getLoc();
  auto call = [&](Function function, ValueRange operands) { return ir::apply(builder, loc, function, operands); };
  Bounds bounds = splitBounds(builder, free, predicate, index);
  auto source = index.getDefiningOp<ir::IndexOp>();
  Value zero = ir::integer(builder, loc, 0);
  Value lower = bounds.lower ? bounds.lower : zero, upper = bounds.upper ? bounds.upper : source.getExtent();
  Value count = bounds.lower ? call(Function::sub, {upper, lower}) : upper;
  count = call(Function::maximum, {count, zero});
  if (!bounds.rest)
    return count;
  // One position is left out.
  if (!is(bounds.rest, Function::ne) || !operand(bounds.rest).getType().isInteger(64))
    return std::nullopt;
  Value e = operand(bounds.rest, operand(bounds.rest, 0) == index ? 1 : 0);
  if ((operand(bounds.rest, 0) != index && operand(bounds.rest, 1) != index) || free.depends(e, index))
    return std::nullopt;
  Value one = ir::integer(builder, loc, 1);
  auto other = e.getDefiningOp<ir::IndexOp>();
  if (other && !bounds.lower && !bounds.upper && sameValue(other.getExtent(), source.getExtent()))
    return call(Function::sub, {count, one});
  Value inRange = call(Function::logical_and, {call(Function::ge, {e, lower}), call(Function::lt, {e, upper})});
  return call(Function::sub, {count, call(Function::select, {inRange, one, zero})});
}

std::optional<Value> someTerm(OpBuilder &builder, ir::FreeIndices &free, ir::ReduceOp op) {
  auto call = [&](Function function, ValueRange operands) {
    return ir::apply(builder, op.getLoc(), function, operands);
  };
  if (op.getPredicate() && op.getOver().size() > 1)
    return std::nullopt;
  Value condition, zero = ir::integer(builder, op.getLoc(), 0);
  for (Value index : op.getOver()) {
    Value extent = index.getDefiningOp<ir::IndexOp>().getExtent(), part;
    if (!op.getPredicate()) {
      if (auto known = ir::integerConstant(extent); known && *known > 0)
        continue;
      part = call(Function::gt, {extent, zero});
    } else if (Bounds bounds = splitBounds(builder, free, op.getPredicate(), index); !bounds.rest) {
      part = call(Function::lt, {bounds.lower ? bounds.lower : zero, bounds.upper ? bounds.upper : extent});
    } else if (auto count = countTerms(builder, free, op.getPredicate(), index)) {
      part = call(Function::gt, {*count, zero});
    } else {
      return std::nullopt;
    }
    if (ir::booleanConstant(part) != true)
      condition = condition ? call(Function::logical_and, {condition, part}) : part;
  }
  return condition;
}

} // namespace mercer::transforms
