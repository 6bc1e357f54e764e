// mercer-stabilize: formulas as people write them become ones that neither overflow nor cancel.
#include "compiler/transforms/Stabilize.h"
#include "compiler/transforms/Arrays.h"
#include "compiler/transforms/Passes.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_STABILIZE
#include "compiler/transforms/Passes.h.inc"

namespace {

/// log(p(i, k)) of a defined p is log of its formula. Arrays by which a derivative is taken stay.
void writeOutArrays(Block &block) {
  auto isVariable = [](ir::ArrayOp array) {
    return llvm::any_of(array.getResult().getUsers(),
                        [](Operation *user) { return isa<ir::GradientOp, ir::TangentOp>(user); });
  };
  inlineArrays(block, [&](ir::ArrayOp array) { return !isVariable(array); });
}

void unify(ir::ProgramOp program) {
  IRRewriter rewriter(program.getContext());
  DominanceInfo dominance(program);
  eliminateCommonSubExpressions(rewriter, dominance, program);
}

void rewriteToStable(ir::ProgramOp program) {
  unify(program); // patterns compare values by identity
  RewritePatternSet patterns(program.getContext());
  addLogPatterns(patterns);
  addExpPatterns(patterns);
  addMomentPatterns(patterns);
  addPolynomialPatterns(patterns);
  GreedyRewriteConfig config;
  config.setUseTopDownTraversal().setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  if (failed(applyPatternsGreedily(program, std::move(patterns), config)))
    program.emitWarning("mercer-stabilize stopped before it was done");
  unify(program); // the log-sum-exp of a loss and that of its softmax are one value
}

struct StabilizePass : impl::StabilizeBase<StabilizePass> {
  void runOnOperation() override {
    ir::ProgramOp program = getOperation();
    writeOutArrays(program.getBlock());
    rewriteToStable(program);
    if (mergeChoices(program.getBlock()))
      rewriteToStable(program);
  }
};

} // namespace
} // namespace mercer::transforms
