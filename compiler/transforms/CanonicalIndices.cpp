// Renames indices so that equal values become the same SSA value.
//
// Each extent has a row of canonical indices. From the outputs down, a bound index becomes the first canonical one of its
// extent that is not free in the result; an output's indices the first ones in order. So the sum of a loss over i and the
// gradient's output index i get one name, and what both need is computed once.
#include "compiler/dialect/FreeIndices.h"
#include "compiler/transforms/EqualOps.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Scatter.h"
#include "compiler/transforms/Simplify.h"
#include "compiler/transforms/Tables.h"

#include <map>

using namespace mlir;

namespace mercer::transforms {

#define GEN_PASS_DEF_CANONICALINDICES
#define GEN_PASS_DEF_STOREREDUCTIONS
#include "compiler/transforms/Passes.h.inc"

namespace {

/// Rebuilds a program at the end of its block; equal ops are made once.
class Rebuild {
public:
  /// With `store`, reductions of at most one free index, and tables, become reads of arrays.
  Rebuild(ir::ProgramOp program, bool store)
      : block_(program.getBlock()), builder_(program.getContext()), store_(store) {
    builder_.setInsertionPointToEnd(&block_);
    if (!store)
      return;
    tables_ = tablesOf(program, free_);
    for (auto array : program.getBlock().getOps<ir::ArrayOp>())
      if (array->hasAttr(scatteredAttribute)) // sums inside of sums are part of one
        for (auto sum = array.getValue().getDefiningOp<ir::ReduceOp>(); sum;
             sum = sum.getValue().getDefiningOp<ir::ReduceOp>())
          scattered_.insert(sum);
  }

  void run() {
    SmallVector<Operation *> old;
    for (Operation &op : block_)
      old.push_back(&op);
    for (Operation *op : old)
      if (isa<ir::OutputOp, ir::CheckOp>(op))
        root(op);
    readTables(old.back());
    dropCopies(old.back());
    for (Operation *op : llvm::reverse(old)) {
      op->dropAllUses();
      op->erase();
    }
  }

private:
  using Map = SmallVector<std::pair<Value, Value>, 4>; // old index -> canonical index
  struct Key {
    Value value;
    SmallVector<void *, 4> names;
    bool plain = false; // the reduction itself, where a read of its array stands for it elsewhere
    bool operator<(const Key &other) const {
      if (value != other.value)
        return value.getAsOpaquePointer() < other.value.getAsOpaquePointer();
      return std::tie(names, plain) < std::tie(other.names, other.plain);
    }
  };

  static Value lookup(const Map &map, Value index) {
    for (auto [from, to] : llvm::reverse(map))
      if (from == index)
        return to;
    return {};
  }

  /// What computes an element of a table where another place reads the table: a read too.
  void readTables(Operation *last) {
    SmallVector<ir::ArrayOp> arrays;
    for (Operation *op = last->getNextNode(); op; op = op->getNextNode())
      if (auto array = dyn_cast<ir::ArrayOp>(op))
        arrays.push_back(array);
    for (ir::ArrayOp array : arrays) {
      Value element = array.getValue();
      if (array.getIndices().size() < 2)
        continue;
      array->moveAfter(element.getDefiningOp());
      OpBuilder builder(builder_.getContext());
      builder.setInsertionPointAfter(array);
      auto read = ir::ReadOp::create(builder, element.getLoc(), element.getType(), array.getResult(), array.getIndices(), Value());
      element.replaceAllUsesExcept(read.getResult(), array);
    }
  }

  /// An array whose elements are those of another one is that one.
  void dropCopies(Operation *last) {
    for (Operation *op = last->getNextNode(); op;) {
      auto array = dyn_cast<ir::ArrayOp>(op);
      op = op->getNextNode();
      auto read = array ? array.getValue().getDefiningOp<ir::ReadOp>() : ir::ReadOp();
      if (!read || !read.getArray().getDefiningOp<ir::ArrayOp>() || read.getGuard() ||
          read.getSubscripts() != array.getIndices())
        continue;
      array.getResult().replaceAllUsesWith(read.getArray());
      array.erase();
    }
  }

  void root(Operation *op) {
    Map map;
    ValueRange indices = isa<ir::OutputOp>(op) ? ValueRange(cast<ir::OutputOp>(op).getIndices())
                                               : ValueRange(cast<ir::CheckOp>(op).getIndices());
    SmallVector<Value> taken;
    for (Value index : indices)
      bind(map, index, taken);
    IRMapping mapping;
    for (Value index : indices)
      mapping.map(index, lookup(map, index));
    for (Value operand : op->getOperands())
      if (!llvm::is_contained(indices, operand) || !isa<ir::IndexOp>(operand.getDefiningOp()))
        mapping.map(operand, visit(operand, map));
    builder_.clone(*op, mapping);
  }

  /// The canonical index number `position` of an extent.
  Value canonical(Value extent, size_t position, ir::IndexOp like) {
    auto &row = rows_[extent];
    while (row.size() <= position)
      row.push_back(ir::IndexOp::create(builder_, like.getLoc(), like.getName(), extent));
    return row[position];
  }

  /// Adds a name for an index that none of `taken` has.
  void bind(Map &map, Value index, SmallVectorImpl<Value> &taken) {
    auto op = index.getDefiningOp<ir::IndexOp>();
    Value extent = visit(op.getExtent(), {});
    size_t position = 0;
    while (llvm::is_contained(taken, canonical(extent, position, op)))
      ++position;
    Value name = canonical(extent, position, op);
    taken.push_back(name);
    map.push_back({index, name});
  }

  /// A value under a naming of its free indices. The stack is explicit: programs may be deep.
  struct Frame {
    Value value;
    Map inner;       // names under the op's own binder
    Key key;
    bool expanded = false;
  };

  Key keyOf(Value value, const Map &map) {
    Key key{value, {}};
    for (Value index : free_.of(value))
      key.names.push_back(lookup(map, index).getAsOpaquePointer());
    return key;
  }

  Value known(Value value, const Map &map) {
    if (isa<BlockArgument>(value))
      return value;
    if (value.getDefiningOp<ir::IndexOp>())
      return lookup(map, value);
    auto found = done_.find(keyOf(value, map));
    return found == done_.end() ? Value() : found->second;
  }

  Value visit(Value value, const Map &map) {
    if (Value ready = known(value, map))
      return ready;
    SmallVector<Frame> stack;
    stack.push_back({value, map, keyOf(value, map)});
    while (!stack.empty()) {
      Frame &frame = stack.back();
      Operation *op = frame.value.getDefiningOp();
      if (!frame.key.plain && isStored(op)) {
        // The array has the first canonical indices, whatever the names here: one array for every use.
        Map own;
        SmallVector<Value> taken;
        for (Value index : free_.of(frame.value))
          bind(own, index, taken);
        Key plain = keyOf(frame.value, own);
        plain.plain = true;
        auto made = done_.find(plain);
        if (made == done_.end()) {
          stack.push_back({frame.value, own, plain});
          continue;
        }
        done_[frame.key] = readOf(made->second, own, frame.inner);
        stack.pop_back();
        continue;
      }
      if (!frame.expanded) {
        frame.expanded = true;
        frame.inner = restrict(frame.value, frame.inner);
        ValueRange bound = ir::boundIndices(op);
        SmallVector<Value> taken;
        for (auto [from, to] : frame.inner)
          taken.push_back(to);
        for (Value index : bound)
          bind(frame.inner, index, taken);
      }
      bool complete = true;
      Map inner = frame.inner;
      for (Value operand : op->getOperands())
        if (!known(operand, inner)) {
          stack.push_back({operand, inner, keyOf(operand, inner)});
          complete = false;
          break;
        }
      if (!complete)
        continue;
      IRMapping mapping;
      for (Value operand : op->getOperands())
        mapping.map(operand, known(operand, inner));
      done_[stack.back().key] = make(op, mapping);
      stack.pop_back();
    }
    return known(value, map);
  }

  bool isStored(Operation *op) {
    if (!store_ || scattered_.contains(op))
      return false;
    return tables_.contains(op) || (isa<ir::ReduceOp>(op) && free_.of(op->getResult(0)).size() <= 1);
  }

  /// An element of the array that holds a value.
  Value readOf(Value stored, const Map &own, const Map &here) {
    SmallVector<Value> indices, subscripts;
    for (auto [from, to] : own) {
      indices.push_back(to);
      subscripts.push_back(lookup(here, from));
    }
    auto type = ir::ArrayType::get(builder_.getContext(), static_cast<unsigned>(indices.size()), stored.getType());
    Value array = unique(ir::ArrayOp::create(builder_, stored.getLoc(), type, "stored", indices, stored));
    return unique(ir::ReadOp::create(builder_, stored.getLoc(), stored.getType(), array, subscripts, Value()));
  }

  /// Only the names of indices that are free in the value.
  Map restrict(Value value, const Map &map) {
    Map result;
    for (Value index : free_.of(value))
      result.push_back({index, lookup(map, index)});
    return result;
  }

  /// The op with new operands: an equal one that exists, a folded one, or a new one.
  Value make(Operation *op, IRMapping &mapping) {
    Operation *copy = builder_.clone(*op, mapping);
    SmallVector<Value> folded;
    if (succeeded(builder_.tryFold(copy, folded)) && !folded.empty()) {
      copy->erase();
      return folded[0].getDefiningOp() && isa<ir::ConstantOp>(folded[0].getDefiningOp()) ? unique(folded[0]) : folded[0];
    }
    return unique(copy->getResult(0));
  }

  Value unique(Value value) {
    Operation *op = value.getDefiningOp(), *first = equal_.first(op);
    if (first != op)
      op->erase();
    return first->getResult(0);
  }

  Block &block_;
  OpBuilder builder_;
  bool store_;
  ir::FreeIndices free_;
  DenseSet<Operation *> tables_;    // values of two indices that are stored
  DenseSet<Operation *> scattered_; // whose arrays are there already
  DenseMap<Value, SmallVector<Value>> rows_;
  std::map<Key, Value> done_;
  EqualOps equal_;
};

struct CanonicalIndicesPass : impl::CanonicalIndicesBase<CanonicalIndicesPass> {
  void runOnOperation() override {
    if (!getOperation().getBlock().getOps<ir::GradientOp>().empty() ||
        !getOperation().getBlock().getOps<ir::ArrayOp>().empty())
      return; // derivatives are expanded first
    Rebuild(getOperation(), false).run();
  }
};

struct StoreReductionsPass : impl::StoreReductionsBase<StoreReductionsPass> {
  void runOnOperation() override {
    Rebuild(getOperation(), true).run();
    orderAndUnify(getOperation()); // operands that new names have put in another order
  }
};

} // namespace
} // namespace mercer::transforms
