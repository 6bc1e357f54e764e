#ifndef MERCER_DIALECT_NESTS_TD
#define MERCER_DIALECT_NESTS_TD

include "compiler/dialect/MercerOps.td"

//===- A plan: what the scheduler makes of a program ------------------------------------------------------------===//
//
// Code in a nest is written for one element ("one lane"): the same mercer.constant, apply, read, size as in a program,
// with indices as block arguments of nests and loops. Running it is defined by running nests in order, iterations in
// order; the interpreter does so. Lowering may run chunks on several threads and the iterations of an index with `lanes` in vectors.

def Mercer_PlanOp : Mercer_Op<"plan", [IsolatedFromAbove, Symbol, NoTerminator, SingleBlock]> {
  let summary = "nests in order";
  let description = [{
    Block arguments: `inputs` inputs, then the outputs' memory. At this level: sizes and other values without indices,
    `mercer.allocate`, `mercer.nest`, `mercer.store`, `mercer.fail`.

    Constraints: (C1) as many names as block arguments, all of array type; (C2) not more inputs than arguments; (C3) the ops are
    those of a plan; (C4) `mercer.sizes` and `mercer.known_sizes` as in `mercer.program`.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$names, I64Attr:$inputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
  }];
}

def Mercer_AllocateOp : Mercer_Op<"allocate", [HasParent<"PlanOp">, MemoryEffects<[MemAlloc<DefaultResource>]>]> {
  let summary = "memory for a stored array during the call";
  let description = "Row-major and uninitialised. Constraints: (C1) one size for each dimension.";
  let arguments = (ins StrAttr:$name, Variadic<I64>:$sizes);
  let results = (outs Res<Mercer_Array, "", [MemAlloc<DefaultResource>]>:$result);
  let assemblyFormat = "$name `[` $sizes `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Mercer_NestOp : Mercer_Op<"nest", [HasParent<"PlanOp">, NoTerminator, SingleBlock]> {
  let summary = "runs its body for each value of a parallel index";
  let description = [{
    The block argument is the index, 0 .. extent-1. Iterations are independent but for `mercer.accumulate` into arrays of the plan. Work is
    cut into chunks of `chunk` iterations: what one thread takes; of a multiple of that where chunks have tables (`mercer.accumulate`),
    so that there are at most 8, and at most one if tables of 64 MiB in all do not hold two. `lanes` > 0: that many consecutive iterations run in one vector.
    `panels` > 1: so many of these vectors run beside each other, one part of a long loop's range after the other for all of them.
    `note` says in words what the nest does, for `explain`; bytes and operations are predicted for one iteration and carry no meaning.

    Constraints: (C1) one block argument of type i64; (C2) `lanes` is 0 or a power of two, at most 64; (C3) at most one index on
    each way from a nest to its innermost loops has lanes; (C4) `chunk` is a multiple of `lanes` times `panels`, and `panels` is 1 without `lanes`; (C5) the ops are those of a nest.
  }];
  let arguments = (ins StrAttr:$name, I64:$extent, ConfinedAttr<I64Attr, [IntPositive]>:$chunk,
                       DefaultValuedAttr<I64Attr, "0">:$lanes, OptionalAttr<StrAttr>:$note,
                       DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$panels);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::Value getIndex() { return getBody().front().getArgument(0); }
  }];
}

def Mercer_LoopOp : Mercer_Op<"loop", [ParentOneOf<["NestOp", "LoopOp"]>, SingleBlock]> {
  let summary = "a pass: runs its body for lower <= index < upper and combines what it yields";
  let description = [{
    `kinds` has a reduction for each result; the terminator yields a value and a predicate for each. With `lanes`
    iterations run in vectors and results are combined over the lanes. The order of combining is fixed by the extents alone (blocks, then
    a binary tree). `jam` > 1: that many iterations (with `lanes`, vectors of them) run side by side; loops inside run once for all of them. `group` says of how many
    iterations terms are taken together, where that is more than run side by side: it is part of the order, `jam` is not.
    `pairs`: the terms are products of elements of bf16 that a processor's instructions for pairs or tiles of them may add, in their order and
    with subnormal numbers taken as 0.

    Constraints: (C1) one block argument of type i64; (C2) the terminator has two operands for each kind, value and predicate;
    (C3) result types are those of `mercer.reduce`; (C4) `lanes` as in `mercer.nest`; (C5) `jam` is a power of two of at
    most 16; where it is not 1 and loops are inside, there are no `lanes`, and their bounds do not depend on the index, but that an
    upper bound may be `select(condition, upper, lower)` with a condition that does: they run for all iterations if any needs it; (C6) the ops are those of a nest;
    (C7) `group` is 1 or such a power of two, not below `jam`; (C8) with `pairs` the loop stands in another one, runs from 0 to
    `mul(_, 32)`, and has no `lanes` and no `jam`; each result is an f32 sum without predicate of `mul(row[j, k], column[k])`: `row` is an allocation, j the
    index of the loop around it, `column` a tile with as many k as the loop; both are of bf16, rows have `mul(_, 32)` elements; nothing else is in the body.
  }];
  let arguments = (ins StrAttr:$name, Mercer_ReductionArrayAttr:$kinds, I64:$lower, I64:$upper,
                       DefaultValuedAttr<I64Attr, "0">:$lanes, DefaultValuedAttr<I64Attr, "1">:$jam,
                       DefaultValuedAttr<I64Attr, "1">:$group, UnitAttr:$pairs);
  let results = (outs Variadic<Mercer_Scalar>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::Value getIndex() { return getBody().front().getArgument(0); }
    ::mlir::Operation *getYield() { return getBody().front().getTerminator(); }
    /// Of how many iterations terms are taken together.
    int64_t getTogether() { return std::max(getJam(), getGroup()); }
  }];
}

def Mercer_YieldOp : Mercer_Op<"yield", [Pure, Terminator, HasParent<"LoopOp">]> {
  let summary = "value and predicate for each reduction of the loop";
  let arguments = (ins Variadic<Mercer_Scalar>:$operands);
  let assemblyFormat = "($operands^ `:` type($operands))? attr-dict";
}

def Mercer_TileOp : Mercer_Op<"tile", [ParentOneOf<["NestOp", "LoopOp"]>, MemoryEffects<[MemAlloc<DefaultResource>]>]> {
  let summary = "scratch memory of one iteration of the enclosing nest or loop, one copy a lane";
  let description = "Uninitialised, small (it should fit in the first cache). Constraints: (C1) one size for each dimension.";
  let arguments = (ins StrAttr:$name, Variadic<I64>:$sizes);
  let results = (outs Res<Mercer_Array, "", [MemAlloc<DefaultResource>]>:$result);
  let assemblyFormat = "$name `[` $sizes `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Mercer_AccumulatorOp
    : Mercer_Op<"accumulator", [ParentOneOf<["NestOp", "LoopOp"]>, MemoryEffects<[MemAlloc<DefaultResource>]>]> {
  let summary = "a tile of running reductions, of no terms at the start";
  let description = [{
    `mercer.accumulate` combines into it; read after the loop that fills it. Constraints: (C1) one size for each dimension; (C2) elements are f32, f64 or i64.
  }];
  let arguments = (ins StrAttr:$name, Variadic<I64>:$sizes);
  let results = (outs Res<Mercer_Array, "", [MemAlloc<DefaultResource>]>:$result);
  let assemblyFormat = "$name `[` $sizes `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Mercer_AccumulateOp : Mercer_Op<"accumulate", [ParentOneOf<["NestOp", "LoopOp"]>, AttrSizedOperandSegments]> {
  let summary = "combines a value into an element of an accumulator or of an array of the plan";
  let description = [{
    Into an accumulator: adds to the element. Into an array of the plan (an allocation or an output): every element becomes the
    reduction over all iterations of the nest, and of loops inside, that reach it (elements that none reaches: the kind's empty value);
    argmin and argmax give the value of the nest's index. The nest must accumulate into all of the array. With subscripts, which may be
    data, several ops may combine into one array: each chunk does so in the order of its iterations into a table of its own, as large as
    the array (for sums twice, with what roundings have lost; for log-sum-exps three times), and the tables are combined in the order of the chunks. Where the predicate is false, subscripts may be out of range.

    Constraints: (C1) one subscript for each dimension; (C2) the array is an accumulator, an allocation or an output; (C3) any, all, argmin and argmax: the array is one of the plan and has rank 0; (C4) value and element types are those of `mercer.reduce`; (C5) into an
    accumulator, no subscript depends on an index with lanes, but the last one may be that of a loop which the accumulator is outside of, or that plus or minus
    what has no lanes; (C6) into an array of the plan, the nest's own index is no subscript, and into one
    of rank 0 no other op of the nest accumulates; (C7) all ops into one array have one kind.
  }];
  let arguments = (ins Mercer_ReductionAttr:$kind, Mercer_Scalar:$value, Arg<Mercer_Array, "", [MemRead, MemWrite]>:$array,
                       Variadic<I64>:$subscripts, Optional<I1>:$predicate);
  let assemblyFormat = [{
    custom<ReductionName>($kind) $value `into` $array `[` $subscripts `]` (`where` $predicate^)? attr-dict `:` type($value) `,` type($array)
  }];
  let hasVerifier = 1;
}

def Mercer_StoreOp : Mercer_Op<"store"> {
  let summary = "writes an element of an array of the plan or of a tile";
  let description = [{
    Converted to the storage type.

    Constraints: (C1) one subscript for each dimension; (C2) the array is a tile, an allocation or an output; (C3) its element type
    holds the value's.
  }];
  let arguments = (ins Mercer_Scalar:$value, Arg<Mercer_Array, "", [MemWrite]>:$array, Variadic<I64>:$subscripts);
  let assemblyFormat = "$value `,` $array `[` $subscripts `]` attr-dict `:` type($value) `,` type($array)";
  let hasVerifier = 1;
}

def Mercer_FailOp : Mercer_Op<"fail", [HasParent<"PlanOp">]> {
  let summary = "ends the call with a code when a rank-0 truth value is true";
  let description = [{
    `check` is the position of the program's `mercer.check` that failed, counted from 0.

    Constraints: (C1) the flag is a truth value of rank 0; (C2) `check` is not negative.
  }];
  let arguments = (ins Arg<Mercer_Array, "", [MemRead]>:$flag, I64Attr:$check);
  let assemblyFormat = "$check `when` $flag attr-dict `:` type($flag)";
  let hasVerifier = 1;
}

#endif // MERCER_DIALECT_NESTS_TD
