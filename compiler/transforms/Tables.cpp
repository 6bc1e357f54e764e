#include "compiler/transforms/Tables.h"

#include "compiler/transforms/Formula.h"

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
    return small && instructions(apply, own.size()) >= 16;
  }

  /// About how many instructions compute a value of so many indices from what has fewer; 0: it is of sums.
  int64_t instructions(ir::ApplyOp apply, size_t indices) {
    int64_t result = 0;
    SmallVector<Operation *> stack{apply};
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (!op || free_.of(op->getResult(0)).size() < indices || !seen.insert(op).second)
        continue;
      if (isa<ir::ReduceOp>(op))
        return 0;
      auto function = dyn_cast<ir::ApplyOp>(op);
      result += function && isPolynomial(function.getFunction().getValue()) ? 20 : 1;
      for (Value part : ir::scalarOperands(op))
        stack.push_back(part.getDefiningOp());
    }
    return result;
  }

  /// Is a reduction kept, so that what uses it does not compute it?
  bool isStored(ir::ReduceOp reduce) {
    return free_.of(reduce.getResult()).size() <= 1 || tables_.contains(reduce);
  }

  bool mustBe(Operation *table) {
    const ir::IndexSet &own = free_.of(table->getResult(0));
    // Ops that use the table, each with the table's indices that are not yet bound on the way there.
    SmallVector<std::pair<Operation *, ir::IndexSet>> stack;
    auto push = [&](Operation *op, const ir::IndexSet &unbound) {
      for (Operation *user : op->getUsers())
        stack.push_back({user, unbound});
    };
    push(table, own);
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      auto [op, unbound] = stack.pop_back_val();
      if (!seen.insert(op).second)
        continue;
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
          return true;
      }
      if (output || (reduce && isStored(reduce)))
        continue;
      push(op, unbound);
    }
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
  llvm::DenseSet<Operation *> tables_;
  double largest_ = 0; // elements of an input or output
};

} // namespace

llvm::DenseSet<Operation *> tablesOf(ir::ProgramOp program, ir::FreeIndices &free) {
  return Tables(free).run(program);
}

} // namespace mercer::transforms
