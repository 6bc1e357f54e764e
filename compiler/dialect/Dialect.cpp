#include "compiler/dialect/Text.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "compiler/dialect/MercerDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MercerTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/MercerAttributes.cpp.inc"

void mercer::ir::MercerDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/dialect/MercerTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/dialect/MercerAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/dialect/MercerOps.cpp.inc"
      >();
}

mlir::Operation *mercer::ir::MercerDialect::materializeConstant(mlir::OpBuilder &builder, mlir::Attribute value,
                                                                mlir::Type type, mlir::Location loc) {
  auto typed = llvm::dyn_cast<mlir::TypedAttr>(value);
  if (!typed || typed.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, typed);
}

#define GET_OP_CLASSES
#include "compiler/dialect/MercerOps.cpp.inc"
