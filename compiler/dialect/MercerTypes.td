#ifndef MERCER_DIALECT_TYPES_TD
#define MERCER_DIALECT_TYPES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Mercer_Dialect : Dialect {
  let name = "mercer";
  let cppNamespace = "::mercer::ir";
  let summary = "losses and kernel functions as equations between scalar values over indices";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

// The arithmetic types: one of f32 and f64 in a program, integers, truth values.
def Mercer_Real : AnyTypeOf<[F32, F64], "real number">;
def Mercer_Scalar : AnyTypeOf<[F32, F64, I64, I1], "scalar">;

def Mercer_ArrayType : TypeDef<Mercer_Dialect, "Array"> {
  let mnemonic = "array";
  let summary = "an array of a rank and a storage type: `!mercer.array<2xf32>`";
  let parameters = (ins "unsigned":$rank, "::mlir::Type":$element);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}
def Mercer_Array : Type<Mercer_ArrayType.predicate, "array", "::mercer::ir::ArrayType">;

// The enumerations come from the tables of dsl/ops; ODS needs no list of its own.
def Mercer_FunctionAttr : AttrDef<Mercer_Dialect, "Function"> {
  let mnemonic = "function";
  let summary = "a row of Elementwise.def";
  let parameters = (ins "::mercer::dsl::Function":$value);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = "static ::llvm::StringRef nameOf(::mercer::dsl::Function);";
}
def Mercer_ReductionAttr : AttrDef<Mercer_Dialect, "Reduction"> {
  let mnemonic = "reduction";
  let summary = "a row of Reductions.def";
  let parameters = (ins "::mercer::dsl::Reduction":$value);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = "static ::llvm::StringRef nameOf(::mercer::dsl::Reduction);";
}

def Mercer_ReductionArrayAttr : TypedArrayAttrBase<Mercer_ReductionAttr, "kinds of reduction">;

#endif // MERCER_DIALECT_TYPES_TD
