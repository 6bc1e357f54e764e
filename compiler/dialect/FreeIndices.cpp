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
    keep(value, {});
    return true;
  }
  if (isa<IndexOp>(op)) {
    order(value);
    keep(value, {value});
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
      for (Value index : *sets_.find(operand)->second)
        if (!llvm::is_contained(bound, index) && !llvm::is_contained(set, index))
          set.push_back(index);
  llvm::sort(set, [&](Value a, Value b) { return order(a) < order(b); });
  keep(value, std::move(set));
  return true;
}

const IndexSet &FreeIndices::of(Value value) {
  auto found = sets_.find(value);
  if (found != sets_.end())
    return *found->second;
  SmallVector<Value> stack{value};
  while (!stack.empty()) {
    Value top = stack.back();
    if (sets_.count(top) || compute(top, stack))
      stack.pop_back();
    // else: what is missing lies above it on the stack
    while (!stack.empty() && sets_.count(stack.back()))
      stack.pop_back();
  }
  return *sets_.find(value)->second;
}

bool FreeIndices::depends(Value value, Value index) { return llvm::is_contained(of(value), index); }

Substitution::Substitution(OpBuilder &builder, FreeIndices &free, llvm::SmallDenseMap<Value, Value> map, Value guard)
    : builder_(builder), free_(free), map_(std::move(map)), guard_(guard) {
  for (auto [key, replacement] : map_)
    captured_.insert_range(free_.of(replacement));
  if (guard_)
    captured_.insert_range(free_.of(guard_));
}

bool Substitution::touches(Value value) {
  return llvm::any_of(free_.of(value), [&](Value index) { return map_.count(index); });
}

/// Values that depend on a key, reached from `root`, operands first.
SmallVector<Value> Substitution::slice(Value root) {
  SmallVector<Value> order;
  DenseSet<Value> seen;
  SmallVector<std::pair<Value, bool>> stack{{root, false}};
  while (!stack.empty()) {
    auto [value, finished] = stack.pop_back_val();
    if (finished) {
      order.push_back(value);
      continue;
    }
    if (cloned_.count(value) || !carriesIndices(value) || !touches(value) || !seen.insert(value).second)
      continue;
    stack.push_back({value, true});
    for (Value operand : value.getDefiningOp()->getOperands())
      stack.push_back({operand, false});
  }
  return order;
}

Operation *Substitution::clone(Operation *op, IRMapping &mapping) {
  Operation *copy = builder_.clone(*op, mapping);
  if (auto read = dyn_cast<ReadOp>(copy); read && guard_) {
    Value guard = guard_;
    if (read.getGuard()) {
      builder_.setInsertionPoint(copy);
      guard = apply(builder_, copy->getLoc(), dsl::Function::logical_and, {guard_, read.getGuard()});
      builder_.setInsertionPointAfter(copy);
    }
    read.getGuardMutable().assign(guard);
  }
  return copy;
}

Value Substitution::operator()(Value value) {
  for (Value old : slice(value)) {
    Operation *op = old.getDefiningOp();
    if (isa<IndexOp>(op)) {
      cloned_[old] = map_.lookup(old);
      continue;
    }
    ValueRange bound = boundIndices(op);
    // A bound index that is a key, or that a replacement mentions: a fresh variable stands for it inside.
    bool clash = llvm::any_of(bound, [&](Value index) { return map_.count(index) || captured_.contains(index); });
    IRMapping mapping;
    if (clash) {
      auto inner = map_;
      for (Value index : bound) {
        auto source = index.getDefiningOp<IndexOp>();
        inner[index] = IndexOp::create(builder_, source.getLoc(), source.getNameAttr(), source.getExtent());
      }
      Substitution inside(builder_, free_, inner, guard_);
      for (Value operand : op->getOperands())
        if (carriesIndices(operand))
          mapping.map(operand, inside(operand));
    } else {
      for (Value operand : op->getOperands())
        if (auto found = cloned_.find(operand); found != cloned_.end() && touches(operand))
          mapping.map(operand, found->second);
    }
    cloned_[old] = clone(op, mapping)->getResult(0);
  }
  auto found = cloned_.find(value);
  return found != cloned_.end() ? found->second : value;
}

Value substitute(OpBuilder &builder, FreeIndices &free, Value value, const llvm::SmallDenseMap<Value, Value> &map,
                 Value guard) {
  return Substitution(builder, free, map, guard)(value);
}

} // namespace mercer::ir
