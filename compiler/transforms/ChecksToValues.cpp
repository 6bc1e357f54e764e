// Checks as truth values that are computed like any other.
#include "compiler/transforms/Passes.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_CHECKSTOVALUES
#include "compiler/transforms/Passes.h.inc"

namespace {

using dsl::Function;

struct ChecksToValuesPass : impl::ChecksToValuesBase<ChecksToValuesPass> {
  void runOnOperation() override {
    int64_t position = 0;
    for (ir::CheckOp check : llvm::make_early_inc_range(getOperation().getBlock().getOps<ir::CheckOp>())) {
      OpBuilder builder(check);
      Location loc = check.getLoc();
      auto call = [&](Function function, ValueRange operands) { return ir::apply(builder, loc, function, operands); };
      Value below = call(Function::lt, {check.getSubscript(), ir::integer(builder, loc, 0)});
      Value above = call(Function::ge, {check.getSubscript(), check.getSize()});
      Value fails = call(Function::logical_or, {below, above});
      if (!check.getIndices().empty())
        fails = ir::reduce(builder, loc, dsl::Reduction::any, check.getIndices(), fails, check.getGuard());
      else if (check.getGuard())
        fails = call(Function::logical_and, {check.getGuard(), fails});
      auto output = ir::OutputOp::create(builder, loc, "check " + std::to_string(position), ValueRange(), fails);
      output->setAttr(ir::checkAttribute, builder.getI64IntegerAttr(position++));
      if (Attribute round = check->getAttr(ir::roundAttribute))
        output->setAttr(ir::roundAttribute, round);
      check.erase();
    }
  }
};

} // namespace
} // namespace mercer::transforms
