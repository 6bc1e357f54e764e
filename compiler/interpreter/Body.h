// Values of a program as a flat list of instructions, run at each point of a loop nest.
#pragma once

#include "compiler/dialect/FreeIndices.h"
#include "compiler/interpreter/Apply.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <vector>

namespace mercer::interpreter {

/// A value that has been computed for all of its free indices, row-major over them.
template <class Number>
struct Stored {
  ir::IndexSet indices;
  std::vector<std::int64_t> shape;
  std::vector<Number> reals;
  std::vector<std::int64_t> integers;
};

/// What one instruction of a loop body does.
template <class Number>
struct Instruction {
  enum Kind { apply, readInput, readStored } kind = apply;
  dsl::Function function{};
  bool real = false;         // the result is a real number
  bool realOperands = false; // of a comparison or conversion
  const Stored<Number> *stored = nullptr;
  mlir::Value array; // that is read, where it may carry a derivative
  unsigned input = 0;
  llvm::SmallVector<unsigned, 4> operands; // slots
  int guard = -1;
  unsigned result = 0;
  unsigned level = 0; // the innermost loop that it depends on; 0: outside of all
};

/// The instructions that compute some values at one point of a loop nest.
template <class Number>
struct Body {
  std::vector<Instruction<Number>> instructions; // by level, then in order
  std::vector<Slot<Number>> slots;
  std::vector<unsigned> loopSlots; // of the index of each loop
  llvm::DenseMap<mlir::Value, unsigned> slotOf;

  unsigned define(mlir::Value value, unsigned level) {
    unsigned slot = static_cast<unsigned>(slots.size());
    slots.emplace_back();
    levels_.push_back(level);
    slotOf[value] = slot;
    return slot;
  }

  void add(Instruction<Number> instruction, mlir::Value value) {
    for (unsigned operand : instruction.operands)
      instruction.level = std::max(instruction.level, levels_[operand]);
    if (instruction.guard >= 0)
      instruction.level = std::max(instruction.level, levels_[static_cast<unsigned>(instruction.guard)]);
    instruction.result = define(value, instruction.level);
    instructions.push_back(std::move(instruction));
  }

  /// Sorts by level; results are numbered in order.
  void finish() {
    llvm::sort(instructions, [](const auto &a, const auto &b) {
      return std::pair(a.level, a.result) < std::pair(b.level, b.result);
    });
  }

  /// For all values of the loops, outermost first: executes what has new operands, then visits the innermost
  /// point, until `visit` says false.
  template <class Execute, class Visit>
  void loop(llvm::ArrayRef<std::int64_t> extents, Execute execute, Visit visit) {
    std::vector<size_t> levelEnd(extents.size() + 1);
    for (size_t level = 0, end = 0; level <= extents.size(); levelEnd[level++] = end)
      while (end < instructions.size() && instructions[end].level <= level)
        ++end;
    if (llvm::is_contained(extents, 0))
      return;
    auto run = [&](size_t begin, size_t end) {
      for (size_t n = begin; n < end; ++n)
        execute(instructions[n]);
    };
    run(0, levelEnd[0]);
    std::vector<std::int64_t> at(extents.size(), 0);
    size_t changed = 0; // loops from here on have new values
    while (true) {
      for (size_t level = changed; level < at.size(); ++level)
        slots[loopSlots[level]].integer = at[level];
      run(levelEnd[changed], levelEnd[at.size()]);
      if (!visit(llvm::ArrayRef<std::int64_t>(at)))
        return;
      size_t level = at.size();
      while (level > 0 && ++at[level - 1] == extents[level - 1])
        at[--level] = 0;
      if (level == 0)
        return;
      changed = level - 1;
    }
  }

private:
  std::vector<unsigned> levels_; // of slots
};

} // namespace mercer::interpreter
