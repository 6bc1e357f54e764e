// Text of types, attributes and of the ops whose form ODS cannot say.
#include "compiler/dialect/Text.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;

namespace mercer::ir {

//===- Types and attributes -------------------------------------------------------------------------------------===//

/// array<2xf32>, and array<0xf32> for a scalar.
Type ArrayType::parse(AsmParser &parser) {
  SmallVector<int64_t> rank;
  Type element;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseDimensionList(rank, /*allowDynamic=*/false) || parser.parseType(element) ||
      parser.parseGreater())
    return {};
  if (rank.size() != 1 || rank[0] < 0) {
    parser.emitError(loc, "an array type has a rank and an element type, as in array<2xf32>");
    return {};
  }
  auto emit = [&] { return parser.emitError(loc); };
  // The unsigned parameter must not wrap: check before the cast.
  if (rank[0] > 64) {
    emit() << "rank " << rank[0] << " is more than 16";
    return {};
  }
  return getChecked(emit, parser.getContext(), static_cast<unsigned>(rank[0]), element);
}

void ArrayType::print(AsmPrinter &printer) const { printer << '<' << getRank() << 'x' << getElement() << '>'; }

LogicalResult ArrayType::verify(function_ref<InFlightDiagnostic()> emitError, unsigned rank, Type element) {
  if (rank > 16)
    return emitError() << "rank " << rank << " is more than 16";
  if (!isa<Float64Type, Float32Type, Float16Type, BFloat16Type>(element) && !element.isInteger(64) &&
      !element.isInteger(32) && !element.isInteger(8) && !element.isInteger(1))
    return emitError() << "elements are f64, f32, f16, bf16, i64, i32, i8 or i1, but not " << element;
  return success();
}

template <class Row>
static Attribute parseRow(AsmParser &parser, std::optional<Row> (*named)(StringRef), StringRef what,
                          function_ref<Attribute(Row)> make) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name))
    return {};
  if (std::optional<Row> row = named(name))
    return make(*row);
  parser.emitError(loc) << "'" << name << "' is not " << what;
  return {};
}

static Attribute parseFunction(AsmParser &parser) {
  return parseRow<dsl::Function>(parser, functionNamed, "an elementwise function", [&](dsl::Function row) {
    return FunctionAttr::get(parser.getContext(), row);
  });
}

static Attribute parseReduction(AsmParser &parser) {
  return parseRow<dsl::Reduction>(parser, reductionNamed, "a kind of reduction", [&](dsl::Reduction row) {
    return ReductionAttr::get(parser.getContext(), row);
  });
}

/// By itself an attribute stands in brackets, as in #mercer.function<exp>; in its op it is the bare name.
static Attribute parseBracketed(AsmParser &parser, Attribute (*parse)(AsmParser &)) {
  if (parser.parseLess())
    return {};
  Attribute attribute = parse(parser);
  return attribute && succeeded(parser.parseGreater()) ? attribute : Attribute();
}

Attribute FunctionAttr::parse(AsmParser &parser, Type) { return parseBracketed(parser, parseFunction); }
Attribute ReductionAttr::parse(AsmParser &parser, Type) { return parseBracketed(parser, parseReduction); }
void FunctionAttr::print(AsmPrinter &printer) const { printer << '<' << nameOf(getValue()) << '>'; }
void ReductionAttr::print(AsmPrinter &printer) const { printer << '<' << nameOf(getValue()) << '>'; }

ParseResult parseFunctionName(OpAsmParser &parser, FunctionAttr &function) {
  function = dyn_cast_or_null<FunctionAttr>(parseFunction(parser));
  return success(function != nullptr);
}

void printFunctionName(OpAsmPrinter &printer, Operation *, FunctionAttr function) {
  printer << FunctionAttr::nameOf(function.getValue());
}

ParseResult parseReductionName(OpAsmParser &parser, ReductionAttr &kind) {
  kind = dyn_cast_or_null<ReductionAttr>(parseReduction(parser));
  return success(kind != nullptr);
}

void printReductionName(OpAsmPrinter &printer, Operation *, ReductionAttr kind) {
  printer << ReductionAttr::nameOf(kind.getValue());
}

//===- program and plan -----------------------------------------------------------------------------------------===//

/// @name(%x: type loc(..), ...)
static ParseResult parseSignature(OpAsmParser &parser, OperationState &result,
                                  SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  StringAttr symbol;
  return failure(parser.parseSymbolName(symbol, SymbolTable::getSymbolAttrName(), result.attributes) ||
                 parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren, /*allowType=*/true));
}

static void printSignature(OpAsmPrinter &printer, StringRef symbol, Block &block) {
  printer << ' ';
  printer.printSymbolName(symbol);
  printer << '(';
  llvm::interleaveComma(block.getArguments(), printer, [&](BlockArgument arg) { printer.printRegionArgument(arg); });
  printer << ')';
}

static ParseResult parseBody(OpAsmParser &parser, OperationState &result,
                             ArrayRef<OpAsmParser::Argument> arguments) {
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  if (body->empty()) {
    Block &block = body->emplaceBlock();
    for (const OpAsmParser::Argument &argument : arguments)
      block.addArgument(argument.type, argument.sourceLoc ? *argument.sourceLoc
                                                          : parser.getEncodedSourceLoc(parser.getNameLoc()));
  }
  return success();
}

static void printBody(OpAsmPrinter &printer, Region &body, bool terminators = true) {
  printer << ' ';
  printer.printRegion(body, /*printEntryBlockArgs=*/false, terminators);
}

ParseResult ProgramOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  ArrayAttr names;
  if (parseSignature(parser, result, arguments) || parser.parseKeyword("names") ||
      parser.parseAttribute(names, "names", result.attributes) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  return parseBody(parser, result, arguments);
}

void ProgramOp::print(OpAsmPrinter &printer) {
  printSignature(printer, getSymName(), getBlock());
  printer << " names " << getNames();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"sym_name", "names"});
  printBody(printer, getBody());
}

ParseResult PlanOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  ArrayAttr names;
  IntegerAttr inputs;
  Type i64 = parser.getBuilder().getI64Type();
  if (parseSignature(parser, result, arguments) || parser.parseKeyword("names") ||
      parser.parseAttribute(names, "names", result.attributes) || parser.parseKeyword("inputs") ||
      parser.parseAttribute(inputs, i64, "inputs", result.attributes) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  return parseBody(parser, result, arguments);
}

void PlanOp::print(OpAsmPrinter &printer) {
  printSignature(printer, getSymName(), getBlock());
  printer << " names " << getNames() << " inputs " << getInputs();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"sym_name", "names", "inputs"});
  printBody(printer, getBody());
}

//===- nest and loop --------------------------------------------------------------------------------------------===//

/// `keyword` and a number, an attribute of that name.
static ParseResult parseOptionalNumber(OpAsmParser &parser, OperationState &result, StringRef keyword) {
  IntegerAttr number;
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  return parser.parseAttribute(number, parser.getBuilder().getI64Type(), keyword, result.attributes);
}

/// mercer.nest "name" %i below %n chunk 256 lanes 16 panels 4 { ... }
ParseResult NestOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  OpAsmParser::Argument index;
  OpAsmParser::UnresolvedOperand extent;
  IntegerAttr chunk;
  Type i64 = parser.getBuilder().getI64Type();
  if (parser.parseAttribute(name, "name", result.attributes) || parser.parseArgument(index) ||
      parser.parseKeyword("below") || parser.parseOperand(extent) || parser.parseKeyword("chunk") ||
      parser.parseAttribute(chunk, i64, "chunk", result.attributes) ||
      parseOptionalNumber(parser, result, "lanes") || parseOptionalNumber(parser, result, "panels") ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperand(extent, i64, result.operands))
    return failure();
  index.type = i64;
  return parseBody(parser, result, index);
}

void NestOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr() << ' ' << getIndex() << " below " << getExtent() << " chunk " << getChunk();
  if (getLanes())
    printer << " lanes " << getLanes();
  if (getPanels() != 1)
    printer << " panels " << getPanels();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"name", "chunk", "lanes", "panels"});
  printBody(printer, getBody());
}

/// %r:2 = mercer.loop "j" %j from %lo to %hi lanes 16 [sum, logsumexp] -> (f32, f32) { ... }
ParseResult LoopOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  OpAsmParser::Argument index;
  OpAsmParser::UnresolvedOperand lower, upper;
  Builder &builder = parser.getBuilder();
  Type i64 = builder.getI64Type();
  SmallVector<Attribute> kinds;
  auto parseKind = [&] {
    Attribute kind = parseReduction(parser);
    kinds.push_back(kind);
    return success(kind != nullptr);
  };
  if (parser.parseAttribute(name, "name", result.attributes) || parser.parseArgument(index) ||
      parser.parseKeyword("from") || parser.parseOperand(lower) || parser.parseKeyword("to") ||
      parser.parseOperand(upper) || parseOptionalNumber(parser, result, "lanes") ||
      parseOptionalNumber(parser, result, "jam") || parseOptionalNumber(parser, result, "group"))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("pairs")))
    result.addAttribute("pairs", builder.getUnitAttr());
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseKind) ||
      parser.parseOptionalArrowTypeList(result.types) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands({lower, upper}, i64, result.operands))
    return failure();
  result.addAttribute("kinds", builder.getArrayAttr(kinds));
  index.type = i64;
  return parseBody(parser, result, index);
}

void LoopOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr() << ' ' << getIndex() << " from " << getLower() << " to " << getUpper();
  if (getLanes())
    printer << " lanes " << getLanes();
  if (getJam() != 1)
    printer << " jam " << getJam();
  if (getGroup() != 1)
    printer << " group " << getGroup();
  if (getPairs())
    printer << " pairs";
  printer << " [";
  llvm::interleaveComma(getKinds().getAsRange<ReductionAttr>(), printer,
                        [&](ReductionAttr kind) { printReductionName(printer, *this, kind); });
  printer << ']';
  printer.printOptionalArrowTypeList(getResultTypes());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"name", "kinds", "lanes", "jam", "group", "pairs"});
  printBody(printer, getBody());
}

} // namespace mercer::ir
