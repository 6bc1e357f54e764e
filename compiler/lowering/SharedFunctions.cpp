#include "compiler/lowering/SharedFunctions.h"

#include "compiler/scheduling/Operations.h"

using namespace mlir;

namespace mercer::lowering {

/// Operations of a function beside which a call is cheap: what is alive in registers is stored before it.
static constexpr int64_t longFunction = 40;
/// Operations that all copies of such functions may have together. Code generation takes about 30 ms for 1000.
static constexpr int64_t mostInlined = 800;

/// How often the code of an op is written: for iterations side by side, and for tails.
static int64_t copiesOf(Operation *op) {
  int64_t copies = 1;
  bool innermost = true;
  for (Operation *around = op->getParentOp(); !isa<ir::PlanOp>(around); around = around->getParentOp(), innermost = false) {
    auto loop = dyn_cast<ir::LoopOp>(around);
    if (loop && loop.getTogether() > 1)
      copies *= loop.getTogether() + 1;
    else if (innermost && (loop ? loop.getLanes() : cast<ir::NestOp>(around).getLanes()))
      copies *= 2;
  }
  return copies;
}

SharedFunctions::SharedFunctions(ModuleOp module, ir::PlanOp plan, const scheduling::EqualNests &equal, StringRef symbol,
                                 const Target &target)
    : module_(module), symbol_(symbol), target_{target.avx512, target.fast, target.fma} {
  llvm::StringMap<int64_t> copies;
  int64_t operations = 0;
  plan.walk([&](ir::ApplyOp op) {
    const int64_t length = scheduling::operationsOf(op.getFunction().getValue());
    auto nest = op->getParentOfType<ir::NestOp>();
    if (length < longFunction || (nest && equal.firstOf(nest) != nest))
      return;
    const int64_t written = copiesOf(op);
    copies[ir::FunctionAttr::nameOf(op.getFunction().getValue())] += written;
    operations += length * written;
  });
  if (operations > mostInlined)
    for (const auto &[name, count] : copies)
      if (count > 1)
        shared_.insert(name);
}

Value SharedFunctions::apply(OpBuilder &builder, Location loc, StringRef fn, ValueRange operands) {
  if (!shared_.contains(fn))
    return emitMath(builder, loc, fn, operands, target_);
  LLVM::LLVMFuncOp function = functionFor(fn, operands);
  return function ? LLVM::CallOp::create(builder, loc, function, operands).getResult() : Value();
}

/// The function for operands of this type, written when it is first asked for.
LLVM::LLVMFuncOp SharedFunctions::functionFor(StringRef fn, ValueRange operands) {
  Type type = operands.front().getType();
  std::string name = (symbol_ + "_" + fn + "_").str();
  if (auto vector = dyn_cast<VectorType>(type))
    name += std::to_string(vector.getNumElements()) + "x";
  name += getElementTypeOrSelf(type).isF32() ? "f32" : "f64";
  auto [place, fresh] = written_.try_emplace(name);
  if (!fresh)
    return place->second;
  OpBuilder builder = OpBuilder::atBlockEnd(module_.getBody());
  Location loc = module_.getLoc();
  auto signature = LLVM::LLVMFunctionType::get(type, SmallVector<Type>(operands.getTypes()));
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, signature, LLVM::Linkage::Internal);
  // Without these a call would keep loads around it where they are.
  auto nothing = LLVM::ModRefInfo::NoModRef;
  function.setMemoryEffectsAttr(builder.getAttr<LLVM::MemoryEffectsAttr>(nothing, nothing, nothing, nothing, nothing, nothing));
  function.setNoUnwind(true);
  function.setWillReturn(true);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  Value result = emitMath(builder, loc, fn, function.getArguments(), target_);
  if (!result) {
    function.erase();
    return {};
  }
  LLVM::ReturnOp::create(builder, loc, result);
  place->second = function;
  return function;
}

} // namespace mercer::lowering
