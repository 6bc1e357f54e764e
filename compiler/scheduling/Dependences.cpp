#include "compiler/scheduling/Dependences.h"

#include "compiler/scheduling/Operations.h"
#include "compiler/transforms/Scatter.h"

using namespace mlir;

namespace mercer::scheduling {

SmallVector<Value> termsOf(ArrayRef<ir::ReduceOp> reductions) {
  SmallVector<Value> terms;
  for (ir::ReduceOp reduce : reductions) {
    terms.push_back(reduce.getValue());
    if (reduce.getPredicate())
      terms.push_back(reduce.getPredicate());
  }
  return terms;
}

llvm::SetVector<Operation *> Dependences::closure(ArrayRef<Value> roots, Value but) {
  llvm::SetVector<Operation *> result;
  SmallVector<Operation *> stack;
  auto push = [&](Value value) {
    if (Operation *op = value.getDefiningOp(); op && !isa<ir::ArrayOp>(op) && result.insert(op))
      stack.push_back(op);
  };
  for (Value root : roots)
    push(root);
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    auto reduce = dyn_cast<ir::ReduceOp>(op);
    if (!but || !reduce || reduce.getOver()[0] != but)
      for (Value operand : op->getOperands())
        push(operand);
  }
  return result;
}

SmallVector<ir::ReadOp> Dependences::arrayReads(ArrayRef<Value> roots) {
  SmallVector<ir::ReadOp> reads;
  for (Operation *op : closure(roots))
    if (auto read = dyn_cast<ir::ReadOp>(op); read && read.getArray().getDefiningOp<ir::ArrayOp>())
      reads.push_back(read);
  return reads;
}

bool runsAlong(ValueRange subscripts, Value index, ir::FreeIndices &free) {
  if (subscripts.empty() ||
      llvm::any_of(subscripts.drop_back(), [&](Value other) { return free.depends(other, index); }))
    return false;
  Value last = subscripts.back();
  while (last != index) {
    auto apply = last.getDefiningOp<ir::ApplyOp>();
    if (!apply || (apply.getFunction().getValue() != dsl::Function::add &&
                   apply.getFunction().getValue() != dsl::Function::sub))
      return false;
    Value a = apply.getOperands()[0], b = apply.getOperands()[1];
    if (free.depends(a, index) == free.depends(b, index) ||
        (free.depends(b, index) && apply.getFunction().getValue() == dsl::Function::sub))
      return false;
    last = free.depends(a, index) ? a : b;
  }
  return true;
}

bool isScattered(ir::ArrayOp array) { return array->hasAttr(transforms::scatteredAttribute); }

transforms::Scatter scatterOf(ir::FreeIndices &free, ir::ArrayOp array) {
  return *transforms::scatterOf(free, array.getValue().getDefiningOp<ir::ReduceOp>());
}

SmallVector<Value> termsOf(const transforms::Scatter &scatter) {
  SmallVector<Value> terms{scatter.value};
  llvm::append_range(terms, scatter.conditions);
  for (auto [index, at] : scatter.at)
    terms.push_back(at);
  return terms;
}

bool readsOwnElement(ir::ReadOp read, ir::ArrayOp array) {
  return !isScattered(array) && !array.getIndices().empty() && read.getSubscripts() == array.getIndices();
}

Value chooseIndex(Choices &choices, const std::string &kind, ArrayRef<Value> indices, Value preferred) {
  std::vector<std::string> names;
  for (Value index : indices) {
    std::string name = index.getDefiningOp<ir::IndexOp>().getName().str();
    std::replace(name.begin(), name.end(), ' ', '_');
    auto same = llvm::count_if(names, [&](const std::string &other) { return other == name; });
    names.push_back(same ? name + "'" + std::to_string(same) : name);
  }
  auto at = static_cast<size_t>(llvm::find(indices, preferred) - indices.begin());
  return indices[choices.choose(kind, std::move(names), at, false)];
}

/// Which of the indices of an array or output its nest runs over: the one that leaves the least work to be
/// done again.
Value Dependences::nestIndexOf(ValueRange indices, Value value) {
  if (indices.size() == 1)
    return indices[0];
  llvm::SetVector<Operation *> all = closure(value);
  Value best;
  double least = 0;
  for (Value nest : indices) {
    // What does not depend on the nest's index is computed again for each of its values. Inside of a
    // reduction over an index of this name it is another variable.
    llvm::SetVector<Operation *> outside = closure(value, nest);
    double work = 0;
    for (Operation *op : all) {
      auto apply = dyn_cast<ir::ApplyOp>(op);
      if (!apply)
        continue;
      double times = static_cast<double>(operationsOf(apply.getFunction().getValue()));
      for (Value index : free_.of(apply.getResult()))
        times *= ir::guessedLength(index);
      bool depends = outside.contains(op) && free_.depends(apply.getResult(), nest);
      work += depends ? times : times * ir::guessedLength(nest);
    }
    constexpr double lanes = 16; // a shorter index leaves vectors empty
    work *= std::max(1.0, lanes / ir::guessedLength(nest));
    if (!best || work < 0.9 * least)
      best = nest, least = work;
  }
  return choices_ ? chooseIndex(*choices_, "nest", llvm::to_vector(indices), best) : best;
}

unsigned Dependences::stageOf(ArrayRef<Value> roots, Value index) {
  unsigned stage = 0;
  for (ir::ReadOp read : arrayReads(roots)) {
    const Place &place = placeOf(read.getArray().getDefiningOp<ir::ArrayOp>());
    bool here =
        index && place.index == index && readsOwnElement(read, read.getArray().getDefiningOp<ir::ArrayOp>());
    stage = std::max(stage, place.stage + !here);
  }
  return stage;
}

void Dependences::together(Value index, ArrayRef<ir::ArrayOp> arrays) {
  for (ir::ArrayOp array : arrays)
    together_[array] = {index, SmallVector<ir::ArrayOp>(arrays)};
}

const Place &Dependences::placeOf(ir::OutputOp output) {
  if (auto found = places_.find(output); found != places_.end())
    return found->second;
  Place place{nestIndexOf(output.getIndices(), output.getValue())};
  place.stage = stageOf(output.getValue(), place.index);
  return places_[output] = place;
}

const Place &Dependences::placeOf(ir::ArrayOp array) {
  // Arrays refer to earlier ones only: the recursion is as deep as the chain of stored results.
  if (auto found = places_.find(array); found != places_.end())
    return found->second;
  Place place;
  if (auto found = together_.find(array); found != together_.end()) {
    auto [index, arrays] = found->second;
    place.index = index;
    for (ir::ArrayOp other : arrays)
      place.stage = std::max(place.stage, stageOf(other.getValue(), index));
    for (ir::ArrayOp other : arrays)
      places_[other] = place;
    return places_[array];
  }
  auto reduce = array.getValue().getDefiningOp<ir::ReduceOp>();
  SmallVector<Value> roots{array.getValue()};
  if (isScattered(array)) {
    transforms::Scatter scatter = scatterOf(free_, array);
    place.index = scatter.over[0];
    roots = termsOf(scatter);
  } else if (!array.getIndices().empty()) {
    place.index = nestIndexOf(array.getIndices(), array.getValue());
  } else if (reduce) {
    place.index = reduce.getOver()[0];
    roots = termsOf(reduce);
  }
  place.stage = stageOf(roots, place.index);
  return places_[array] = place;
}

} // namespace mercer::scheduling
