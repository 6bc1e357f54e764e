#include "compiler/dialect/FreeIndices.h"

using namespace mlir;

namespace mercer::ir {

ValueRange boundIndices(Operation *op) {
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return reduce.getOver();
  if (auto array = dyn_cast<ArrayOp>(op))
    return array.getIndices();
  return {};
}

IndexSet unite(ArrayRef<Value> a, ArrayRef<Value> b) {
  IndexSet result(a.begin(), a.end());
  for (Value index : b)
    if (!llvm::is_contained(a, index))
      result.push_back(index);
  return result;
}

IndexSet subtract(ArrayRef<Value> a, ArrayRef<Value> b) {
  IndexSet result;
  for (Value index : a)
    if (!llvm::is_contained(b, index))
      result.push_back(index);
  return result;
}

/// Operands through which free indices flow: not the bound ones, nor the array that is read (it has none).
static bool carriesIndices(Value operand) { return !isa<ArrayType>(operand.getType()) && operand.getDefiningOp(); }

unsigned FreeIndices::order(Value index) { return order_.try_emplace(index, order_.size()).first->second; }

bool FreeIndices::compute(Value value, SmallVectorImpl<Value> &missing) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<ConstantOp, SizeOp>(op)) {
    sets_[value] = {};
    return true;
  }
  if (isa<IndexOp>(op)) {
    order(value);
    sets_[value] = {value};
    return true;
  }
  ValueRange bound = boundIndices(op);
  bool complete = true;
  for (Value operand : op->getOperands())
    if (carriesIndices(operand) && !sets_.count(operand)) {
      missing.push_back(operand);
      complete = false;
    }
  if (!complete)
    return false;
  IndexSet set;
  for (Value operand : op->getOperands())
    if (carriesIndices(operand) && !llvm::is_contained(bound, operand))
      for (Value index : sets_.find(operand)->second)
        if (!llvm::is_contained(bound, index) && !llvm::is_contained(set, index))
          set.push_back(index);
  llvm::sort(set, [&](Value a, Value b) { return order(a) < order(b); });
  sets_[value] = std::move(set);
  return true;
}

const IndexSet &FreeIndices::of(Value value) {
  auto found = sets_.find(value);
  if (found != sets_.end())
    return found->second;
  SmallVector<Value> stack{value};
  while (!stack.empty()) {
    Value top = stack.back();
    if (sets_.count(top) || compute(top, stack))
      stack.pop_back();
    // else: what is missing lies above it on the stack
    while (!stack.empty() && sets_.count(stack.back()))
      stack.pop_back();
  }
  return sets_.find(value)->second;
}

bool FreeIndices::depends(Value value, Value index) { return llvm::is_contained(of(value), index); }

namespace {

using Replacements = SmallDenseMap<Value, Value>;

bool touches(FreeIndices &free, Value value, const Replacements &map) {
  return llvm::any_of(free.of(value), [&](Value index) { return map.count(index); });
}

/// Values that depend on a key of `map`, reached from `root`, operands first; stops at ops that bind a key.
SmallVector<Value> slice(FreeIndices &free, Value root, const Replacements &map,
                         const DenseMap<Value, Value> &cloned) {
  SmallVector<Value> order;
  DenseSet<Value> seen;
  SmallVector<std::pair<Value, bool>> stack{{root, false}};
  while (!stack.empty()) {
    auto [value, finished] = stack.pop_back_val();
    if (finished) {
      order.push_back(value);
      continue;
    }
    if (cloned.count(value) || !carriesIndices(value) || !touches(free, value, map) || !seen.insert(value).second)
      continue;
    stack.push_back({value, true});
    for (Value operand : value.getDefiningOp()->getOperands())
      stack.push_back({operand, false});
  }
  return order;
}

/// Indices free in the values that will stand for the keys.
DenseSet<Value> freeInReplacements(FreeIndices &free, const Replacements &map) {
  DenseSet<Value> result;
  for (auto [key, replacement] : map)
    for (Value index : free.of(replacement))
      result.insert(index);
  return result;
}

} // namespace

Value substitute(OpBuilder &builder, FreeIndices &free, Value value, const Replacements &map,
                 DenseMap<Value, Value> &cloned) {
  DenseSet<Value> captured = freeInReplacements(free, map);
  for (Value old : slice(free, value, map, cloned)) {
    Operation *op = old.getDefiningOp();
    if (isa<IndexOp>(op)) {
      cloned[old] = map.lookup(old);
      continue;
    }
    ValueRange bound = boundIndices(op);
    // A bound index that is a key or that a replacement mentions: work on a fresh variable inside. The key's own replacement must
    // not apply under its binder, so the operands are substituted again with the binder's indices mapped to fresh ones.
    bool clash = llvm::any_of(bound, [&](Value index) { return map.count(index) || captured.contains(index); });
    if (clash) {
      Replacements inner(map);
      for (Value index : bound) {
        auto source = index.getDefiningOp<IndexOp>();
        inner[index] = IndexOp::create(builder, source.getLoc(), source.getNameAttr(), source.getExtent());
      }
      DenseMap<Value, Value> innerCloned;
      IRMapping mapping;
      for (Value operand : op->getOperands())
        if (carriesIndices(operand))
          mapping.map(operand, substitute(builder, free, operand, inner, innerCloned));
      cloned[old] = builder.clone(*op, mapping)->getResult(0);
      continue;
    }
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (auto found = cloned.find(operand); found != cloned.end() && touches(free, operand, map))
        mapping.map(operand, found->second);
    cloned[old] = builder.clone(*op, mapping)->getResult(0);
  }
  auto found = cloned.find(value);
  return found != cloned.end() ? found->second : value;
}

Value substitute(OpBuilder &builder, FreeIndices &free, Value value, const Replacements &map) {
  DenseMap<Value, Value> cloned;
  return substitute(builder, free, value, map, cloned);
}

} // namespace mercer::ir
