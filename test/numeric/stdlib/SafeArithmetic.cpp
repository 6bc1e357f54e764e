// N7: the code of every entry, with its gradient, has no fast-math flag, and fused multiply-adds only where
// the lowering wrote them.
#include "Draw.h"

#include "compiler/Compiler.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/SourceMgr.h"

#include <iostream>

using namespace mercer;

namespace {

int failures = 0, checked = 0, without = 0;

void expect(bool right, const std::string &what) {
  ++checked;
  if (right)
    return;
  ++failures;
  std::cout << what << "\n";
}

std::size_t occurrences(llvm::StringRef text, llvm::StringRef word) { return text.count(word); }

/// Tells `check` the stages of one compilation, until it says that the rest need not be looked at.
template <class Check>
void emit(const Program &program, const compiler::Options &options, const Check &check) {
  if (llvm::Error error = compiler::emit(program.graph(), options, check))
    expect(false, program.name() + ": " + llvm::toString(std::move(error)));
}

/// The fused operations that the lowering wrote, in MLIR's text.
std::size_t fused_in_mlir(llvm::StringRef text) {
  return occurrences(text, "math.fma ") + occurrences(text, "vector.fma ") +
         occurrences(text, "llvm.intr.fma(");
}

/// The module's text has no unsafe arithmetic. @returns how many fused operations it has
std::size_t check_llvm(const std::string &name, const std::string &text) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(text, error, context);
  if (!module) {
    expect(false, name + ": " + error.getMessage().str());
    return 0;
  }
  std::size_t fused = 0;
  for (llvm::Function &function : *module) {
    for (const char *attribute :
         {"unsafe-fp-math", "no-nans-fp-math", "no-infs-fp-math", "no-signed-zeros-fp-math",
          "approx-func-fp-math", "denormal-fp-math", "denormal-fp-math-f32"})
      expect(!function.hasFnAttribute(attribute), name + ": a function has the attribute " + attribute);
    for (llvm::Instruction &instruction : llvm::instructions(function)) {
      const bool flags = llvm::isa<llvm::FPMathOperator>(instruction) && instruction.getFastMathFlags().any();
      expect(!flags, name + ": a " + instruction.getOpcodeName() + " has fast-math flags");
      if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction)) {
        expect(call->getIntrinsicID() != llvm::Intrinsic::fmuladd,
               name + ": llvm.fmuladd may be fused or not");
        fused += call->getIntrinsicID() == llvm::Intrinsic::fma;
      }
    }
  }
  return fused;
}

/// The fused instructions of assembly.
std::size_t fused_in_assembly(llvm::StringRef text) {
  return occurrences(text, "\tvfmadd") + occurrences(text, "\tvfmsub") + occurrences(text, "\tvfnmadd") +
         occurrences(text, "\tvfnmsub");
}

compiler::Options options_of(const Program &program, DType type) {
  compiler::Options options;
  options.arithmetic = type;
  for (const auto &input : program.graph().inputs)
    options.inputTypes.push_back(input.kind == real      ? type
                                 : input.kind == integer ? DType::i64
                                                         : DType::boolean);
  return options;
}

void check_entry(const stdlib::EntryInfo &entry, const test::Variant &variant, DType type) {
  std::mt19937 random(1);
  std::vector<stdlib::InputShape> shapes;
  for (const auto &[name, data] : test::draw(entry, random, 0, variant.optional).arguments)
    shapes.push_back({name, static_cast<int>(data.shape.size()), data.scalar});
  stdlib::EntryProgram made = stdlib::make_program(entry, shapes, variant.parameters, true);
  std::vector<Tensor> variables;
  for (const Tensor &input : made.inputs)
    if (input.kind() == real)
      variables.push_back(input);
  const Program program = value_and_gradient(made.program, variables);
  const compiler::Options options = options_of(program, type);
  std::size_t written = 0;
  emit(program, options, [&](llvm::StringRef stage, auto text) {
    if (stage == "vector") {
      const std::string vectors = text();
      expect(occurrences(vectors, "fastmath<") == 0, variant.name + ": fast-math flags after the lowering");
      written = fused_in_mlir(vectors);
    } else if (stage == "llvm") {
      const std::size_t fused = check_llvm(variant.name, text());
      expect(fused <= written, variant.name + ": " + std::to_string(fused) +
                                   " fused operations in LLVM's IR, but " + std::to_string(written) +
                                   " written by the lowering");
      without += fused == 0;
      return fused == 0;
    } else if (stage == "asm") {
      const std::size_t instructions = fused_in_assembly(text());
      expect(instructions == 0, variant.name + ": " + std::to_string(instructions) +
                                    " fused instructions, but no such operation in LLVM's IR");
    }
    return true;
  });
}

/// Products and sums that could be fused are not: the code generator does not do it on its own.
void check_code_generation() {
  Index i("i");
  Tensor x("x", 1), y("y", 1), z("z", 1);
  for (DType type : {DType::f64, DType::f32}) {
    const Program program("mul_add", {x, y, z}, {{"r", i, x(i) * y(i) + z(i)}, {"d", i, x(i) * y(i) - z(i)}});
    const compiler::Options options = options_of(program, type);
    std::size_t written = 0;
    emit(program, options, [&](llvm::StringRef stage, auto text) {
      if (stage == "vector")
        written = fused_in_mlir(text());
      if (stage != "asm")
        return true;
      const std::string assembly = text();
      expect(occurrences(assembly, "\tvmul") + occurrences(assembly, "\tmul") > 0, "mul_add: no products in its code");
      expect(written || fused_in_assembly(assembly) == 0, "mul_add: fused in its code, but not by the lowering");
      return true;
    });
  }
}

} // namespace

int main() {
  check_code_generation();
  for (const stdlib::EntryInfo &entry : stdlib::entries())
    for (const test::Variant &variant : test::variants(entry))
      for (DType type : {DType::f64, DType::f32})
        check_entry(entry, variant, type);
  expect(without > 0, "every entry has fused operations: that the code generator fuses none is not seen");
  std::cout << without << " entries without fused operations, " << checked << " checked, " << failures
            << " wrong\n";
  return failures != 0;
}
