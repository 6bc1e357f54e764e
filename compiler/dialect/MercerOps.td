#ifndef MERCER_DIALECT_OPS_TD
#define MERCER_DIALECT_OPS_TD

include "compiler/dialect/MercerTypes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class Mercer_Op<string mnemonic, list<Trait> traits = []> : Op<Mercer_Dialect, mnemonic, traits>;
class Mercer_PureOp<string mnemonic, list<Trait> traits = []> : Mercer_Op<mnemonic, traits # [Pure]>;

//===- A program: scalar values that depend on indices ----------------------------------------------------------===//

def Mercer_ProgramOp : Mercer_Op<"program", [IsolatedFromAbove, Symbol, NoTerminator, SingleBlock]> {
  let summary = "named inputs, equations between scalar values, named outputs";
  let description = [{
    The block arguments are the inputs, arrays of rank >= 0; `names` has their names. The block is flat: one list of
    scalar values in SSA form. A value is a function of its free indices: those `mercer.index` values that it uses, directly or
    not, and that no `mercer.reduce` on the way has bound. Reading `u(i, k)` and `u(j, k)` is two `mercer.read`s; renaming an index is cloning the values that depend on it.

    Constraints: (C1) as many names as block arguments, all of array type; (C2) at least one `mercer.output`;
    (C3) output names are unique; (C4) the ops are those of a program. `mercer.sizes` is an attribute of the importer: (C5) for
    each input a list of two numbers for each dimension, an input and a dimension that it has. `mercer.known_sizes`, of a variant for
    some sizes, has for each input a list of them, -1 where one is not known.

    ```mlir
    mercer.program @norms(%x: !mercer.array<2xf32>) names ["x"] {
      %n = mercer.size %x, 0
      %d = mercer.size %x, 1
      %i = mercer.index "i", %n
      %k = mercer.index "k", %d
      %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      %s = mercer.apply square(%v) : (f32) -> f32
      %r = mercer.reduce sum over [%k] %s : f32
      mercer.output "s" [%i] %r : f32
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$names);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
  }];
}

def Mercer_ConstantOp : Mercer_PureOp<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "a literal number or truth value";
  let description = "Constraints: (C1) `value` is one number.";
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Mercer_Scalar:$result);
  let assemblyFormat = "$value attr-dict";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Mercer_SizeOp : Mercer_PureOp<"size"> {
  let summary = "number of elements along one dimension of an array";
  let description = [{
    `at_most`: what the size is known not to exceed; decisions about cost depend on it.

    Constraints: (C1) `dimension` is less than the rank.
  }];
  let arguments = (ins Mercer_Array:$array, ConfinedAttr<I64Attr, [IntNonNegative]>:$dimension,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>:$at_most);
  let results = (outs I64:$result);
  let assemblyFormat = "$array `,` $dimension (`at_most` $at_most^)? attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Mercer_IndexOp : Mercer_Op<"index", [HasParent<"ProgramOp">, MemoryEffects<[MemAlloc<DefaultResource>]>]> {
  let summary = "a variable with range 0 .. extent-1";
  let description = [{
    Two `mercer.index` are two variables even when name and extent agree; that is what the allocation effect says to
    common-subexpression elimination. The name is for people. A negative extent counts as 0.

    Constraints: (C1) `extent` has no free index.
  }];
  let arguments = (ins StrAttr:$name, I64:$extent);
  let results = (outs Res<I64, "", [MemAlloc<DefaultResource>]>:$result);
  let assemblyFormat = "$name `,` $extent attr-dict";
}

def Mercer_ApplyOp : Mercer_PureOp<"apply"> {
  let summary = "an elementwise function";
  let description = [{
    `function` is a row of `dsl/ops/Elementwise.def`, which has the number and the kinds of its operands.

    Constraints: (C1) the number of operands is the row's; (C2) operand and result types fit the row's signature.
  }];
  let arguments = (ins Mercer_FunctionAttr:$function, Variadic<Mercer_Scalar>:$operands);
  let results = (outs Mercer_Scalar:$result);
  let assemblyFormat = "custom<FunctionName>($function) `(` $operands `)` attr-dict `:` functional-type($operands, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Mercer_ReadOp : Mercer_PureOp<"read", [AttrSizedOperandSegments]> {
  let summary = "an element of an array";
  let description = [{
    The subscripts are in range wherever the guard holds (the importer emits a `mercer.check` for those that are not so by
    construction). Where the guard is false nothing is read and the value is 0 or false. Storage types become the arithmetic
    type of the result: floats to the program's real type, integers to i64.

    Constraints: (C1) one subscript for each dimension; (C2) the result is real for a float array, i64 for an integer
    array, i1 for i1.
  }];
  let arguments = (ins Mercer_Array:$array, Variadic<I64>:$subscripts, Optional<I1>:$guard);
  let results = (outs Mercer_Scalar:$result);
  let assemblyFormat = [{
    $array `[` $subscripts `]` (`if` $guard^)? attr-dict `:` type($array) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Mercer_ReduceOp : Mercer_PureOp<"reduce", [AttrSizedOperandSegments, HasParent<"ProgramOp">]> {
  let summary = "combines the values over all values of some indices, where a predicate holds";
  let description = [{
    Binds `over` in `value` and `predicate`. Kinds and the values of empty reductions: `dsl/ops/Reductions.def`. argmin and argmax give the position of the first winner.

    Constraints: (C1) `over` has at least one index, each the result of a `mercer.index`, none twice; (C2) the value's type fits the kind
    (any, all: i1; logsumexp: real; sum, prod, min, max, argmin, argmax: number); (C3) argmin and argmax have one index;
    (C4) result type: i64 for argmin and argmax, else the value's.
  }];
  let arguments = (ins Mercer_ReductionAttr:$kind, Variadic<I64>:$over, Mercer_Scalar:$value,
                       Optional<I1>:$predicate);
  let results = (outs Mercer_Scalar:$result);
  let assemblyFormat = [{
    custom<ReductionName>($kind) `over` `[` $over `]` $value (`where` $predicate^)? attr-dict `:` type($value) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Mercer_ArrayOp : Mercer_PureOp<"array", [HasParent<"ProgramOp">]> {
  let summary = "a virtual array: a value as a function of some of its indices";
  let description = [{
    Element `[indices...]` is `value`. Binds `indices` in it. Whether it is
    stored or computed where it is read is open until scheduling.

    Constraints: (C1) as many indices as the rank, each the result of a `mercer.index`, none twice; (C2) the element type holds
    the value's; (C3) no other index is free in `value`.
  }];
  let arguments = (ins StrAttr:$name, Variadic<I64>:$indices, Mercer_Scalar:$value);
  let results = (outs Mercer_Array:$result);
  let assemblyFormat = "$name `[` $indices `]` $value attr-dict `:` type($value) `->` type($result)";
  let hasVerifier = 1;
}

def Mercer_GradientOp : Mercer_PureOp<"gradient", [HasParent<"ProgramOp">]> {
  let summary = "the derivative of a real value by the elements of an array";
  let description = [{
    The result has the variable's rank. Its element `[p...]` is the derivative by `variable[p...]` of the sum of `value` over its free indices.
    (For a variable that is an array over the free indices of the value and more, each value depends on its own part only, so this is the
    gradient inside an expression.) Expanded by `mercer-differentiate`, innermost first.

    Constraints: (C1) the variable's elements are real; (C2) the result has its rank and the value's type.
  }];
  let arguments = (ins Mercer_Real:$value, Mercer_Array:$variable);
  let results = (outs Mercer_Array:$result);
  let assemblyFormat = "$value `by` $variable attr-dict `:` type($value) `,` type($variable) `->` type($result)";
  let hasVerifier = 1;
}

def Mercer_TangentOp
    : Mercer_PureOp<"tangent", [AttrSizedOperandSegments, AllTypesMatch<["value", "result"]>, HasParent<"ProgramOp">]> {
  let summary = "directional derivative of a real value";
  let description = [{
    Along `variables[n]` by the values of `tangents[n]`, arrays of the same rank. Expanded by `mercer-differentiate`.

    Constraints: (C1) as many tangents as variables, of equal ranks and real elements; (C2) the variables are inputs.
  }];
  let arguments = (ins Mercer_Real:$value, Variadic<Mercer_Array>:$variables, Variadic<Mercer_Array>:$tangents);
  let results = (outs Mercer_Real:$result);
  let assemblyFormat = [{
    $value `along` `[` $variables `]` `by` `[` $tangents `]` attr-dict `:` type($value) `,` type($variables) `by` type($tangents)
  }];
  let hasVerifier = 1;
}

def Mercer_CheckOp : Mercer_Op<"check", [AttrSizedOperandSegments, HasParent<"ProgramOp">]> {
  let summary = "a subscript that must be in range where its guard holds";
  let description = [{
    For all values of `indices`: `0 <= subscript < size` where `guard` holds; else the call ends with an error that
    names `tensor`, `dimension`, the subscript's `text`, its value, the size and the indices' values. The attribute
    `mercer.round` says how many other checks, one after the other, must hold before it can be evaluated; without it all before it.

    Constraints: (C1) each of `indices` is the result of a `mercer.index`, none twice; (C2) no other index is free in `subscript`, `size`
    and `guard`.
  }];
  let arguments = (ins StrAttr:$tensor, I64Attr:$dimension, StrAttr:$text, Variadic<I64>:$indices, I64:$subscript,
                       I64:$size, Optional<I1>:$guard);
  let assemblyFormat = [{
    $tensor `,` $dimension `,` $text `[` $indices `]` $subscript `below` $size (`if` $guard^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Mercer_OutputOp : Mercer_Op<"output", [HasParent<"ProgramOp">]> {
  let summary = "a result of the program: a value as a function of its indices";
  let description = [{
    `mercer.check` is an attribute of an output that stands for the check at that position (`mercer-checks-to-values`). `mercer.element` is
    the type of its elements in memory, which they are rounded to; without it that is the value's.

    Constraints: (C1) each of `indices` is the result of a `mercer.index`, none twice; (C2) no other index is free in `value`; (C3) with
    `mercer.check` the attribute is a position, the output a truth value without indices, and `mercer.round`, where it is there, a
    number below 2^31; (C4) `mercer.element` is a type of real numbers, and so is the value's.
  }];
  let arguments = (ins StrAttr:$name, Variadic<I64>:$indices, Mercer_Scalar:$value);
  let assemblyFormat = "$name `[` $indices `]` $value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

#endif // MERCER_DIALECT_OPS_TD
