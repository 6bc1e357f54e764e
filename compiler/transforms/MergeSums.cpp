// mercer-merge-sums: sums of the same terms with different weights become one.
#include "compiler/transforms/Bounds.h"
#include "compiler/transforms/CommonFactor.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Simplify.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_MERGESUMS
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;
using dsl::Reduction;

bool isSumOfTerms(Value value) {
  return isa<FloatType>(value.getType()) && (is(value, Function::add) || is(value, Function::sub));
}

/// One term of a sum of sums: +- c_1 c_2 ... sum(j, f_1 f_2 ... where p), or 0 unless some conditions hold; or anything
/// else (no `sum`).
struct Term {
  Value value;
  bool negative;       ///< subtracted
  bool turned = false; ///< the value is minus the product with the sum
  ir::ReduceOp sum = {};
  SmallVector<Value, 2> coefficient = {};
  SmallVector<Value, 2> conditions = {};
  SmallVector<Value, 4> factors = {};
};

bool implies(ArrayRef<Value> more, ArrayRef<Value> fewer) {
  return llvm::all_of(fewer, [&](Value condition) { return llvm::is_contained(more, condition); });
}

class Merging {
public:
  explicit Merging(ir::ProgramOp program) : program_(program), builder_(program.getContext()) {}

  void run() {
    SmallVector<ir::ApplyOp> roots;
    for (ir::ApplyOp op : program_.getBlock().getOps<ir::ApplyOp>())
      if (isSumOfTerms(op.getResult()) && !isInner(op.getResult()))
        roots.push_back(op);
    for (ir::ApplyOp root : roots)
      for (Value value = root.getResult(); value;)
        value = merge(value);
    orderAndUnify(program_);
    for (Operation *op : dead_)
      op->destroy();
  }

private:
  /// Is it a part of one larger sum and nothing else?
  static bool isInner(Value value) {
    auto user = value.hasOneUse() ? dyn_cast<ir::ApplyOp>(*value.user_begin()) : ir::ApplyOp();
    return user && isSumOfTerms(user.getResult());
  }

  /// The terms of a tree of sums and differences, from left to right.
  SmallVector<Term> termsOf(Value root) {
    constexpr size_t most = 64;
    SmallVector<Term> terms;
    SmallVector<std::pair<Value, bool>> stack{{root, false}};
    while (!stack.empty() && terms.size() + stack.size() < most) {
      auto [value, negative] = stack.pop_back_val();
      bool inner = isSumOfTerms(value) && (value == root || isInner(value));
      if (inner) {
        stack.push_back({operand(value, 1), negative != is(value, Function::sub)});
        stack.push_back({operand(value, 0), negative});
      } else if (is(value, Function::neg) && value.hasOneUse()) {
        stack.push_back({operand(value), !negative});
      } else {
        terms.push_back(termOf(value, negative));
      }
    }
    return stack.empty() ? terms : SmallVector<Term>();
  }

  Term termOf(Value value, bool negative) {
    Term term{value, negative};
    if (value.hasOneUse() && findSum(value, term) && !isCaptured(term))
      term.factors = plainFactors(term.sum.getValue());
    else
      term = {value, negative};
    return term;
  }

  /// Takes a product, or a choice between one and 0, apart. All parts must serve nothing else: the sum would then be
  /// computed for that too.
  static bool findSum(Value value, Term &term, unsigned depth = 8) {
    if (!value.hasOneUse() || depth == 0)
      return false;
    if (ir::ReduceOp sum = reductionOf(value, Reduction::sum)) {
      term.sum = sum;
      return true;
    }
    if (is(value, Function::neg) && findSum(operand(value), term, depth - 1)) {
      term.turned = !term.turned;
      return true;
    }
    if (is(value, Function::mul))
      for (unsigned side : {0u, 1u})
        if (findSum(operand(value, side), term, depth - 1)) {
          term.coefficient.push_back(operand(value, 1 - side));
          return true;
        }
    if (is(value, Function::select) && isNumber(operand(value, 2), 0) && findSum(operand(value, 1), term, depth - 1)) {
      term.conditions.push_back(operand(value, 0));
      return true;
    }
    return false;
  }

  /// Does a factor of a term depend on an index that the rest of it does not depend on? Then weighing it is little work
  /// beside summing it.
  bool isDear(const Term &term, Value factor) {
    ir::ReduceOp sum = term.sum;
    return llvm::any_of(free_.of(factor), [&](Value index) {
      auto depends = [&](Value other) { return other != factor && free_.depends(other, index); };
      return !llvm::is_contained(sum.getOver(), index) && llvm::none_of(term.factors, depends) &&
             llvm::none_of(term.coefficient, depends) && llvm::none_of(term.conditions, depends);
    });
  }

  /// Does a predicate pick the terms whose data names an index of the result? Few do: other code is for these.
  bool picksByData(ir::ReduceOp sum) {
    return llvm::any_of(conjuncts(sum.getPredicate()), [&](Value condition) {
      return is(condition, Function::eq) && llvm::any_of(ArrayRef{0u, 1u}, [&](unsigned side) {
               Value index = operand(condition, side);
               return index.getDefiningOp<ir::IndexOp>() && !llvm::is_contained(sum.getOver(), index) &&
                      !free_.depends(operand(condition, 1 - side), index);
             });
    });
  }

  /// Does a weight take a reduction for each term of each element of the result? Then all are visited anyway, and one more
  /// comparison is little work.
  bool visitsAllPairs(const Term &term) {
    ir::ReduceOp sum = term.sum;
    SmallVector<Value> stack(term.factors.begin(), term.factors.end());
    DenseSet<Value> seen;
    while (!stack.empty() && !picksByData(sum)) {
      Value value = stack.pop_back_val();
      Operation *op = value.getDefiningOp();
      if (!op || !seen.insert(value).second || !free_.depends(value, sum.getOver()[0]))
        continue;
      bool pairs = llvm::any_of(free_.of(value), [&](Value index) { return !llvm::is_contained(sum.getOver(), index); });
      if (isa<ir::ReduceOp>(op) && pairs)
        return true;
      llvm::append_range(stack, ir::scalarOperands(op));
    }
    return false;
  }

  /// Does a condition say only that a sum has a term? Inside of it, that holds.
  static bool holdsInside(ir::ReduceOp sum, Value condition) {
    return is(condition, Function::gt) && ir::integerConstant(operand(condition, 1)) == 0 &&
           llvm::any_of(sum.getOver(), [&](Value index) {
             return index.getDefiningOp<ir::IndexOp>().getExtent() == operand(condition, 0);
           });
  }

  /// Outside of a sum its index is another variable.
  bool isCaptured(const Term &term) {
    ir::ReduceOp sum = term.sum;
    return llvm::any_of(sum.getOver(), [&](Value index) {
      auto depends = [&](Value part) { return free_.depends(part, index); };
      return llvm::any_of(term.coefficient, depends) || llvm::any_of(term.conditions, depends);
    });
  }

  static bool areAlike(ir::ReduceOp a, ir::ReduceOp b) { return a && b && a.getOver() == b.getOver(); }

  /// Does the second term differ in factors inside of the sum alone, that depend on no index besides those of the sum? One sum is
  /// then less work than two, whatever is summed.
  bool differInside(const Term &a, const Term &b) {
    ir::ReduceOp x = a.sum, y = b.sum;
    return x.getPredicate() == y.getPredicate() && a.coefficient == b.coefficient && a.conditions == b.conditions &&
           free_.of(x.getResult()) == free_.of(y.getResult());
  }

  /// The sum with two or more of its terms made one; null: there are none such.
  Value merge(Value root) {
    SmallVector<Term> terms = termsOf(root);
    for (bool dear : {true, false})
      for (const Term &first : terms)
        for (Value factor : first.sum ? first.factors : SmallVector<Value, 4>()) {
          SmallVector<Term> merged, others;
          for (const Term &term : terms) {
            bool shares = areAlike(first.sum, term.sum) && llvm::is_contained(term.factors, factor);
            bool better = shares && (dear ? isDear(first, factor) && isDear(term, factor) : differInside(first, term));
            (better ? merged : others).push_back(term);
          }
          if (llvm::none_of(merged, [&](const Term &term) { return visitsAllPairs(term); }))
            llvm::erase_if(merged, [&](const Term &term) {
              bool few = picksByData(term.sum);
              if (few)
                others.push_back(term);
              return few;
            });
          if (merged.size() > 1)
            return replace(root, factor, merged, others);
        }
    return {};
  }

  Value product(Formula &f, ArrayRef<Value> factors) {
    Value result;
    for (Value factor : factors)
      result = f.mul(result, factor);
    return result;
  }

  Value all(Formula &f, ArrayRef<Value> conditions) { return conjunction(builder_, f.loc(), conditions); }

  Value replace(Value root, Value factor, ArrayRef<Term> merged, ArrayRef<Term> others) {
    builder_.setInsertionPointAfter(root.getDefiningOp());
    Formula f(builder_, root.getLoc(), root.getType());
    auto add = [&](Value sum, Value value, bool negative) {
      if (!sum)
        return negative ? f.neg(value) : value;
      return f.call(negative ? Function::sub : Function::add, {sum, value});
    };
    // What all terms have outside of the sum stays there.
    bool same = llvm::all_of(merged, [&](const Term &term) {
      return term.coefficient == merged[0].coefficient && term.conditions == merged[0].conditions;
    });
    // Where each term counts, and where any of them does: what none of them reads is not read.
    SmallVector<SmallVector<Value, 4>> counts, weakest;
    for (const Term &term : merged) {
      SmallVector<Value, 4> conditions;
      if (!same)
        llvm::copy_if(term.conditions, std::back_inserter(conditions),
                      [&](Value condition) { return !holdsInside(term.sum, condition); });
      if (Value predicate = ir::ReduceOp(term.sum).getPredicate())
        conditions.push_back(predicate);
      counts.push_back(conjuncts(all(f, conditions)));
    }
    for (const auto &own : counts)
      if (llvm::none_of(weakest, [&](const auto &other) { return implies(own, other); })) {
        llvm::erase_if(weakest, [&](const auto &other) { return implies(other, own); });
        weakest.push_back(own);
      }
    Value anywhere;
    for (const auto &own : weakest)
      if (Value condition = all(f, own))
        anywhere = anywhere ? f.call(Function::logical_or, {anywhere, condition}) : condition;
    Value weight;
    for (auto [term, conditions] : llvm::zip_equal(merged, counts)) {
      Value own = same ? Value() : product(f, term.coefficient);
      bool found = false; // one of several equal factors stays
      for (Value part : term.factors)
        if (part != factor || std::exchange(found, true))
          own = f.mul(own, part);
      own = own ? own : f.number(1);
      SmallVector<Value, 4> rest(conditions);
      if (weakest.size() == 1)
        llvm::erase_if(rest, [&](Value condition) { return llvm::is_contained(weakest[0], condition); });
      if (Value condition = all(f, rest))
        own = f.select(condition, own, f.number(0));
      weight = add(weight, own, term.negative != term.turned);
    }
    ir::ReduceOp like = merged[0].sum;
    Value sum = ir::reduce(builder_, root.getLoc(), Reduction::sum, like.getOver(), f.mul(weight, factor), anywhere);
    if (same) {
      sum = f.mul(product(f, merged[0].coefficient), sum);
      if (Value condition = all(f, merged[0].conditions))
        sum = f.select(condition, sum, f.number(0));
    }
    Value result;
    for (const Term &term : others)
      result = add(result, term.value, term.negative);
    result = add(result, sum, false);
    root.replaceAllUsesWith(result);
    drop(root);
    return isSumOfTerms(result) ? result : Value();
  }

  /// Takes ops that nothing uses out of the program, so that uses by them do not count. They are destroyed at the end only.
  void drop(Value root) {
    SmallVector<Value> stack{root};
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val().getDefiningOp();
      if (!op || !op->getBlock() || !op->use_empty() || isa<ir::IndexOp>(op))
        continue;
      llvm::append_range(stack, op->getOperands());
      op->dropAllReferences();
      op->remove();
      dead_.push_back(op);
    }
  }

  ir::ProgramOp program_;
  OpBuilder builder_;
  ir::FreeIndices free_;
  SmallVector<Operation *> dead_;
};

struct MergeSumsPass : impl::MergeSumsBase<MergeSumsPass> {
  void runOnOperation() override { Merging(getOperation()).run(); }
};

} // namespace
} // namespace mercer::transforms
