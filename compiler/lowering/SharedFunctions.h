// Long elementary functions that a program has many copies of.
#pragma once

#include "compiler/lowering/Lowering.h"
#include "compiler/lowering/math/Math.h"
#include "compiler/scheduling/EqualNests.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mercer::lowering {

/// Functions whose code would be most of a program's, since it calls them in many places: written once and called there.
/// Elsewhere they are inlined. The bits are the same.
class SharedFunctions {
public:
  SharedFunctions(mlir::ModuleOp module, ir::PlanOp plan, const scheduling::EqualNests &equal, llvm::StringRef symbol,
                  const Target &target);

  /// fn(operands), by a call where it is shared; null: it is no elementary function.
  mlir::Value apply(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef fn, mlir::ValueRange operands);

private:
  mlir::LLVM::LLVMFuncOp functionFor(llvm::StringRef fn, mlir::ValueRange operands);

  mlir::ModuleOp module_;
  llvm::StringRef symbol_;
  MathTarget target_;
  llvm::StringSet<> shared_;
  llvm::StringMap<mlir::LLVM::LLVMFuncOp> written_;
};

} // namespace mercer::lowering
