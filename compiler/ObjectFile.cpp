#include "compiler/ObjectFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/raw_ostream.h"

namespace mercer::compiler {
namespace {

/// A call for each element of vectors, of a function that takes the elements.
llvm::Value *callEach(llvm::IRBuilder<> &b, llvm::FunctionCallee callee, llvm::ArrayRef<llvm::Value *> operands) {
  auto *type = llvm::dyn_cast<llvm::FixedVectorType>(operands.front()->getType());
  if (!type)
    return b.CreateCall(callee, operands);
  llvm::Value *result = llvm::PoisonValue::get(type);
  for (unsigned lane = 0; lane < type->getNumElements(); ++lane) {
    llvm::SmallVector<llvm::Value *> elements;
    for (llvm::Value *operand : operands)
      elements.push_back(b.CreateExtractElement(operand, lane));
    result = b.CreateInsertElement(result, b.CreateCall(callee, elements), lane);
  }
  return result;
}

/// x y + z of floats, rounded once: the product is exact in double, and the sum is rounded to odd, so that
/// rounding it once more is as rounding once.
llvm::Value *fmaInDouble(llvm::IRBuilder<> &b, llvm::Value *x, llvm::Value *y, llvm::Value *z) {
  llvm::Type *single = x->getType(), *wide = single->getWithNewType(b.getDoubleTy()), *bits = single->getWithNewType(b.getInt64Ty());
  auto widened = [&](llvm::Value *value) { return b.CreateFPExt(value, wide); };
  auto number = [&](int64_t value) { return llvm::ConstantInt::getSigned(bits, value); };
  llvm::Value *zero = llvm::Constant::getNullValue(wide), *term = widened(z);
  llvm::Value *product = b.CreateFMul(widened(x), widened(y)), *sum = b.CreateFAdd(product, term);
  llvm::Value *part = b.CreateFSub(sum, product);
  llvm::Value *error = b.CreateFAdd(b.CreateFSub(product, b.CreateFSub(sum, part)), b.CreateFSub(term, part));
  llvm::Value *sumBits = b.CreateBitCast(sum, bits);
  llvm::Value *isEven = b.CreateICmpEQ(b.CreateAnd(sumBits, number(1)), number(0));
  llvm::Value *isInexact = b.CreateAnd(b.CreateFCmpONE(error, zero), isEven); // not of infinities, whose error is NaN
  llvm::Value *isAway = b.CreateICmpEQ(b.CreateFCmpOGT(error, zero), b.CreateFCmpOGT(sum, zero));
  llvm::Value *step = b.CreateSelect(isInexact, b.CreateSelect(isAway, number(1), number(-1)), number(0));
  return b.CreateFPTrunc(b.CreateBitCast(b.CreateAdd(sumBits, step), wide), single);
}

/// What the processor has no instruction for would be calls of the C library: they go to the support archive.
void callSupport(llvm::Module &module, const std::string &support, bool hasFma) {
  llvm::SmallVector<llvm::Instruction *> replaced;
  for (llvm::Function &function : module)
    for (llvm::BasicBlock &block : function)
      for (llvm::Instruction &instruction : block) {
        auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
        if (instruction.getOpcode() == llvm::Instruction::FRem ||
            (!hasFma && call && call->getIntrinsicID() == llvm::Intrinsic::fma))
          replaced.push_back(&instruction);
      }
  for (llvm::Instruction *instruction : replaced) {
    llvm::Type *type = instruction->getType()->getScalarType();
    const bool isRest = instruction->getOpcode() == llvm::Instruction::FRem;
    llvm::IRBuilder<> builder(instruction);
    if (!isRest && type->isFloatTy()) {
      instruction->replaceAllUsesWith(
          fmaInDouble(builder, instruction->getOperand(0), instruction->getOperand(1), instruction->getOperand(2)));
      instruction->eraseFromParent();
      continue;
    }
    const std::string name = support + (isRest ? "fmod" : "fma") + (type->isFloatTy() ? "f" : "");
    llvm::SmallVector<llvm::Value *> operands(instruction->op_begin(), instruction->op_begin() + (isRest ? 2 : 3));
    llvm::SmallVector<llvm::Type *> types(operands.size(), type);
    llvm::FunctionCallee callee = module.getOrInsertFunction(name, llvm::FunctionType::get(type, types, false));
    auto *function = llvm::cast<llvm::Function>(callee.getCallee());
    function->setDoesNotThrow();
    function->setDoesNotAccessMemory();
    function->setVisibility(llvm::GlobalValue::HiddenVisibility);
    instruction->replaceAllUsesWith(callEach(builder, callee, operands));
    instruction->eraseFromParent();
  }
}

/// Of a module's text and what it is for: where a bound on sizes made no difference, two variants are one.
std::string digest(const ModuleCode &code) {
  std::string text = code.cpu.name + code.cpu.features + "\n";
  llvm::raw_string_ostream stream(text);
  code.module->print(stream, nullptr);
  const auto hash = llvm::BLAKE3::hash(llvm::arrayRefFromStringRef(text));
  return std::string(hash.begin(), hash.end());
}

/// Everything that the module defines becomes its own, under names that no other variant has. Not yet its entry: linking drops
/// functions of a module's own that it does not use.
void makeInternal(llvm::Module &module, const std::string &entry, const std::string &suffix) {
  auto own = [&](llvm::GlobalValue &value) {
    if (value.isDeclaration())
      return;
    value.setLinkage(value.getName() == entry ? llvm::GlobalValue::ExternalLinkage : llvm::GlobalValue::InternalLinkage);
    value.setName(value.getName() + suffix);
  };
  for (llvm::Function &function : module) {
    function.setDoesNotThrow();
    own(function);
  }
  for (llvm::GlobalVariable &variable : module.globals())
    own(variable);
}

llvm::Type *typeOf(llvm::LLVMContext &context, CFunction::Kind kind) {
  switch (kind) {
  case CFunction::number:
    return llvm::Type::getDoubleTy(context);
  case CFunction::integer:
    return llvm::Type::getInt64Ty(context);
  case CFunction::truth:
    return llvm::Type::getInt32Ty(context);
  case CFunction::address:
    return llvm::PointerType::getUnqual(context);
  }
  llvm_unreachable("all kinds are there");
}

} // namespace

llvm::Expected<ObjectFile::Facts> ObjectFile::addCode(const dsl::Graph &graph, const Options &options) {
  llvm::Expected<ModuleCode> code = compileToModule(graph, options, context_);
  if (!code)
    return code.takeError();
  Facts facts{code->frameWords, std::move(code->outputTypes), {}};
  std::string &symbol = symbols_[digest(*code)];
  if (symbol.empty()) {
    const std::string suffix = "." + std::to_string(number_++);
    symbol = code->symbol + suffix;
    if (llvm::Error error = add(std::move(*code), suffix))
      return error;
  }
  facts.symbol = symbol;
  return facts;
}

llvm::Error ObjectFile::add(ModuleCode code, const std::string &suffix) {
  if (llvm::Error error = targets::optimise(*code.module, code.cpu, [](const std::string &) {}))
    return error;
  callSupport(*code.module, support_, code.cpu.fma);
  makeInternal(*code.module, code.symbol, suffix);
  if (!module_) {
    base_ = code.cpu;
    module_ = std::make_unique<llvm::Module>("mercer", context_);
    module_->setTargetTriple(code.module->getTargetTriple());
    module_->setDataLayout(code.module->getDataLayout());
    linker_.emplace(*module_);
  }
  if (code.cpu.triple != base_.triple)
    return llvm::createStringError("code for " + code.cpu.triple + " and " + base_.triple + " is not supported in one object");
  if (linker_->linkInModule(std::move(code.module)))
    return llvm::createStringError("code '" + code.symbol + "' cannot be added to the object");
  return llvm::Error::success();
}

llvm::Error ObjectFile::addTable(llvm::StringRef bytes, llvm::ArrayRef<EntryPlace> entries,
                                 llvm::ArrayRef<CFunction> functions) {
  llvm::Type *int32 = llvm::Type::getInt32Ty(context_), *int64 = llvm::Type::getInt64Ty(context_);
  // Bytes with distances between them: a struct of both, whose type comes first, for distances start at the table.
  llvm::SmallVector<llvm::Type *> types;
  std::int32_t at = 0;
  auto eachPart = [&](auto text, auto entry) {
    at = 0;
    for (const EntryPlace &place : entries) {
      text(bytes.slice(at, place.at));
      entry(place);
      at = place.at + 4;
    }
    text(bytes.drop_front(at));
  };
  eachPart([&](llvm::StringRef part) { types.push_back(llvm::ArrayType::get(llvm::Type::getInt8Ty(context_), part.size())); },
           [&](const EntryPlace &) { types.push_back(int32); });
  auto *type = llvm::StructType::get(context_, types, /*isPacked=*/true);
  auto *table = new llvm::GlobalVariable(*module_, type, /*isConstant=*/true, llvm::GlobalValue::InternalLinkage, nullptr,
                                         "table." + std::to_string(number_++));
  table->setAlignment(llvm::Align(16));
  llvm::SmallVector<llvm::Constant *> values;
  bool missing = false;
  eachPart(
      [&](llvm::StringRef part) { values.push_back(llvm::ConstantDataArray::getString(context_, part, /*AddNull=*/false)); },
      [&](const EntryPlace &place) {
        llvm::Function *entry = module_->getFunction(place.symbol);
        missing |= !entry;
        if (entry)
          entry->setLinkage(llvm::GlobalValue::InternalLinkage);
        auto address = [&](llvm::Constant *value) { return llvm::ConstantExpr::getPtrToInt(value, int64); };
        values.push_back(entry ? llvm::ConstantExpr::getTrunc(llvm::ConstantExpr::getSub(address(entry), address(table)), int32)
                               : llvm::Constant::getNullValue(int32));
      });
  if (missing)
    return llvm::createStringError("a table names code that is not there");
  table->setInitializer(llvm::ConstantStruct::get(type, values));
  for (const CFunction &function : functions)
    addFunction(function, table);
  return llvm::Error::success();
}

void ObjectFile::addFunction(const CFunction &description, llvm::Constant *table) {
  llvm::Type *int32 = llvm::Type::getInt32Ty(context_), *int64 = llvm::Type::getInt64Ty(context_);
  llvm::Type *pointer = llvm::PointerType::getUnqual(context_);
  llvm::SmallVector<llvm::Type *> types;
  for (const auto *list : {&description.values, &description.others})
    for (CFunction::Kind kind : *list)
      types.push_back(typeOf(context_, kind));
  auto *function = llvm::Function::Create(llvm::FunctionType::get(int32, types, false), llvm::GlobalValue::ExternalLinkage,
                                          description.name, *module_);
  function->setDoesNotThrow();
  function->addFnAttr("target-cpu", base_.name);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(context_, "", function));
  llvm::Argument *parameter = function->arg_begin();
  auto array = [&](const std::vector<CFunction::Kind> &kinds) {
    llvm::Value *memory = b.CreateAlloca(int64, b.getInt32(std::max<size_t>(kinds.size(), 1)));
    for (size_t n = 0; n < kinds.size(); ++n, ++parameter) {
      llvm::Value *value = kinds[n] == CFunction::truth ? b.CreateSExt(parameter, int64) : parameter;
      b.CreateStore(value, b.CreateConstInBoundsGEP1_64(int64, memory, n));
    }
    return memory;
  };
  llvm::Value *values = array(description.values);
  llvm::Value *last = description.passesLast ? static_cast<llvm::Value *>(parameter) : array(description.others);
  llvm::FunctionCallee callee = module_->getOrInsertFunction(
      support_ + description.callee, llvm::FunctionType::get(int32, {pointer, pointer, pointer}, false));
  llvm::cast<llvm::Function>(callee.getCallee())->setVisibility(llvm::GlobalValue::HiddenVisibility);
  b.CreateRet(b.CreateCall(callee, {table, values, last}));
}

void ObjectFile::addText(const std::string &symbol, llvm::StringRef text) {
  auto *value = llvm::ConstantDataArray::getString(context_, text);
  new llvm::GlobalVariable(*module_, value->getType(), /*isConstant=*/true, llvm::GlobalValue::WeakAnyLinkage, value, symbol);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> ObjectFile::finish() {
  return targets::emitCode(*module_, base_, /*assembly=*/false);
}

} // namespace mercer::compiler
