// Reductions and outputs over a few constant positions, written out.
#include "compiler/dialect/FreeIndices.h"
#include "compiler/transforms/Passes.h"

#include <cmath>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_UNROLLSMALL
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

std::optional<int64_t> constantExtent(Value index) {
  return ir::integerConstant(index.getDefiningOp<ir::IndexOp>().getExtent());
}

class Unroll {
public:
  Unroll(OpBuilder &builder, ir::ReduceOp op) : builder_(builder), op_(op), loc_(op.getLoc()) {}

  /// The reduction over its first small index written out, or null.
  Value run(ir::FreeIndices &free, int64_t limit) {
    Reduction kind = op_.getKind().getValue();
    if (kind == Reduction::logsumexp || kind == Reduction::argmin || kind == Reduction::argmax)
      return {}; // carried better by a loop's state
    for (Value index : op_.getOver()) {
      std::optional<int64_t> extent = constantExtent(index);
      if (!extent || *extent < 0 || *extent > limit)
        continue;
      SmallVector<Value> others;
      for (Value other : op_.getOver())
        if (other != index)
          others.push_back(other);
      Value result = empty(kind);
      for (int64_t position = 0; position < *extent; ++position) {
        ir::Substitution at(builder_, free, {{index, ir::integer(builder_, loc_, position)}});
        Value term = at(op_.getValue()), predicate = op_.getPredicate() ? at(op_.getPredicate()) : Value();
        if (!others.empty())
          term = ir::reduce(builder_, loc_, kind, others, term, predicate);
        else if (predicate)
          term = call(Function::select, {predicate, term, empty(kind)});
        result = position == 0 ? term : combine(kind, result, term);
      }
      return result;
    }
    return {};
  }

private:
  Value call(Function function, ValueRange operands) { return ir::apply(builder_, loc_, function, operands); }

  Value combine(Reduction kind, Value a, Value b) {
    switch (kind) {
    case Reduction::sum:
      return call(Function::add, {a, b});
    case Reduction::prod:
      return call(Function::mul, {a, b});
    case Reduction::min:
      return call(Function::minimum, {a, b});
    case Reduction::max:
      return call(Function::maximum, {a, b});
    case Reduction::any:
      return call(Function::logical_or, {a, b});
    default:
      return call(Function::logical_and, {a, b});
    }
  }

  Value empty(Reduction kind) {
    Type type = op_.getValue().getType();
    if (kind == Reduction::any || kind == Reduction::all)
      return ir::boolean(builder_, loc_, kind == Reduction::all);
    bool extreme = kind == Reduction::min || kind == Reduction::max, smallest = kind == Reduction::min;
    if (isa<FloatType>(type))
      return ir::real(builder_, loc_, type, extreme ? (smallest ? HUGE_VAL : -HUGE_VAL) : kind == Reduction::prod);
    return ir::integer(builder_, loc_, extreme ? (smallest ? INT64_MAX : INT64_MIN) : kind == Reduction::prod);
  }

  OpBuilder &builder_;
  ir::ReduceOp op_;
  Location loc_;
};

struct UnrollSmallPass : impl::UnrollSmallBase<UnrollSmallPass> {
  using UnrollSmallBase::UnrollSmallBase;
  void runOnOperation() override {
    Block &block = getOperation().getBlock();
    // Inner reductions come first in the block, so that outer ones copy them written out. A program that would become too
    // large stays as it is from there on: loops do the rest.
    size_t operations = block.getOperations().size(), most = operations + 2000;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      if (!reduce || block.getOperations().size() > most)
        continue;
      OpBuilder builder(reduce);
      ir::FreeIndices free;
      if (Value unrolled = Unroll(builder, reduce).run(free, limit)) {
        reduce.getResult().replaceAllUsesWith(unrolled);
        reduce.erase();
      }
    }
  }
};

} // namespace
} // namespace mercer::transforms
