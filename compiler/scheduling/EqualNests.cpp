#include "compiler/scheduling/EqualNests.h"

#include "llvm/ADT/Hashing.h"

#include <map>

using namespace mlir;

namespace mercer::scheduling {
namespace {

/// Attributes that say something to readers, and nothing to the code.
bool isRemark(StringRef attribute) { return attribute == "name" || attribute == "note"; }

bool haveEqualAttributes(Operation *x, Operation *y) {
  auto meaning = [](Operation *op) {
    return llvm::make_filter_range(op->getAttrDictionary(), [](NamedAttribute attribute) { return !isRemark(attribute.getName()); });
  };
  auto xs = meaning(x), ys = meaning(y);
  return std::equal(xs.begin(), xs.end(), ys.begin(), ys.end());
}

bool isInput(Value array) {
  auto argument = dyn_cast<BlockArgument>(array);
  auto plan = argument ? dyn_cast<ir::PlanOp>(argument.getOwner()->getParentOp()) : ir::PlanOp();
  return plan && argument.getArgNumber() < plan.getInputs();
}

/// A function that takes a number from memory as well as from its code, and to the same bits.
bool takesNumbers(Operation *op) {
  auto apply = dyn_cast<ir::ApplyOp>(op);
  switch (apply ? apply.getFunction().getValue() : dsl::Function::eq) {
  case dsl::Function::add:
  case dsl::Function::sub:
  case dsl::Function::mul:
  case dsl::Function::div:
  case dsl::Function::minimum:
  case dsl::Function::maximum:
    return true;
  default:
    return false;
  }
}

/// Walks two nests side by side.
class Comparison {
public:
  explicit Comparison(const DenseSet<Value> &computed) : computed_(computed) {}

  bool areEqual(ir::NestOp x, ir::NestOp y) {
    nest_ = x;
    return matchOps(x, y);
  }

  DenseMap<Value, Value> counterparts;
  SmallVector<Value> numbers;

private:
  /// One stands for the other wherever either is used.
  bool pair(Value x, Value y) {
    auto [there, fresh] = counterparts.try_emplace(x, y);
    auto [back, freshBack] = reverse_.try_emplace(y, x);
    return there->second == y && back->second == x;
  }

  bool match(Value x, Value y) {
    if (auto known = counterparts.find(x); known != counterparts.end())
      return known->second == y && reverse_.lookup(y) == x;
    if (reverse_.contains(y) || x.getType() != y.getType())
      return false;
    Operation *a = x.getDefiningOp(), *b = y.getDefiningOp();
    if (!a != !b || computed_.contains(x) != computed_.contains(y))
      return false;
    if (computed_.contains(x))
      return pair(x, y);
    // Inside of the nests a value is paired where it is made, before its uses.
    return ir::isOutsideNests(x) && (a ? matchOps(a, b) : matchArguments(cast<BlockArgument>(x), cast<BlockArgument>(y)));
  }

  /// Inputs or outputs of the plan, of equal known sizes.
  bool matchArguments(BlockArgument x, BlockArgument y) {
    auto plan = dyn_cast<ir::PlanOp>(x.getOwner()->getParentOp());
    if (!plan || x.getOwner() != y.getOwner() || isInput(x) != isInput(y))
      return false;
    auto known = plan->getAttrOfType<ArrayAttr>(ir::knownSizesAttribute);
    return (!known || !isInput(x) || known[x.getArgNumber()] == known[y.getArgNumber()]) && pair(x, y);
  }

  /// Sizes are words of a call like numbers: whose they are says nothing. One word stands for one other.
  bool matchSizes(ir::SizeOp x, ir::SizeOp y) {
    auto wordOf = [](ir::SizeOp op) { return std::pair<Value, int64_t>(op.getArray(), op.getDimension()); };
    auto [word, fresh] = sizes_.try_emplace(wordOf(x), wordOf(y));
    return isInput(x.getArray()) && isInput(y.getArray()) && word->second == wordOf(y) && x.getAtMost() == y.getAtMost() && pair(x, y);
  }

  bool matchNumbers(ir::ConstantOp x, ir::ConstantOp y) {
    auto fits = [&](Operation *user) { return !nest_->isProperAncestor(user) || takesNumbers(user); };
    if (!isa<FloatType>(x.getType()) || !llvm::all_of(x->getUsers(), fits))
      return false;
    numbers.push_back(x);
    return pair(x.getResult(), y.getResult());
  }

  bool matchOps(Operation *x, Operation *y) {
    if (x->getName() != y->getName() || x->getNumOperands() != y->getNumOperands() ||
        x->getResultTypes() != y->getResultTypes() || x->getNumRegions() != y->getNumRegions())
      return false;
    if (auto size = dyn_cast<ir::SizeOp>(x))
      return matchSizes(size, cast<ir::SizeOp>(y));
    if (!haveEqualAttributes(x, y)) {
      auto one = dyn_cast<ir::ConstantOp>(x), other = dyn_cast<ir::ConstantOp>(y);
      return one && other && matchNumbers(one, other);
    }
    for (auto [a, b] : llvm::zip_equal(x->getOperands(), y->getOperands()))
      if (!match(a, b))
        return false;
    for (auto [a, b] : llvm::zip_equal(x->getRegions(), y->getRegions()))
      if (!matchBlocks(a.front(), b.front()))
        return false;
    return llvm::all_of(llvm::zip_equal(x->getResults(), y->getResults()),
                        [&](const auto &results) { return pair(std::get<0>(results), std::get<1>(results)); });
  }

  bool matchBlocks(Block &x, Block &y) {
    if (x.getArgumentTypes() != y.getArgumentTypes() || x.getOperations().size() != y.getOperations().size())
      return false;
    for (auto [a, b] : llvm::zip_equal(x.getArguments(), y.getArguments()))
      if (!pair(a, b))
        return false;
    return llvm::all_of(llvm::zip_equal(x.getOperations(), y.getOperations()),
                        [&](const auto &ops) { return matchOps(&std::get<0>(ops), &std::get<1>(ops)); });
  }

  const DenseSet<Value> &computed_;
  ir::NestOp nest_;
  DenseMap<Value, Value> reverse_;
  DenseMap<std::pair<Value, int64_t>, std::pair<Value, int64_t>> sizes_; ///< array and dimension
};

/// Equal for nests that have the same code.
llvm::hash_code hashOf(ir::NestOp nest) {
  llvm::hash_code hash = 0;
  nest->walk([&](Operation *op) {
    hash = llvm::hash_combine(hash, op->getName().getAsOpaquePointer(), op->getNumOperands());
    if (auto apply = dyn_cast<ir::ApplyOp>(op))
      hash = llvm::hash_combine(hash, apply.getFunction().getValue());
  });
  return hash;
}

DenseSet<Value> computedNumbersOf(ir::PlanOp plan) {
  DenseSet<Value> computed, used;
  for (Operation &op : plan.getBlock()) {
    const bool isComputed = isa<ir::ReadOp, ir::SizeOp>(op) || (isa<ir::ApplyOp>(op) && llvm::any_of(op.getOperands(), [&](Value operand) {
                              return computed.contains(operand);
                            }));
    if (!isComputed)
      continue;
    Value number = op.getResult(0);
    computed.insert(number);
    if (isa<FloatType>(number.getType()) && llvm::any_of(number.getUsers(), [&](Operation *user) { return user->getParentOp() != plan; }))
      used.insert(number);
  }
  return used;
}

} // namespace

EqualNests::EqualNests(ir::PlanOp plan) : computed_(computedNumbersOf(plan)) {
  std::map<size_t, SmallVector<ir::NestOp, 1>> firsts;
  for (auto nest : plan.getBlock().getOps<ir::NestOp>()) {
    auto &candidates = firsts[hashOf(nest)];
    bool isCopy = llvm::any_of(candidates, [&](ir::NestOp first) {
      Comparison comparison(computed_);
      if (!comparison.areEqual(first, nest))
        return false;
      shared_[first].insert_range(comparison.numbers);
      copies_[nest] = {first, std::move(comparison.counterparts)};
      return true;
    });
    if (!isCopy)
      candidates.push_back(nest);
  }
}

ir::NestOp EqualNests::firstOf(ir::NestOp nest) const {
  auto copy = copies_.find(nest);
  return copy == copies_.end() ? nest : copy->second.first;
}

const DenseMap<Value, Value> &EqualNests::counterparts(ir::NestOp nest) const {
  static const DenseMap<Value, Value> none;
  auto copy = copies_.find(nest);
  return copy == copies_.end() ? none : copy->second.counterparts;
}

ArrayRef<Value> EqualNests::numbers(ir::NestOp first) const {
  auto shared = shared_.find(first);
  return shared == shared_.end() ? ArrayRef<Value>() : shared->second.getArrayRef();
}

} // namespace mercer::scheduling
