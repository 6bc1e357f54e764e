// How ops print and parse the names of functions and reductions: what their assembly formats call.
#pragma once

#include "compiler/dialect/Mercer.h"

namespace mercer::ir {

/// The bare name of an elementwise function, as in `mercer.apply exp(...)`.
mlir::ParseResult parseFunctionName(mlir::OpAsmParser &parser, FunctionAttr &function);
void printFunctionName(mlir::OpAsmPrinter &printer, mlir::Operation *op, FunctionAttr function);

/// The bare name of a kind of reduction, as in `mercer.reduce sum over [...]`.
mlir::ParseResult parseReductionName(mlir::OpAsmParser &parser, ReductionAttr &kind);
void printReductionName(mlir::OpAsmPrinter &printer, mlir::Operation *op, ReductionAttr kind);

} // namespace mercer::ir
