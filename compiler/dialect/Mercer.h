// The mercer dialect: programs (scalar equations over indices) and plans (nests of loops).
#pragma once

#include "mercer/dsl/Graph.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "compiler/dialect/MercerDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MercerTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/MercerAttributes.h.inc"

#define GET_OP_CLASSES
#include "compiler/dialect/MercerOps.h.inc"

namespace mercer::ir {

/// The row of Elementwise.def or Reductions.def of this name; none when there is no such row.
std::optional<dsl::Function> functionNamed(llvm::StringRef name);
std::optional<dsl::Reduction> reductionNamed(llvm::StringRef name);

/// Number of operands of an elementwise function, its signature ("rr", "nn", ...) as the table has them.
unsigned operandCount(dsl::Function function);
llvm::StringRef signature(dsl::Function function);
/// The comparison that says the same with its sides exchanged.
dsl::Function exchanged(dsl::Function comparison);

/// Creates `mercer.apply` with the result type that the signature gives for these operands.
mlir::Value apply(mlir::OpBuilder &builder, mlir::Location loc, dsl::Function function, mlir::ValueRange operands);

/// Creates `mercer.constant`: of a real type from `value`, of i64, of i1.
mlir::Value real(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type, double value);
mlir::Value integer(mlir::OpBuilder &builder, mlir::Location loc, int64_t value);
mlir::Value boolean(mlir::OpBuilder &builder, mlir::Location loc, bool value);

/// Creates `mercer.reduce` with the result type that the kind gives.
mlir::Value reduce(mlir::OpBuilder &builder, mlir::Location loc, dsl::Reduction kind, mlir::ValueRange over,
                   mlir::Value value, mlir::Value predicate = {});

/// Attribute of a program: for each input a list (input, dimension) of the first dimension that has the same size as each of its own.
inline constexpr llvm::StringLiteral sizesAttribute = "mercer.sizes";
/// Attribute of a program: for each input a list of the sizes that are known, -1 where one is not. No op is needed to say them;
/// they give the strides of arrays without gaps.
inline constexpr llvm::StringLiteral knownSizesAttribute = "mercer.known_sizes";

/// Attribute of a `mercer.apply` of `exp2` whose value is at most one, but for rounding, or NaN.
inline constexpr llvm::StringLiteral atMostOneAttribute = "mercer.at_most_one";

/// Attribute of an output that stands for a `mercer.check`: its position among the checks.
inline constexpr llvm::StringLiteral checkAttribute = "mercer.check";
/// Of an output: the type of its elements in memory, where that is not the value's.
inline constexpr llvm::StringLiteral elementAttribute = "mercer.element";
/// Attribute of a `mercer.check`, and of the output that stands for it: how many others, one after the other, must hold before it
/// can be evaluated. Without it: all before it.
inline constexpr llvm::StringLiteral roundAttribute = "mercer.round";

/// The size of a dimension of a block argument, as that of the first dimension that is known to be equal.
mlir::Value size(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value array, unsigned dimension);

/// By what kind the ops that accumulate into an array combine; sum, if there are none.
dsl::Reduction combinedBy(mlir::Value array);
/// The numbers that a running reduction into an element takes in memory: of a sum, and what its roundings have lost; reference, sum and
/// loss of a log-sum-exp.
int64_t planesOf(mlir::Value array);
/// Chunks of a nest that adds into arrays with dimensions have a table each: at most so many, of so many bytes together
/// (one of more is possible), and no more chunks than tables.
inline constexpr int64_t mostTables = 8, mostTableBytes = int64_t(64) << 20;
/// Where a nest does nothing but add terms to elements of an array, the dimensions that a term picks one position of: all that no
/// loop runs over. More tables than 1 + terms / `termsForTable` / positions would cost more to clear and combine than the terms.
std::optional<llvm::SmallVector<unsigned>> pickedDimensions(NestOp nest, mlir::Value array);
inline constexpr int64_t termsForTable = 2;

/// A product of `mercer.loop` with `pairs`: an element of a row times one of a column.
struct PairedProduct {
  ReadOp row, column;
};
/// The product that each result of a loop with `pairs` is the sum of; of no loop with `pairs`, or one that breaks C8: none.
llvm::SmallVector<PairedProduct> pairedProducts(LoopOp loop);
/// The range of a loop with `pairs` is a multiple of this: what one instruction takes at most.
inline constexpr int64_t pairedTerms = 32;

/// Terms of a sum that are added before the rounding errors are looked after: of a loop, and of one inside of a loop that takes iterations in
/// groups, where many sums at once make what is done after a block expensive.
inline constexpr int64_t blockTerms = 16, innerTerms = 32;

/// The largest extent of the class of the shortest indices: too few iterations to be generous with as parts for threads.
inline constexpr int64_t shortestClass = 256;

/// Is a value there outside of every nest of its plan?
bool isOutsideNests(mlir::Value value);

/// A loop that does something only where a condition holds: its upper bound is `select(condition, upper, lower)`.
struct Occasion {
  mlir::Value condition, upper;
};
/// None: the loop always runs over its range.
std::optional<Occasion> occasionOf(LoopOp loop);
/// The upper bound of a loop where it runs.
mlir::Value wholeUpper(LoopOp loop);
/// Attribute of a loop that runs on occasion, but is expected to.
inline constexpr llvm::StringLiteral expectedAttribute = "mercer.expected";
/// Of a loop that looks at a few rows of many: it takes no time, and long code for it would.
inline constexpr llvm::StringLiteral sampleAttribute = "mercer.sample";
/// What takes the only result of a loop that runs on occasion, and there alone: `select(good, other, result)`, where the condition is
/// `logical_not(good)`. Null: nothing does.
ApplyOp choiceOf(LoopOp loop);

/// The lanes of a `mercer.nest` or `mercer.loop`; 0: it has none, or is neither.
uint64_t lanesOf(mlir::Operation *op);
/// Those of the nest or loop itself, or of the one with lanes around it; 1: there are none.
uint64_t activeLanes(mlir::Operation *op);
/// Bytes of an element in memory: truth values take one.
unsigned bytesOf(mlir::Type element);

/// The number in a `mercer.constant`, if the value is one of that type.
std::optional<double> realConstant(mlir::Value value);
std::optional<int64_t> integerConstant(mlir::Value value);
std::optional<bool> booleanConstant(mlir::Value value);

/// What an i64 value is known to be at most.
std::optional<int64_t> upperBound(mlir::Value value);
/// A guess of an index's extent, for decisions about cost: what is bounded is short beside what is not.
double guessedLength(mlir::Value index);

} // namespace mercer::ir
