// Loops over products of bf16 that are added in pairs: what they may contain.
#include "compiler/dialect/Mercer.h"

using namespace mlir;

namespace mercer::ir {

/// mul(_, 32), or such a number.
static bool isPaired(Value extent) {
  if (std::optional<int64_t> number = integerConstant(extent))
    return *number % pairedTerms == 0;
  auto apply = extent.getDefiningOp<ApplyOp>();
  return apply && apply.getFunction().getValue() == dsl::Function::mul &&
         integerConstant(apply.getOperands()[1]) == std::optional(pairedTerms);
}

SmallVector<PairedProduct> pairedProducts(LoopOp loop) {
  auto around = dyn_cast<LoopOp>(loop->getParentOp());
  if (!loop.getPairs() || !around || loop.getLanes() || loop.getTogether() > 1 ||
      integerConstant(loop.getLower()) != std::optional(int64_t(0)) || !isPaired(loop.getUpper()))
    return {};
  auto isRead = [&](ReadOp read, ArrayRef<Value> subscripts) {
    return read.getArray().getType().getElement().isBF16() && read.getType().isF32() && !read.getGuard() &&
           llvm::equal(read.getSubscripts(), subscripts);
  };
  SmallVector<PairedProduct> products;
  DenseSet<Operation *> parts;
  for (unsigned n = 0; n < loop.getNumResults(); ++n) {
    OperandRange yielded = loop.getYield()->getOperands();
    auto product = yielded[2 * n].getDefiningOp<ApplyOp>();
    if (cast<ReductionAttr>(loop.getKinds()[n]).getValue() != dsl::Reduction::sum ||
        booleanConstant(yielded[2 * n + 1]) != std::optional(true) || !product || product->getBlock() != &loop.getBlock() ||
        product.getFunction().getValue() != dsl::Function::mul)
      return {};
    PairedProduct found;
    for (Value operand : product.getOperands()) {
      auto read = operand.getDefiningOp<ReadOp>();
      if (!read)
        return {};
      if (auto rows = read.getArray().getDefiningOp<AllocateOp>();
          rows && rows.getSizes().size() == 2 && isPaired(rows.getSizes()[1]) &&
          isRead(read, {around.getIndex(), loop.getIndex()}))
        found.row = read;
      if (auto column = read.getArray().getDefiningOp<TileOp>();
          column && column.getSizes().size() == 1 && column.getSizes()[0] == loop.getUpper() && isRead(read, loop.getIndex()))
        found.column = read;
    }
    if (!found.row || !found.column)
      return {};
    for (Operation *part : {product.getOperation(), found.row.getOperation(), found.column.getOperation()})
      parts.insert(part);
    products.push_back(found);
  }
  bool more = llvm::any_of(loop.getBlock().without_terminator(), [&](Operation &op) { return !parts.contains(&op); });
  return more ? SmallVector<PairedProduct>() : products;
}

} // namespace mercer::ir
