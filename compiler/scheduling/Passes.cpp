#include "compiler/scheduling/Passes.h"

#include "compiler/dialect/FreeIndices.h"
#include "compiler/scheduling/Explain.h"
#include "compiler/scheduling/Schedule.h"

using namespace mlir;

namespace mercer::scheduling {

#define GEN_PASS_DEF_SCHEDULE
#define GEN_PASS_DEF_EXPLAIN
#include "compiler/scheduling/Passes.h.inc"

namespace {

/// What the transforms have made of a program that can be scheduled. Text from outside need not have gone
/// through them.
LogicalResult verifyTransformed(ir::ProgramOp program) {
  ir::FreeIndices free;
  for (Operation &op : program.getBlock()) {
    if (isa<ir::GradientOp, ir::TangentOp>(op))
      return op.emitOpError() << "must be expanded before scheduling, by mercer-differentiate";
    if (isa<ir::CheckOp>(op))
      return op.emitOpError() << "must be made a value before scheduling, by mercer-checks-to-values";
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      if (reduce.getOver().size() != 1)
        return op.emitOpError() << "must be over one index before scheduling, by mercer-split-reductions";
      if (free.of(reduce.getResult()).empty() &&
          !llvm::all_of(op.getUsers(), [](Operation *user) { return isa<ir::ArrayOp>(user); }))
        return op.emitOpError() << "must be stored before scheduling, by mercer-store-reductions";
    }
    if (auto array = dyn_cast<ir::ArrayOp>(op)) {
      if (array.getIndices().empty() && !array.getValue().getDefiningOp<ir::ReduceOp>())
        return op.emitOpError() << "without indices must be of a reduction before scheduling";
    }
  }
  return success();
}

struct Schedule : impl::ScheduleBase<Schedule> {
  using ScheduleBase::ScheduleBase;

  void runOnOperation() override {
    if (lanes < 1 || lanes > 64 || !llvm::isPowerOf2_64(static_cast<uint64_t>(lanes.getValue()))) {
      getOperation().emitError() << "mercer-schedule: 'lanes' must be a power of two of at most 64, but is " << lanes.getValue();
      return signalPassFailure();
    }
    std::string given = plan;
    std::replace(given.begin(), given.end(), ';', ' ');
    if (std::string mistake = Choices::mistakeIn(given); !mistake.empty()) {
      getOperation().emitError() << "mercer-schedule: 'plan': " << mistake;
      return signalPassFailure();
    }
    for (auto program : getOperation().getOps<ir::ProgramOp>())
      if (failed(verifyTransformed(program)))
        return signalPassFailure();
    while (!getOperation().getOps<ir::ProgramOp>().empty()) { // the first that is left
      Choices choices(given);
      if (failed(schedule(getOperation(), Machine{.lanes = lanes, .registers = registers, .pairs = pairs}, choices)))
        return signalPassFailure();
    }
  }
};

struct Explain : impl::ExplainBase<Explain> {
  void runOnOperation() override {
    emitRemark(getOperation().getLoc()) << explain(getOperation()).text();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace mercer::scheduling
