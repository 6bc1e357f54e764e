#include "compiler/scheduling/Pairs.h"

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

class Pairing {
public:
  explicit Pairing(ir::ProgramOp program) : program_(program) {}

  void run() {
    SmallVector<PairSum> products;
    for (auto sum : program_.getBlock().getOps<ir::ReduceOp>())
      if (std::optional<PairSum> product = candidate(sum))
        products.push_back(*product);
    int64_t groups = 0;
    DenseSet<Operation *> grouped;
    for (auto [n, first] : llvm::enumerate(MutableArrayRef<PairSum>(products))) {
      bool found = false;
      for (PairSum &second : MutableArrayRef<PairSum>(products).drop_front(n + 1)) {
        if (grouped.contains(first.sum) || grouped.contains(second.sum) || !belong(first, second))
          continue;
        group(first, second, groups);
        grouped.insert(second.sum);
        found = true;
        break;
      }
      if (found) {
        grouped.insert(first.sum);
        ++groups;
      }
    }
    if (groups > 0)
      transforms::orderAndUnify(program_);
  }

private:
  std::optional<PairSum> candidate(ir::ReduceOp sum) {
    constexpr double shortest = 512; // fewer rows or columns are no work for tables
    if (llvm::any_of(sum->getUsers(), [](Operation *user) { return isa<ir::ArrayOp>(user); }))
      return std::nullopt;
    std::optional<PairSum> found = pairSumOf(sum, free_);
    if (!found)
      return std::nullopt;
    // Blocks of rows keep what they read and sum up.
    bool bounded = ir::upperBound(extentOf(found->along)) && llvm::all_of(found->reductions, [](ir::ReduceOp inner) {
      return ir::upperBound(extentOf(inner.getOver()[0])).has_value();
    });
    bool isLong = bounded && ir::guessedLength(found->row) >= shortest && ir::guessedLength(found->over) >= shortest;
    return isLong ? found : std::nullopt;
  }

  /// Can the second one be a sum of columns in the nest of the first one, and is there something to be shared?
  bool belong(const PairSum &first, const PairSum &second) {
    bool crossed = first.row == second.over && first.over == second.row;
    bool alike = first.row == second.row && first.over == second.over && extentOf(first.row) == extentOf(first.over);
    if (!crossed && !alike)
      return false;
    transforms::Exchange exchange(free_, first.row, first.over, transforms::Exchange::Sameness::unified);
    bool shared = llvm::any_of(first.reductions, [&](ir::ReduceOp reduction) {
      bool already = alike && llvm::is_contained(second.reductions, reduction);
      return !already && llvm::any_of(second.reductions, [&](ir::ReduceOp other) {
        return alike ? exchange.same(other.getResult(), reduction.getResult()) : other == reduction;
      });
    });
    return shared && !needs(first.sum, second.sum) && !needs(second.sum, first.sum);
  }

  static Value extentOf(Value index) { return index.getDefiningOp<ir::IndexOp>().getExtent(); }

  /// Also by way of arrays that are computed together.
  bool needs(ir::ReduceOp sum, ir::ReduceOp other) {
    SmallVector<Operation *> stack{sum};
    DenseSet<Operation *> seen;
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (!op || !seen.insert(op).second)
        continue;
      if (op == other)
        return true;
      stack.push_back(partners_.lookup(op));
      for (Value operand : op->getOperands())
        stack.push_back(operand.getDefiningOp());
    }
    return false;
  }

  /// Rows are the longer index: tables are as large as the sums of columns.
  void group(PairSum &first, PairSum &second, int64_t number) {
    bool crossed = first.row != second.row;
    PairSum *rows = &first, *columns = &second;
    if (crossed && ir::guessedLength(first.row) < ir::guessedLength(second.row))
      std::swap(rows, columns);
    Operation *ofRows = store(rows->sum, {rows->row, rows->along}, rows->sum.getResult(), {rows->row, rows->along}, number);
    OpBuilder builder(columns->sum);
    Value sum = columns->sum.getResult();
    if (!crossed) {
      Value term = ir::substitute(builder, free_, columns->sum.getValue(),
                                  {{columns->row, columns->over}, {columns->over, columns->row}});
      sum = ir::ReduceOp::create(builder, sum.getLoc(), sum.getType(), columns->sum.getKindAttr(),
                                 ValueRange{columns->row}, term, Value());
    }
    Operation *ofColumns = store(columns->sum, {rows->over, columns->along}, sum, {columns->row, columns->along}, number);
    ofColumns->setAttr(columnsAttribute, builder.getUnitAttr());
    partners_[ofRows] = ofColumns;
    partners_[ofColumns] = ofRows;
  }

  /// An array of a sum, which is read in its place.
  Operation *store(ir::ReduceOp old, ArrayRef<Value> indices, Value sum, ArrayRef<Value> subscripts, int64_t number) {
    OpBuilder builder(old->getBlock(), std::next(Block::iterator(old)));
    auto type = ir::ArrayType::get(old.getContext(), 2, old.getType());
    auto array = ir::ArrayOp::create(builder, old.getLoc(), type, "stored", indices, sum);
    array->setAttr(groupAttribute, builder.getI64IntegerAttr(number));
    Value read = ir::ReadOp::create(builder, old.getLoc(), old.getType(), array, subscripts, Value());
    old.getResult().replaceUsesWithIf(read, [&](OpOperand &use) { return use.getOwner() != array; });
    return array;
  }

  ir::ProgramOp program_;
  ir::FreeIndices free_;
  DenseMap<Operation *, Operation *> partners_;
};

} // namespace

std::optional<PairSum> pairSumOf(ir::ReduceOp sum, ir::FreeIndices &free) {
  const ir::IndexSet indices = free.of(sum.getResult());
  if (sum.getKind().getValue() != dsl::Reduction::sum || !isa<FloatType>(sum.getType()) || sum.getPredicate() ||
      !transforms::is(sum.getValue(), dsl::Function::mul) || indices.size() != 2)
    return std::nullopt;
  OperandRange factors = sum.getValue().getDefiningOp()->getOperands();
  bool second = reductionsIn(factors[0]).empty();
  PairSum made{sum, indices[0], sum.getOver()[0], indices[1], factors[second], reductionsIn(factors[second])};
  if (!free.depends(made.weight, made.row))
    std::swap(made.row, made.along);
  auto pairwise = [&](Value value) {
    return free.of(value).size() == 2 && free.depends(value, made.over) && free.depends(value, made.row);
  };
  bool simple = llvm::all_of(made.reductions, [&](ir::ReduceOp inner) {
    return pairwise(inner.getResult()) && reductionsIn(inner.getValue()).empty();
  });
  bool fits = !made.reductions.empty() && pairwise(made.weight) && simple && reductionsIn(factors[!second]).empty();
  return fits ? std::optional(made) : std::nullopt;
}

void storePairSums(ir::ProgramOp program) { Pairing(program).run(); }

SmallVector<PairSums> pairSumsOf(ir::ProgramOp program) {
  llvm::MapVector<int64_t, PairSums> all;
  for (auto array : program.getBlock().getOps<ir::ArrayOp>()) {
    auto number = array->getAttrOfType<IntegerAttr>(groupAttribute);
    if (!number)
      continue;
    PairSums &pairs = all[number.getInt()];
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
