// A program as text, and what lives with it.
#pragma once

#include "compiler/dialect/Mercer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

namespace mercer {

struct ParsedProgram {
  explicit ParsedProgram(llvm::StringRef text) {
    context.loadDialect<ir::MercerDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (module)
      program = *module->getBody()->getOps<ir::ProgramOp>().begin();
  }

  /// The array of this name.
  ir::ArrayOp array(llvm::StringRef name) {
    for (auto array : program.getBlock().getOps<ir::ArrayOp>())
      if (array.getName() == name)
        return array;
    return {};
  }
  /// The index of this name.
  mlir::Value index(llvm::StringRef name) {
    for (auto index : program.getBlock().getOps<ir::IndexOp>())
      if (index.getName() == name)
        return index;
    return {};
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ir::ProgramOp program;
};

} // namespace mercer
