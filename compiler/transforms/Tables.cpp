#include "compiler/transforms/Tables.h"

#include "compiler/transforms/Formula.h"

#include "llvm/ADT/MapVector.h"

#include <map>

using namespace mlir;

namespace mercer::transforms {
namespace {

class Tables {
public:
  explicit Tables(ir::FreeIndices &free) : free_(free) {}

  llvm::DenseSet<Operation *> run(ir::ProgramOp program) {
    SmallVector<Operation *> order;
    for (Operation &op : program.getBlock()) {
      order.push_back(&op);
      if (isa<ir::ApplyOp, ir::ReadOp>(op) && containsSums(&op))
        ofSums_.insert(&op);
      if (auto read = dyn_cast<ir::ReadOp>(op))
        largest_ = std::max(largest_, size(free_.of(read.getResult())));
      if (auto output = dyn_cast<ir::OutputOp>(op))
        largest_ = std::max(largest_, size(ir::IndexSet(output.getIndices())));
    }
    // Users first: what flows into a table is read from there. But before sums what is left of them without.
    for (bool sums : {false, true})
      for (Operation *op : llvm::reverse(order))
        if ((sums ? mayBe(dyn_cast<ir::ReduceOp>(op)) : mayBe(dyn_cast<ir::ApplyOp>(op))) && mustBe(op))
          tables_.insert(op);
    return std::move(tables_);
  }

private:
  static double size(ArrayRef<Value> indices) {
    double result = 1;
    for (Value index : indices)
      result *= ir::guessedLength(index);
    return result;
  }
  static bool isBounded(Value index) {
    return ir::upperBound(index.getDefiningOp<ir::IndexOp>().getExtent()).has_value();
  }

  bool mayBe(ir::ReduceOp reduce) {
    if (!reduce)
      return false;
    const ir::IndexSet &own = free_.of(reduce.getResult());
    return own.size() == 2 && llvm::any_of(own, isBounded) && size(own) <= 4 * largest_;
  }

  /// Elementwise values of data: where reading one is much less than computing it.
  bool mayBe(ir::ApplyOp apply) {
    if (!apply || !isa<FloatType>(apply.getType()))
      return false;
    const ir::IndexSet &own = free_.of(apply.getResult());
    bool small = own.size() == 1 || (own.size() == 2 && llvm::any_of(own, isBounded) && size(own) <= largest_);
    return small && !ofSums_.contains(apply) && isDear(apply, own.size());
  }

  /// Is a value computed from a reduction with as many indices?
  bool containsSums(Operation *op) {
    const size_t indices = free_.of(op->getResult(0)).size();
    return llvm::any_of(ir::scalarOperands(op), [&](Value part) {
      Operation *from = part.getDefiningOp();
      return from && free_.of(part).size() == indices && (isa<ir::ReduceOp>(from) || ofSums_.contains(from));
    });
  }

  /// Do many instructions compute a value of so many indices from what has fewer?
  bool isDear(ir::ApplyOp apply, size_t indices) {
    constexpr int64_t many = 16, ofPolynomial = 20;
    int64_t instructions = 0;
    SmallVector<Operation *> stack{apply};
    DenseSet<Operation *> seen;
    while (!stack.empty() && instructions < many) {
      Operation *op = stack.pop_back_val();
      if (!op || free_.of(op->getResult(0)).size() < indices || !seen.insert(op).second)
        continue;
      auto function = dyn_cast<ir::ApplyOp>(op);
      instructions += function && isPolynomial(function.getFunction().getValue()) ? ofPolynomial : 1;
      for (Value part : ir::scalarOperands(op))
        stack.push_back(part.getDefiningOp());
    }
    return instructions >= many;
  }

  /// Is a reduction kept, so that what uses it does not compute it?
  bool isStored(ir::ReduceOp reduce) {
    return free_.of(reduce.getResult()).size() <= 1 || tables_.contains(reduce);
  }

  bool mustBe(Operation *table) {
    const ir::IndexSet &own = free_.of(table->getResult(0));
    // What is said of an elementwise value holds of all that it flows into with the same indices: long chains are walked once.
    Answers *answers = isa<ir::ApplyOp>(table) ? &answers_[{own[0].getAsOpaquePointer(), own.size() > 1 ? own[1].getAsOpaquePointer() : nullptr}] : nullptr;
    // Ops that use the table, each with the table's indices that are not yet bound on the way there.
    SmallVector<std::pair<Operation *, ir::IndexSet>> stack;
    struct Step {
      Operation *before;
      bool asTable; ///< with the same indices
    };
    llvm::MapVector<Operation *, Step> steps; // of all ops that were walked
    auto push = [&](Operation *op, const ir::IndexSet &unbound) {
      for (Operation *user : op->getUsers())
        if (steps.try_emplace(user, Step{op, unbound.size() == own.size() && isa<ir::ApplyOp>(user)}).second)
          stack.push_back({user, unbound});
    };
    auto must = [&](Operation *op) {
      for (; answers && op != table; op = steps.lookup(op).before)
        if (steps.lookup(op).asTable)
          (*answers)[op] = true;
      return true;
    };
    push(table, own);
    while (!stack.empty()) {
      auto [op, unbound] = stack.pop_back_val();
      if (answers && steps.lookup(op).asTable)
        if (auto known = answers->find(op); known != answers->end()) {
          if (known->second)
            return must(op);
          continue;
        }
      auto output = dyn_cast<ir::OutputOp>(op);
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      if (output || reduce) {
        // The loops around this op: over what it depends on.
        ir::IndexSet around = output ? ir::IndexSet(output.getIndices()) : free_.of(reduce.getResult());
        ir::IndexSet kept;
        llvm::copy_if(unbound, std::back_inserter(kept), [&, op = op](Value index) {
          return llvm::is_contained(around, index) && !llvm::is_contained(ir::boundIndices(op), index);
        });
        unbound = kept;
        auto sum = dyn_cast<ir::ReduceOp>(table);
        if (kept.empty() ? !around.empty() : sum && kept.size() < own.size() && computesWithout(sum, kept))
          return must(op);
      }
      if (output || (reduce && isStored(reduce)))
        continue;
      push(op, unbound);
    }
    for (auto [op, step] : steps)
      if (answers && step.asTable)
        answers->try_emplace(op, false);
    return false;
  }

  /// Is there something under a reduction that costs more than a read and depends on none of some indices?
  bool computesWithout(ir::ReduceOp table, ArrayRef<Value> indices) {
    SmallVector<Value> stack{table.getValue()};
    DenseSet<Value> seen;
    while (!stack.empty()) {
      Value value = stack.pop_back_val();
      Operation *op = value.getDefiningOp();
      auto reduce = dyn_cast_or_null<ir::ReduceOp>(op);
      if (!op || !seen.insert(value).second || tables_.contains(op) || (reduce && isStored(reduce)))
        continue;
      auto apply = dyn_cast<ir::ApplyOp>(op);
      bool dear =
          (reduce && !mayBe(reduce)) || (apply && ir::signature(apply.getFunction().getValue()) == "rr");
      if (dear && free_.depends(value, table.getOver()[0]) &&
          llvm::none_of(indices, [&](Value index) { return free_.depends(value, index); }))
        return true;
      llvm::append_range(stack, ir::scalarOperands(op));
    }
    return false;
  }

  ir::FreeIndices &free_;
  using Answers = DenseMap<Operation *, bool>;
  llvm::DenseSet<Operation *> tables_, ofSums_;
  std::map<std::pair<const void *, const void *>, Answers> answers_; // by the indices
  double largest_ = 0; // elements of an input or output
};

} // namespace

llvm::DenseSet<Operation *> tablesOf(ir::ProgramOp program, ir::FreeIndices &free) {
  return Tables(free).run(program);
}

} // namespace mercer::transforms
