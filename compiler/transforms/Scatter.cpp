// mercer-scatter: sums by a predicate over an index of the result (of one class, of one word) become arrays that one
// loop over the terms fills, instead of one loop for each element.
#include "compiler/transforms/Scatter.h"

#include "compiler/transforms/Bounds.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Passes.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_SCATTER
#include "compiler/transforms/Passes.h.inc"

using dsl::Function;
using dsl::Reduction;

/// Is a value the index, or a sum or difference with it? Then a comparison is a bound of a loop over the index.
static bool movesWith(ir::FreeIndices &free, Value value, Value index) {
  while (value != index) {
    if (!is(value, Function::add) && !is(value, Function::sub))
      return false;
    bool left = free.depends(operand(value, 0), index);
    if (left == free.depends(operand(value, 1), index))
      return false;
    value = operand(value, left ? 0 : 1);
  }
  return true;
}

/// at(i) == c: the index of the result and what it is for a term.
static std::optional<std::pair<Value, Value>> comparison(ir::FreeIndices &free, Value condition, ValueRange over,
                                                         ArrayRef<Value> own) {
  if (!is(condition, Function::eq) || !operand(condition).getType().isInteger(64))
    return std::nullopt;
  for (unsigned side : {0u, 1u}) {
    Value index = operand(condition, side), at = operand(condition, 1 - side);
    bool varies = llvm::any_of(over, [&](Value term) { return free.depends(at, term); });
    bool solvable = llvm::any_of(over, [&](Value term) { return free.depends(at, term) && movesWith(free, at, term); });
    // Read where a condition on the index itself holds, it is another value for each of them.
    if (llvm::is_contained(own, index) && varies && !solvable && !free.depends(at, index))
      return std::pair(index, at);
  }
  return std::nullopt;
}

std::optional<Scatter> scatterOf(ir::FreeIndices &free, ir::ReduceOp reduce) {
  const ir::IndexSet &own = free.of(reduce.getResult());
  Scatter found, scatter;
  for (ir::ReduceOp op = reduce; op && op.getKind().getValue() == Reduction::sum;
       op = op.getValue().getDefiningOp<ir::ReduceOp>()) {
    found.over.append(op.getOver().begin(), op.getOver().end());
    found.value = op.getValue();
    size_t before = found.at.size();
    for (Value condition : conjuncts(op.getPredicate())) {
      auto place = comparison(free, condition, found.over, own);
      bool usable = place && llvm::none_of(found.at, [&](auto other) {
        return other.first == place->first || free.depends(place->second, other.first) ||
               free.depends(other.second, place->first);
      });
      if (usable)
        found.at.push_back(*place);
      else
        found.conditions.push_back(condition);
    }
    if (found.at.size() > before) // further in, sums are values
      scatter = found;
  }
  return scatter.at.empty() ? std::nullopt : std::optional(std::move(scatter));
}

namespace {

class Scattering {
public:
  explicit Scattering(ir::ProgramOp program) : program_(program), builder_(program.getContext()) {
    for (auto output : program.getBlock().getOps<ir::OutputOp>())
      addShape(output.getIndices());
    for (auto read : program.getBlock().getOps<ir::ReadOp>())
      addShape(free_.of(read.getResult()));
    for (BlockArgument argument : program.getBlock().getArguments()) {
      builder_.setInsertionPointToStart(&program.getBlock());
      SmallVector<Value> &shape = shapes_.emplace_back();
      for (unsigned n = 0; n < cast<ir::ArrayType>(argument.getType()).getRank(); ++n)
        shape.push_back(ir::size(builder_, program.getLoc(), argument, n));
    }
  }

  void run() {
    SmallVector<ir::ReduceOp> reductions(program_.getBlock().getOps<ir::ReduceOp>());
    for (ir::ReduceOp reduce : llvm::reverse(reductions)) // whole chains of sums before their parts
      if (!reduce->use_empty())
        if (auto scatter = scatterOf(free_, reduce); scatter && pays(*scatter, reduce) && fits(reduce))
          rewrite(reduce, *scatter);
  }

private:
  void addShape(ValueRange indices) {
    SmallVector<Value> &shape = shapes_.emplace_back();
    for (Value index : indices)
      shape.push_back(extentOf(index));
  }
  static Value extentOf(Value index) { return index.getDefiningOp<ir::IndexOp>().getExtent(); }

  /// A few elements are cheaper as masked sums in lanes, fewest where rows are added.
  bool pays(const Scatter &scatter, ir::ReduceOp reduce) {
    double elements = 1;
    for (auto [index, at] : scatter.at)
      elements *= ir::guessedLength(index);
    constexpr double fewRows = 4, few = 16;
    return elements > (free_.of(reduce.getResult()).size() > scatter.at.size() ? fewRows : few);
  }

  /// Is the result no larger than an input or output, so that it may be stored?
  bool fits(ir::ReduceOp reduce) {
    const ir::IndexSet &own = free_.of(reduce.getResult());
    return own.size() == 1 || llvm::any_of(shapes_, [&](ArrayRef<Value> shape) {
      SmallVector<Value> rest(shape);
      return llvm::all_of(own, [&](Value index) {
        auto same = llvm::find_if(rest, [&](Value extent) { return sameExtent(extent, extentOf(index)) || sameValue(extent, extentOf(index)); });
        return same != rest.end() && (rest.erase(same), true);
      });
    });
  }

  void rewrite(ir::ReduceOp reduce, const Scatter &scatter) {
    builder_.setInsertionPoint(reduce);
    Location loc = reduce.getLoc();
    auto call = [&](Function function, ValueRange operands) { return ir::apply(builder_, loc, function, operands); };
    llvm::SmallDenseMap<Value, Value> map;
    SmallVector<Value> conditions;
    for (auto [index, at] : scatter.at) {
      map[index] = at;
      conditions.push_back(call(Function::ge, {at, ir::integer(builder_, loc, 0)}));
      conditions.push_back(call(Function::lt, {at, extentOf(index)}));
    }
    Value inRange = conjunction(builder_, loc, conditions);
    storeShared(scatter);
    ir::Substitution substituted(builder_, free_, map, inRange);
    for (Value condition : scatter.conditions)
      conditions.push_back(substituted(condition));
    Value value = substituted(scatter.value);
    for (auto [index, at] : scatter.at)
      conditions.push_back(call(Function::eq, {at, index}));
    Value predicate = conjunction(builder_, loc, conditions);
    for (Value index : llvm::reverse(scatter.over)) {
      value = ir::reduce(builder_, loc, Reduction::sum, index, value, predicate);
      predicate = {};
    }
    SmallVector<Value> indices;
    for (auto [index, at] : scatter.at)
      indices.push_back(index);
    for (Value index : free_.of(reduce.getResult())) // last, so that they run along memory
      if (!map.count(index))
        indices.push_back(index);
    ir::ReadOp read = elementOf(value, indices);
    read.getArray().getDefiningOp()->setAttr(scatteredAttribute, builder_.getUnitAttr());
    reduce.getResult().replaceAllUsesWith(read);
  }

  /// An array of a value over its free indices, and its element there.
  ir::ReadOp elementOf(Value value, ValueRange indices) {
    auto type = ir::ArrayType::get(builder_.getContext(), static_cast<unsigned>(indices.size()), value.getType());
    Value array = ir::ArrayOp::create(builder_, value.getLoc(), type, "stored", indices, value);
    return ir::ReadOp::create(builder_, value.getLoc(), value.getType(), array, indices, Value());
  }

  /// Reductions in a term that depend on its element of the result but not on the term itself: read from arrays, so
  /// that they are not computed again for each term.
  void storeShared(const Scatter &scatter) {
    SmallVector<Value> stack(scatter.conditions);
    stack.push_back(scatter.value);
    DenseSet<Value> seen;
    while (!stack.empty()) {
      Value value = stack.pop_back_val();
      Operation *op = value.getDefiningOp();
      if (!op || !seen.insert(value).second ||
          llvm::none_of(scatter.at, [&](auto place) { return free_.depends(value, place.first); }))
        continue;
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      bool shared = reduce && llvm::none_of(scatter.over, [&](Value index) { return free_.depends(value, index); });
      if (!shared || !fits(reduce)) {
        llvm::append_range(stack, ir::scalarOperands(op));
        continue;
      }
      OpBuilder::InsertionGuard saved(builder_);
      builder_.setInsertionPointAfter(op);
      ir::ReadOp read = elementOf(value, free_.of(value));
      value.replaceAllUsesExcept(read, read.getArray().getDefiningOp());
    }
  }

  ir::ProgramOp program_;
  OpBuilder builder_;
  ir::FreeIndices free_;
  SmallVector<SmallVector<Value>> shapes_; // extents of arrays that exist
};

struct ScatterPass : impl::ScatterBase<ScatterPass> {
  void runOnOperation() override { Scattering(getOperation()).run(); }
};

} // namespace
} // namespace mercer::transforms
