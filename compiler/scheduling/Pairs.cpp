#include "compiler/scheduling/Pairs.h"

#include "compiler/scheduling/Dependences.h"
#include "compiler/scheduling/Operations.h"
#include "compiler/transforms/Bounds.h"
#include "compiler/transforms/Exchange.h"
#include "compiler/transforms/Formula.h"
#include "compiler/transforms/Simplify.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

constexpr llvm::StringLiteral groupAttribute = "mercer.pairs", columnsAttribute = "mercer.columns";

/// The outermost ones that a value contains.
SmallVector<ir::ReduceOp> reductionsIn(Value root) {
  SmallVector<ir::ReduceOp> reductions;
  SmallVector<Value> stack{root};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || !seen.insert(value).second)
      continue;
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      reductions.push_back(reduce);
    else
      llvm::append_range(stack, ir::scalarOperands(op));
  }
  return reductions;
}

/// The calls of functions of many instructions in a value, as functions of both of some indices; none where data with both
/// are read: in the nest of pairs these would be elements that lie apart.
SmallVector<Value> callsIn(Value root, Value first, Value second, ir::FreeIndices &free) {
  constexpr int64_t many = 10; // more than a value in a tile takes to be stored and read
  SmallVector<Value> calls, stack{root};
  DenseSet<Value> seen;
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || !free.depends(value, first) || !free.depends(value, second) || !seen.insert(value).second)
      continue;
    auto apply = dyn_cast<ir::ApplyOp>(op);
    if (!apply)
      return {};
    if (operationsOf(apply.getFunction().getValue()) >= many)
      calls.push_back(value);
    llvm::append_range(stack, ir::scalarOperands(op));
  }
  return calls;
}

SmallVector<Value> workIn(const PairReduction &pair, ir::FreeIndices &free) {
  SmallVector<Value> work = llvm::map_to_vector(reductionsIn(pair.pair), [](ir::ReduceOp reduce) -> Value { return reduce.getResult(); });
  return work.empty() ? callsIn(pair.pair, pair.row, pair.over, free) : work;
}

Value extentOf(Value index) { return index.getDefiningOp<ir::IndexOp>().getExtent(); }

class Grouping {
public:
  Grouping(ir::ProgramOp program, Choices &choices) : program_(program), choices_(choices) {}

  void run() {
    SmallVector<Member> open = candidates();
    int64_t groups = 0;
    while (!open.empty()) {
      SmallVector<Member> group{open.front()}, others;
      for (const Member &candidate : ArrayRef(open).drop_front()) {
        std::optional<bool> exchange = joins(candidate, group);
        if (exchange) {
          group.push_back(candidate);
          group.back().exchange = *exchange;
        } else {
          others.push_back(candidate);
        }
      }
      bool both = llvm::any_of(group, [&](const Member &member) { return member.rowIn() != group[0].pair.row; });
      if (both && choices_.decide("pairs", true, false)) {
        store(group, groups++);
        open = std::move(others);
      } else {
        open.erase(open.begin());
      }
    }
    if (groups > 0)
      transforms::orderAndUnify(program_);
  }

private:
  struct Member {
    PairReduction pair;
    ir::ArrayOp array = {}; ///< of scalars
    bool exchange = false;  ///< is it to be written with both indices exchanged?
    Value rowIn() const { return exchange ? pair.over : pair.row; }
  };

  SmallVector<Member> candidates() {
    SmallVector<Member> found;
    for (Operation &op : program_.getBlock()) {
      if (auto sum = dyn_cast<ir::ReduceOp>(op)) {
        bool kept = llvm::any_of(sum->getUsers(), [](Operation *user) { return isa<ir::ArrayOp>(user); });
        if (std::optional<PairReduction> pair = kept ? std::nullopt : candidate(sum); pair && pair->along)
          found.push_back({*pair});
      } else if (auto array = dyn_cast<ir::ArrayOp>(op)) {
        auto reduce = array.getValue().getDefiningOp<ir::ReduceOp>();
        if (!reduce || !reduce->hasOneUse() || isScattered(array))
          continue;
        if (std::optional<PairReduction> pair = candidate(reduce); pair && !pair->along)
          found.push_back({*pair, array});
      }
    }
    return found;
  }

  std::optional<PairReduction> candidate(ir::ReduceOp reduce) {
    constexpr double shortest = 512; // fewer rows or columns are no work for tables
    constexpr double vector = 16;    // shorter sums of vectors leave vectors empty
    std::optional<PairReduction> found = pairReductionOf(reduce, free_);
    if (!found)
      return std::nullopt;
    // Blocks of rows keep what they read and sum up.
    bool bounded = (!found->along || ir::upperBound(extentOf(found->along))) &&
                   llvm::all_of(found->reductions, [](ir::ReduceOp inner) {
                     return ir::upperBound(extentOf(inner.getOver()[0])).has_value();
                   });
    bool isLong = bounded && (!found->along || ir::guessedLength(found->along) >= vector) && ir::guessedLength(found->row) >= shortest && ir::guessedLength(found->over) >= shortest;
    return isLong ? found : std::nullopt;
  }

  /// Can a reduction be computed in the nest of a group, for what it shares with the first one? If so, is it that of the exchanged indices?
  std::optional<bool> joins(const Member &candidate, ArrayRef<Member> group) {
    const PairReduction &first = group[0].pair, &other = candidate.pair;
    bool crossed = first.row == other.over && first.over == other.row;
    bool alike = first.row == other.row && first.over == other.over;
    bool shared = llvm::any_of(first.work, [&](Value work) { return llvm::is_contained(other.work, work); });
    bool exchanged = alike && !shared && extentOf(first.row) == extentOf(first.over) && sharesExchanged(first, other);
    if (!((crossed || alike) && shared) && !exchanged)
      return std::nullopt;
    for (const Member &member : group)
      if (needs(member.pair.reduce, other.reduce) || needs(other.reduce, member.pair.reduce))
        return std::nullopt;
    return exchanged;
  }

  bool sharesExchanged(const PairReduction &first, const PairReduction &other) {
    transforms::Exchange exchange(free_, first.row, first.over, transforms::Exchange::Sameness::unified);
    return llvm::any_of(first.work, [&](Value work) {
      return llvm::any_of(other.work, [&](Value same) { return exchange.same(same, work); });
    });
  }

  /// Also by way of arrays that are computed together.
  bool needs(ir::ReduceOp reduce, ir::ReduceOp other) {
    SmallVector<Operation *> stack{reduce};
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (!op || !seen.insert(op).second)
        continue;
      if (op == other)
        return true;
      if (auto group = together_.find(op); group != together_.end())
        llvm::append_range(stack, groups_[group->second]);
      for (Value operand : op->getOperands())
        stack.push_back(operand.getDefiningOp());
    }
    return false;
  }

  /// Rows are the longer index: tables are as large as what is computed of columns.
  void store(ArrayRef<Member> group, int64_t number) {
    Value rows = group[0].pair.row, columns = group[0].pair.over;
    if (ir::guessedLength(rows) < ir::guessedLength(columns))
      std::swap(rows, columns);
    groups_.emplace_back();
    for (const Member &member : group) {
      ir::ArrayOp array = stored(member);
      array->setAttr(groupAttribute, IntegerAttr::get(IntegerType::get(array.getContext(), 64), number));
      if (member.rowIn() != rows)
        array->setAttr(columnsAttribute, UnitAttr::get(array.getContext()));
      groups_.back().push_back(array);
      together_[array] = groups_.size() - 1;
    }
  }

  /// The array of a reduction, from which it is read.
  ir::ArrayOp stored(const Member &member) {
    const PairReduction &pair = member.pair;
    ir::ReduceOp old = pair.reduce;
    if (!member.exchange && member.array)
      return member.array;
    Value made = old.getResult();
    if (member.exchange) {
      OpBuilder builder(old);
      ir::Substitution exchanged(builder, free_, {{pair.row, pair.over}, {pair.over, pair.row}});
      Value term = exchanged(old.getValue());
      Value predicate = old.getPredicate() ? exchanged(old.getPredicate()) : Value();
      made = ir::ReduceOp::create(builder, old.getLoc(), old.getType(), old.getKindAttr(), ValueRange{pair.row}, term, predicate);
    }
    SmallVector<Value> indices{member.rowIn()}, subscripts{pair.row};
    if (pair.along)
      indices.push_back(pair.along), subscripts.push_back(pair.along);
    OpBuilder builder(old->getBlock(), std::next(Block::iterator(old)));
    auto type = ir::ArrayType::get(old.getContext(), static_cast<unsigned>(indices.size()), old.getType());
    auto array = ir::ArrayOp::create(builder, old.getLoc(), type, "stored", indices, made);
    if (ir::ArrayOp before = member.array) {
      before.getResult().replaceAllUsesWith(array.getResult());
      before.erase();
      return array;
    }
    Value read = ir::ReadOp::create(builder, old.getLoc(), old.getType(), array, subscripts, Value());
    old.getResult().replaceUsesWithIf(read, [&](OpOperand &use) { return use.getOwner() != array; });
    return array;
  }

  ir::ProgramOp program_;
  Choices &choices_;
  ir::FreeIndices free_;
  SmallVector<SmallVector<Operation *>> groups_; // arrays
  DenseMap<Operation *, size_t> together_;       // the group of an array
};

/// Of a sum of vectors: which factor is the pairwise one, and what its indices are.
std::optional<PairReduction> vectorSumOf(ir::ReduceOp sum, ir::FreeIndices &free) {
  const ir::IndexSet indices = free.of(sum.getResult());
  if (sum.getKind().getValue() != dsl::Reduction::sum || sum.getPredicate() || !transforms::is(sum.getValue(), dsl::Function::mul))
    return std::nullopt;
  OperandRange factors = sum.getValue().getDefiningOp()->getOperands();
  for (bool second : {false, true})
    for (bool last : {false, true}) {
      PairReduction made{sum, indices[last], sum.getOver()[0], factors[second], indices[!last]};
      bool weighs = free.depends(made.pair, made.row) && free.depends(made.pair, made.over) && !free.depends(made.pair, made.along);
      if (weighs && reductionsIn(factors[!second]).empty() && !workIn(made, free).empty())
        return made;
    }
  return std::nullopt;
}

/// Of scalars: what chunks and blocks may combine, over all pairs.
std::optional<PairReduction> scalarReductionOf(ir::ReduceOp reduce, ir::FreeIndices &free) {
  using dsl::Reduction;
  Value over = reduce.getOver()[0], predicate = reduce.getPredicate();
  bool combines = llvm::is_contained({Reduction::sum, Reduction::logsumexp, Reduction::min, Reduction::max}, reduce.getKind().getValue());
  if (!combines || (predicate && !reductionsIn(predicate).empty()))
    return std::nullopt;
  OpBuilder builder(reduce);
  transforms::Bounds bounds = transforms::splitBounds(builder, free, predicate, over);
  if (bounds.lower || bounds.upper)
    return std::nullopt;
  return PairReduction{reduce, free.of(reduce.getResult())[0], over, reduce.getValue()};
}

} // namespace

std::optional<PairReduction> pairReductionOf(ir::ReduceOp reduce, ir::FreeIndices &free) {
  const size_t indices = free.of(reduce.getResult()).size();
  if (!isa<FloatType>(reduce.getType()) || reduce.getOver().size() != 1 || indices < 1 || indices > 2)
    return std::nullopt;
  std::optional<PairReduction> made = indices == 1 ? scalarReductionOf(reduce, free) : vectorSumOf(reduce, free);
  if (!made)
    return std::nullopt;
  made->reductions = reductionsIn(made->pair);
  auto pairwise = [&](Value value) {
    return free.of(value).size() == 2 && free.depends(value, made->over) && free.depends(value, made->row);
  };
  bool simple = llvm::all_of(made->reductions, [&](ir::ReduceOp inner) {
    return pairwise(inner.getResult()) && reductionsIn(inner.getValue()).empty();
  });
  if (!pairwise(made->pair) || !simple)
    return std::nullopt;
  made->work = workIn(*made, free);
  return made->work.empty() ? std::nullopt : made;
}

void groupPairs(ir::ProgramOp program, Choices &choices) { Grouping(program, choices).run(); }

SmallVector<PairGroup> pairGroupsOf(ir::ProgramOp program) {
  llvm::MapVector<int64_t, PairGroup> all;
  for (auto array : program.getBlock().getOps<ir::ArrayOp>()) {
    auto number = array->getAttrOfType<IntegerAttr>(groupAttribute);
    if (!number)
      continue;
    PairGroup &pairs = all[number.getInt()];
    pairs.arrays.push_back(array);
    if (pairs.block)
      continue;
    pairs.rows = array.getIndices()[0];
    pairs.columns = array.getValue().getDefiningOp<ir::ReduceOp>().getOver()[0];
    if (array->hasAttr(columnsAttribute))
      std::swap(pairs.rows, pairs.columns);
    auto source = pairs.rows.getDefiningOp<ir::IndexOp>();
    OpBuilder builder(source);
    pairs.block = ir::IndexOp::create(builder, array.getLoc(), (source.getName() + " block").str(), source.getExtent());
  }
  return llvm::map_to_vector(all, [](auto &entry) { return std::move(entry.second); });
}

} // namespace mercer::scheduling
