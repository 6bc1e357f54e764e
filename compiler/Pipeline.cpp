#include "compiler/Pipeline.h"

#include "compiler/transforms/Passes.h"

#include "mlir/Transforms/Passes.h"

namespace mercer::compiler {

void addTransforms(mlir::OpPassManager &passes) {
  using namespace transforms;
  mlir::OpPassManager &program = passes.nest<ir::ProgramOp>();
  program.addPass(mlir::createCSEPass());
  program.addPass(createStabilize()); // before: derivatives are those of the stable form
  program.addPass(createDifferentiate());
  program.addPass(createCanonicalIndices());
  program.addPass(createSimplify());
  program.addPass(createStabilize());
  program.addPass(createFactor());
  program.addPass(createMergeSums());
  program.addPass(createSimplify());
  program.addPass(createSymmetry());
  program.addPass(createUnrollSmall()); // after all that looks for sums
  program.addPass(createChecksToValues());
  program.addPass(createSplitReductions());
  program.addPass(createSimplify());
  program.addPass(createScatter());
  program.addPass(createExponents()); // after all that looks for exp
  program.addPass(createStoreReductions());
}

} // namespace mercer::compiler
