// Reverse and forward mode over the flat list of values, innermost derivative first.
#include "compiler/transforms/Affine.h"
#include "compiler/transforms/Arrays.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Partials.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/SplitReductions.h"

#include <cfloat>
#include <cmath>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_DIFFERENTIATE
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

/// A derivative that is `value` where `guard` holds (null: everywhere) and 0 elsewhere. Kept apart so that an infinite
/// factor meets no 0 that stands for "not taken".
struct Guarded {
  Value value, guard;
  bool infinite = false; ///< a factor of `value` may be infinite where the function itself is finite
};

class Differentiation {
public:
  Differentiation(OpBuilder &builder, Operation *op) : builder_(builder), loc_(op->getLoc()), again_(isDifferentiated(op)) {}

protected:
  Value call(Function function, ValueRange operands) { return ir::apply(builder_, loc_, function, operands); }
  Value both(Value a, Value b) {
    if (!a || a == b)
      return b;
    return b ? call(Function::logical_and, {a, b}) : a;
  }
  Value zero(Type type) { return ir::real(builder_, loc_, type, 0); }
  Value plain(Guarded part) {
    return part.guard ? call(Function::select, {part.guard, part.value, zero(part.value.getType())}) : part.value;
  }

  /// seed times a partial derivative.
  Guarded chain(Guarded seed, const Partial &partial) {
    Guarded result{seed.value, both(seed.guard, partial.guard), seed.infinite || partial.finite};
    if (partial.factor) {
      // cbrt(x^2) at 0: what does not vary has no derivative, however steep what is made of it. Elsewhere a factor of 0 is an
      // ordinary one, and NaN stays.
      if (seed.infinite && ir::realConstant(partial.factor).value_or(0) == 0) {
        Type type = partial.factor.getType();
        Value varies = call(Function::ne, {partial.factor, zero(type)});
        Value steep = call(Function::abs, {seed.value}), infinity = ir::real(builder_, loc_, type, INFINITY);
        result.guard = both(result.guard, call(Function::logical_or, {varies, call(Function::ne, {steep, infinity})}));
      }
      // Elsewhere a seed of 0 is an ordinary factor: the product's own derivative is not 0.
      if (partial.finite) {
        Value seeded = call(Function::ne, {seed.value, zero(seed.value.getType())});
        result.guard = both(result.guard, call(Function::logical_or, {partial.finite, seeded}));
      }
      result.value = call(Function::mul, {seed.value, partial.factor});
    }
    return result;
  }

  /// Factor of a term's derivative in that of its reduction: exp(v - r) of a logsumexp, the product of the others.
  Partial reductionPartial(ir::ReduceOp op) {
    Value v = op.getValue(), r = op.getResult(), predicate = op.getPredicate();
    switch (op.getKind().getValue()) {
    case Reduction::sum:
      return {0, {}, predicate};
    case Reduction::logsumexp: {
      // All terms -inf: the derivative is 0, not NaN.
      double lowest = v.getType().isF32() ? -FLT_MAX : -DBL_MAX;
      Value finite = call(Function::maximum, {r, ir::real(builder_, loc_, r.getType(), lowest)});
      return {0, call(Function::exp, {call(Function::sub, {v, finite})}), predicate};
    }
    case Reduction::min:
    case Reduction::max: {
      auto position = op.getKind().getValue() == Reduction::min ? Reduction::argmin : Reduction::argmax;
      Value winner = ir::reduce(builder_, loc_, position, op.getOver(), v, predicate);
      return {0, {}, both(predicate, call(Function::eq, {op.getOver()[0], winner}))};
    }
    case Reduction::prod:
      return {0, productOfOthers(op), predicate};
    default:
      return {0, zero(v.getType()), ir::boolean(builder_, loc_, false)};
    }
  }

  /// Does another derivative need this one?
  static bool isDifferentiated(Operation *derivative) {
    SmallVector<Operation *> stack{derivative};
    DenseSet<Operation *> seen;
    while (!stack.empty())
      for (Operation *user : stack.pop_back_val()->getUsers()) {
        if (isa<ir::GradientOp, ir::TangentOp>(user))
          return true;
        if (seen.insert(user).second)
          stack.push_back(user);
      }
    return false;
  }

  /// The product over the positions that differ from this one: as much work for each term, and right however often it is
  /// differentiated.
  Value productElsewhere(ir::ReduceOp op) {
    llvm::SmallDenseMap<Value, Value> renamed;
    SmallVector<Value> over;
    Value elsewhere;
    for (Value index : op.getOver()) {
      auto source = index.getDefiningOp<ir::IndexOp>();
      over.push_back(ir::IndexOp::create(builder_, loc_, source.getNameAttr(), source.getExtent()));
      renamed[index] = over.back();
      Value differs = call(Function::ne, {over.back(), index});
      elsewhere = elsewhere ? call(Function::logical_or, {elsewhere, differs}) : differs;
    }
    ir::Substitution at(builder_, free_, renamed);
    Value v = at(op.getValue());
    Value predicate = op.getPredicate() ? at(op.getPredicate()) : Value();
    return ir::reduce(builder_, loc_, Reduction::prod, over, v, both(predicate, elsewhere));
  }

  /// r / v where no term is 0; with one term 0 the product of the others for that term; else 0.
  Value productOfOthers(ir::ReduceOp op) {
    if (again_)
      return productElsewhere(op);
    Value v = op.getValue(), none = zero(v.getType());
    Value isZero = call(Function::eq, {v, none}), notZero = call(Function::logical_not, {isZero});
    Value others = ir::reduce(builder_, loc_, Reduction::prod, op.getOver(), v, both(op.getPredicate(), notZero));
    Value zeros = ir::reduce(builder_, loc_, Reduction::sum, op.getOver(), ir::integer(builder_, loc_, 1),
                             both(op.getPredicate(), isZero));
    auto zerosAre = [&](int64_t count) { return call(Function::eq, {zeros, ir::integer(builder_, loc_, count)}); };
    Value ofZero = call(Function::select, {zerosAre(1), others, none});
    Value ofOther = call(Function::select, {zerosAre(0), call(Function::div, {op.getResult(), v}), none});
    return call(Function::select, {isZero, ofZero, ofOther});
  }

  OpBuilder &builder_;
  Location loc_;
  bool again_; ///< the result is differentiated too: its formulas must be right for that
  ir::FreeIndices free_;
};

/// Ops that some values depend on and that themselves depend on one of some arrays, in block order.
SmallVector<Operation *> activeOps(ArrayRef<Value> roots, ArrayRef<Value> variables) {
  DenseSet<Operation *> below;
  SmallVector<Operation *> stack;
  auto push = [&](Value value) {
    if (Operation *op = value.getDefiningOp(); op && below.insert(op).second)
      stack.push_back(op);
  };
  for (Value root : roots)
    push(root);
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    for (Value operand : op->getOperands())
      push(operand);
  }
  SmallVector<Operation *> order(below.begin(), below.end());
  llvm::sort(order, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  DenseSet<Operation *> active;
  SmallVector<Operation *> result;
  for (Operation *op : order) {
    bool carries = false;
    if (op->getNumResults() == 1 && isa<FloatType, ir::ArrayType>(op->getResult(0).getType())) {
      auto read = dyn_cast<ir::ReadOp>(op);
      carries = read && llvm::is_contained(variables, read.getArray());
      for (Value operand : op->getOperands())
        carries |= operand.getDefiningOp() && active.contains(operand.getDefiningOp());
    }
    if (carries) {
      active.insert(op);
      result.push_back(op);
    }
  }
  return result;
}

/// Extremes over several indices become nested ones, for the winner is an index; arrays that carry a variable are written out.
void prepare(Block &block, ArrayRef<Value> roots, ArrayRef<Value> variables, Operation *end) {
  DenseSet<Operation *> arrays;
  for (Operation *op : activeOps(roots, variables))
    if (isa<ir::ArrayOp>(op) && !llvm::is_contained(variables, op->getResult(0)))
      arrays.insert(op);
  if (!arrays.empty())
    inlineArrays(block, [&](ir::ArrayOp array) { return arrays.contains(array); }, end);
  for (ir::ReduceOp op : llvm::make_early_inc_range(block.getOps<ir::ReduceOp>())) {
    Reduction kind = op.getKind().getValue();
    if (op.getOver().size() > 1 && (kind == Reduction::min || kind == Reduction::max))
      splitReduction(op);
  }
}

//===- Reverse mode ---------------------------------------------------------------------------------------------===//

class Reverse : Differentiation {
public:
  Reverse(OpBuilder &builder, ir::GradientOp op)
      : Differentiation(builder, op), op_(op), variable_(op.getVariable()) {}

  Value run() {
    SmallVector<Operation *> active = activeOps(op_.getValue(), variable_);
    active_.insert_range(active);
    findElement();
    if (active_.contains(op_.getValue().getDefiningOp()))
      contributions_[op_.getValue()].push_back({ir::real(builder_, loc_, op_.getValue().getType(), 1), {}});
    for (Operation *op : llvm::reverse(active)) {
      Value value = op->getResult(0);
      auto found = contributions_.find(value);
      if (found == contributions_.end())
        continue;
      Guarded adjoint = total(found->second);
      if (auto apply = dyn_cast<ir::ApplyOp>(op)) {
        for (const Partial &partial : partials(builder_, apply))
          contribute(apply.getOperands()[partial.operand], free_.of(value), chain(adjoint, partial));
      } else if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
        ir::IndexSet over(reduce.getOver().begin(), reduce.getOver().end());
        contribute(reduce.getValue(), ir::unite(free_.of(value), over), chain(adjoint, reductionPartial(reduce)));
      } else if (auto read = dyn_cast<ir::ReadOp>(op)) {
        element(read, {adjoint.value, both(adjoint.guard, read.getGuard())});
      }
    }
    Value sum = terms_.empty() ? zero(op_.getValue().getType()) : terms_[0];
    for (Value term : ArrayRef(terms_).drop_front(terms_.empty() ? 0 : 1))
      sum = call(Function::add, {sum, term});
    return ir::ArrayOp::create(builder_, loc_, op_.getType(), builder_.getStringAttr("gradient"), ValueRange(element_), sum);
  }

private:
  /// The indices of the result: those of a read by different indices alone, so that no renaming is needed there.
  void findElement() {
    unsigned rank = cast<ir::ArrayType>(variable_.getType()).getRank();
    for (Operation *op : active_order()) {
      auto read = dyn_cast<ir::ReadOp>(op);
      if (!read || read.getArray() != variable_)
        continue;
      bool usable = !read.getGuard();
      llvm::SmallDenseSet<Value> seen;
      for (auto [dimension, subscript] : llvm::enumerate(read.getSubscripts()))
        usable &= spans(subscript, static_cast<unsigned>(dimension)) && seen.insert(subscript).second;
      if (usable) {
        element_.assign(read.getSubscripts().begin(), read.getSubscripts().end());
        return;
      }
    }
    for (unsigned dimension = 0; dimension < rank; ++dimension)
      element_.push_back(ir::IndexOp::create(builder_, loc_, "p" + std::to_string(dimension), extent(dimension)));
  }

  SmallVector<Operation *> active_order() {
    SmallVector<Operation *> order(active_.begin(), active_.end());
    llvm::sort(order, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    return order;
  }

  Value extent(unsigned dimension) {
    if (auto array = variable_.getDefiningOp<ir::ArrayOp>())
      return array.getIndices()[dimension].getDefiningOp<ir::IndexOp>().getExtent();
    return ir::size(builder_, loc_, variable_, dimension);
  }

  /// Is a subscript an index that takes every position of the variable's dimension?
  bool spans(Value subscript, unsigned dimension) {
    auto index = subscript.getDefiningOp<ir::IndexOp>();
    return index && sameExtent(index.getExtent(), extent(dimension));
  }

  Guarded total(ArrayRef<Guarded> parts) {
    if (parts.size() == 1)
      return parts[0];
    bool same = llvm::all_of(parts, [&](const Guarded &part) { return part.guard == parts[0].guard; });
    Value guard = parts[0].guard;
    Value sum = same ? parts[0].value : plain(parts[0]);
    bool infinite = parts[0].infinite;
    for (const Guarded &part : parts.drop_front()) {
      infinite |= part.infinite;
      sum = call(Function::add, {sum, same ? part.value : plain(part)});
      if (!same)
        guard = guard && part.guard ? call(Function::logical_or, {guard, part.guard}) : Value();
    }
    return {sum, guard, infinite};
  }

  /// Adds a derivative by `operand` that is a function of `from`: summed over what the operand does not depend on.
  void contribute(Value operand, ArrayRef<Value> from, Guarded part) {
    if (!operand.getDefiningOp() || !active_.contains(operand.getDefiningOp()))
      return;
    ir::IndexSet surplus = ir::subtract(from, free_.of(operand));
    if (!surplus.empty())
      part = sum(surplus, part);
    contributions_[operand].push_back(part);
  }

  Guarded sum(ArrayRef<Value> over, Guarded part) {
    return {ir::reduce(builder_, loc_, Reduction::sum, over, part.value, part.guard), {}, part.infinite};
  }

  /// A read of the variable: its adjoint adds to the element that was read.
  void element(ir::ReadOp read, Guarded adjoint) {
    ir::IndexSet rest = free_.of(read.getResult());
    for (Value index : free_.of(adjoint.value))
      if (!llvm::is_contained(rest, index))
        rest.push_back(index);
    // Fresh names for the result's indices where the read's own free indices use them otherwise.
    llvm::SmallDenseMap<Value, Value> renamed; // index of the read -> value in terms of the element's indices
    Value inRange;
    SmallVector<std::pair<unsigned, Value>> open;
    for (auto [position, subscript] : llvm::enumerate(read.getSubscripts())) {
      unsigned dimension = static_cast<unsigned>(position);
      if (subscript.getDefiningOp<ir::IndexOp>() && !renamed.count(subscript)) {
        if (!spans(subscript, dimension))
          inRange = both(inRange, call(Function::lt, {element_[dimension], subscript.getDefiningOp<ir::IndexOp>().getExtent()}));
        renamed[subscript] = element_[dimension];
      } else {
        open.push_back({dimension, subscript});
      }
    }
    // Affine subscripts are solved for an index that no other subscript has fixed.
    SmallVector<std::pair<unsigned, Value>> compared;
    for (auto [dimension, subscript] : open)
      if (!solve(subscript, dimension, rest, renamed, inRange))
        compared.push_back({dimension, subscript});
    ir::IndexSet over;
    for (Value index : rest)
      if (!renamed.count(index))
        over.push_back(index);
    // Indices that are summed over and also name elements of the result get other names.
    for (Value &index : over)
      if (llvm::is_contained(element_, index)) {
        auto source = index.getDefiningOp<ir::IndexOp>();
        Value other = ir::IndexOp::create(builder_, loc_, source.getNameAttr(), source.getExtent());
        renamed[index] = other;
        index = other;
      }
    bool identity = !inRange && llvm::all_of(renamed, [](auto pair) { return pair.first == pair.second; });
    ir::Substitution rename(builder_, free_, renamed, inRange);
    auto mapped = [&](Value value) { return value && !identity ? rename(value) : value; };
    Value value = mapped(adjoint.value), guard = both(inRange, mapped(adjoint.guard));
    for (auto [dimension, subscript] : compared)
      guard = both(guard, call(Function::eq, {mapped(subscript), element_[dimension]}));
    if (over.empty())
      terms_.push_back(plain({value, guard}));
    else
      terms_.push_back(sum(over, {value, guard}).value);
  }

  /// subscript == p solved for one of its indices, which gets the value and a range to be in.
  bool solve(Value subscript, unsigned dimension, ArrayRef<Value> rest, llvm::SmallDenseMap<Value, Value> &renamed,
             Value &inRange) {
    for (Value index : free_.of(subscript)) {
      if (renamed.count(index) || !llvm::is_contained(rest, index))
        continue;
      auto form = affineIn(builder_, free_, subscript, index);
      if (!form || (form->coefficient != 1 && form->coefficient != -1))
        continue;
      // The rest must be free of indices whose value is another solved one, and of those that name elements.
      if (form->rest && llvm::any_of(free_.of(form->rest), [&](Value other) {
            return (renamed.count(other) && renamed.lookup(other) != other) || llvm::is_contained(element_, other);
          }))
        continue;
      Value p = element_[dimension], solved = p;
      if (form->rest)
        solved = form->coefficient == 1 ? call(Function::sub, {p, form->rest}) : call(Function::sub, {form->rest, p});
      else if (form->coefficient == -1)
        solved = call(Function::neg, {p});
      Value extent = index.getDefiningOp<ir::IndexOp>().getExtent();
      inRange = both(inRange, call(Function::ge, {solved, ir::integer(builder_, loc_, 0)}));
      inRange = both(inRange, call(Function::lt, {solved, extent}));
      renamed[index] = solved;
      return true;
    }
    return false;
  }

  ir::GradientOp op_;
  Value variable_;
  DenseSet<Operation *> active_;
  DenseMap<Value, SmallVector<Guarded, 2>> contributions_;
  SmallVector<Value> element_, terms_;
};

//===- Forward mode ---------------------------------------------------------------------------------------------===//

class Forward : Differentiation {
public:
  Forward(OpBuilder &builder, ir::TangentOp op) : Differentiation(builder, op), op_(op) {}

  Value run() {
    SmallVector<Value> variables(op_.getVariables());
    for (Operation *op : activeOps(op_.getValue(), variables))
      if (isa<FloatType>(op->getResult(0).getType()))
        if (Value tangent = of(op))
          tangents_[op->getResult(0)] = tangent;
    Value tangent = tangents_.lookup(op_.getValue());
    return tangent ? tangent : zero(op_.getValue().getType());
  }

private:
  Value of(Operation *op) {
    if (auto read = dyn_cast<ir::ReadOp>(op)) {
      for (auto [variable, tangent] : llvm::zip_equal(op_.getVariables(), op_.getTangents()))
        if (read.getArray() == variable)
          return ir::ReadOp::create(builder_, loc_, read.getType(), tangent, read.getSubscripts(), read.getGuard());
      return {};
    }
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      Value seed = tangents_.lookup(reduce.getValue());
      if (!seed)
        return {};
      Guarded part = chain({seed, {}}, reductionPartial(reduce));
      return ir::reduce(builder_, loc_, Reduction::sum, reduce.getOver(), part.value, part.guard);
    }
    auto apply = dyn_cast<ir::ApplyOp>(op);
    Value sum;
    if (apply)
      for (const Partial &partial : partials(builder_, apply))
        if (Value seed = tangents_.lookup(apply.getOperands()[partial.operand])) {
          Value term = plain(chain({seed, {}}, partial));
          sum = sum ? call(Function::add, {sum, term}) : term;
        }
    return sum;
  }

  ir::TangentOp op_;
  DenseMap<Value, Value> tangents_;
};

struct DifferentiatePass : impl::DifferentiateBase<DifferentiatePass> {
  void runOnOperation() override {
    Block &block = getOperation().getBlock();
    constexpr size_t mostOps = 100'000;
    size_t expanded = 0;
    // A derivative depends on earlier ones only; the first is expanded when no other is below it.
    for (Operation &op : llvm::make_early_inc_range(block)) {
      OpBuilder builder(&op);
      Value result;
      if (auto gradient = dyn_cast<ir::GradientOp>(op)) {
        prepare(block, gradient.getValue(), gradient.getVariable(), &op);
        result = Reverse(builder, gradient).run();
      } else if (auto tangent = dyn_cast<ir::TangentOp>(op)) {
        prepare(block, tangent.getValue(), llvm::to_vector(tangent.getVariables()), &op);
        result = Forward(builder, tangent).run();
      } else {
        continue;
      }
      op.getResult(0).replaceAllUsesWith(result);
      op.erase();
      // Derivatives of derivatives grow by a factor each: the first few tell, counting at all others would be slow.
      if (++expanded > 64 && expanded % 64 != 0)
        continue;
      if (block.getOperations().size() > mostOps) {
        getOperation().emitOpError("has more than ") << mostOps << " operations after differentiation";
        return signalPassFailure();
      }
    }
    inlineArrays(block, [](ir::ArrayOp) { return true; });
    for (ir::ArrayOp array : llvm::make_early_inc_range(block.getOps<ir::ArrayOp>()))
      if (array->use_empty())
        array.erase();
  }
};

} // namespace
} // namespace mercer::transforms
