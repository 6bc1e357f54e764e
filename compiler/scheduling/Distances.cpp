#include "compiler/scheduling/Distances.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace mercer::scheduling {
namespace {

using dsl::Function;

/// Pairs are taken as they are where the squared distance is more than this part of the sum of the squared norms: products then lose three bits
/// to cancellation, less than what the bound of a sum of 16 differences allows (README).
constexpr double leastPart = 0.125;
/// Terms below which the norms and the check are not little beside what they save.
constexpr int64_t fewestTerms = 16;

class Expansion {
public:
  Expansion(ir::PlanOp plan, Choices &choices) : plan_(plan), choices_(choices), builder_(plan) {}

  void run() {
    SmallVector<ir::LoopOp> loops;
    plan_.walk([&](ir::LoopOp loop) { loops.push_back(loop); });
    for (ir::LoopOp loop : loops)
      if (std::optional<Distance> distance = distanceOf(loop); distance && choices_.decide("distance", isLong(loop), false))
        expand(*distance);
  }

private:
  /// A loop that adds up squares of differences of `own`, which the loop around leaves alone, and `other`, a row that its index picks.
  struct Distance {
    ir::LoopOp around, loop;
    ir::ReadOp own, other;
    unsigned row; ///< the dimension of `other` that the loop around goes over
  };

  static bool isLong(ir::LoopOp loop) {
    std::optional<int64_t> most = ir::upperBound(loop.getUpper());
    return !most || *most >= fewestTerms;
  }

  /// Is it outside of every nest?
  static bool isOfPlan(Value value) { return isa<ir::PlanOp>(value.getParentBlock()->getParentOp()); }

  /// The operands of the difference whose square is all that a loop does.
  static std::optional<std::pair<ir::ReadOp, ir::ReadOp>> factorsOf(ir::LoopOp loop) {
    auto kinds = loop.getKinds().getAsRange<ir::ReductionAttr>();
    if (loop.getNumResults() != 1 || (*kinds.begin()).getValue() != dsl::Reduction::sum || loop.getLanes() || loop.getPairs() ||
        ir::booleanConstant(loop.getYield()->getOperand(1)) != std::optional(true))
      return std::nullopt;
    auto square = loop.getYield()->getOperand(0).getDefiningOp<ir::ApplyOp>();
    auto difference = square && square.getFunction().getValue() == Function::square ? square.getOperands()[0].getDefiningOp<ir::ApplyOp>()
                                                                                   : ir::ApplyOp();
    if (!difference || difference.getFunction().getValue() != Function::sub || !isa<FloatType>(difference.getType()))
      return std::nullopt;
    auto x = difference.getOperands()[0].getDefiningOp<ir::ReadOp>(), y = difference.getOperands()[1].getDefiningOp<ir::ReadOp>();
    constexpr size_t operations = 5; // with the terminator
    if (!x || !y || x == y || x.getGuard() || y.getGuard() || loop.getBlock().getOperations().size() != operations)
      return std::nullopt;
    return std::pair(x, y);
  }

  std::optional<Distance> distanceOf(ir::LoopOp loop) {
    auto around = dyn_cast<ir::LoopOp>(loop->getParentOp());
    std::optional<std::pair<ir::ReadOp, ir::ReadOp>> factors = factorsOf(loop);
    if (!around || around.getLanes() || !factors || ir::activeLanes(loop) == 1 ||
        ir::integerConstant(loop.getLower()) != std::optional<int64_t>(0) || !isOfPlan(loop.getUpper()))
      return std::nullopt;
    for (auto [own, other] : {*factors, std::pair(factors->second, factors->first)})
      if (std::optional<unsigned> row = rowDimension(other, around, loop); row && isLeftAlone(own, around, loop))
        return Distance{around, loop, own, other, *row};
    return std::nullopt;
  }

  /// Which dimension does the loop around go over, of an array that is there before the nest?
  std::optional<unsigned> rowDimension(ir::ReadOp read, ir::LoopOp around, ir::LoopOp loop) {
    OperandRange subscripts = read.getSubscripts();
    auto argument = dyn_cast<BlockArgument>(read.getArray());
    auto memory = read.getArray().getDefiningOp<ir::AllocateOp>();
    auto nest = loop->getParentOfType<ir::NestOp>();
    bool isThere = argument ? argument.getArgNumber() < plan_.getInputs()
                            : memory && llvm::none_of(memory->getUsers(), [&](Operation *user) {
                                return isa<ir::StoreOp, ir::AccumulateOp>(user) && !user->getParentOfType<ir::NestOp>()->isBeforeInBlock(nest);
                              });
    if (!isThere || subscripts.size() != 2)
      return std::nullopt;
    for (unsigned row : {0, 1})
      if (subscripts[row] == around.getIndex() && subscripts[1 - row] == loop.getIndex())
        return row;
    return std::nullopt;
  }

  /// Does a read give the same for all of the iterations of the loop around?
  static bool isLeftAlone(ir::ReadOp read, ir::LoopOp around, ir::LoopOp loop) {
    auto outside = [&](Value value) { return !around.getBody().isAncestor(value.getParentRegion()); };
    bool written = llvm::any_of(read.getArray().getUsers(), [&](Operation *user) {
      return isa<ir::StoreOp, ir::AccumulateOp>(user) && around->isAncestor(user);
    });
    return !written && outside(read.getArray()) && llvm::is_contained(read.getSubscripts(), loop.getIndex()) &&
           llvm::all_of(read.getSubscripts(), [&](Value subscript) { return subscript == loop.getIndex() || outside(subscript); });
  }

  /// A loop like that over differences, which adds up what `term` makes of its index.
  Value sum(ir::LoopOp differences, uint64_t lanes, llvm::function_ref<Value(Value)> term) {
    OpBuilder::InsertionGuard saved(builder_);
    Location loc = differences.getLoc();
    auto loop = ir::LoopOp::create(builder_, loc, differences.getResultTypes(), differences.getNameAttr(), differences.getKindsAttr(),
                                   differences.getLower(), differences.getUpper(), static_cast<int64_t>(lanes), 1, 1, false);
    Block &body = loop.getBody().emplaceBlock();
    Value index = body.addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&body);
    Value value = term(index);
    ir::YieldOp::create(builder_, loc, ValueRange{value, differences.getYield()->getOperand(1)});
    return loop.getResult(0);
  }

  Value at(ir::ReadOp read, ArrayRef<std::pair<Value, Value>> places) {
    IRMapping map;
    for (auto [index, place] : places)
      map.map(index, place);
    return builder_.clone(*read, map)->getResult(0);
  }

  Value square(Value value) { return ir::apply(builder_, value.getLoc(), Function::square, value); }

  /// The squared norms of the rows that the loop around goes over.
  Value normsOf(Distance distance) {
    Value array = distance.other.getArray(), length = distance.loop.getUpper();
    Value &memory = norms_[{array, distance.row, length}];
    auto nest = distance.loop->getParentOfType<ir::NestOp>();
    if (memory)
      return memory;
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(nest);
    Location loc = distance.other.getLoc();
    Type type = distance.loop.getResult(0).getType();
    constexpr uint64_t chunk = 64;
    uint64_t lanes = ir::activeLanes(distance.loop);
    auto allocated = array.getDefiningOp<ir::AllocateOp>();
    Value rows = allocated ? Value(allocated.getSizes()[distance.row]) : ir::size(builder_, loc, array, distance.row);
    memory = ir::AllocateOp::create(builder_, loc, ir::ArrayType::get(plan_.getContext(), 1, type), "norms", rows);
    // Lanes are of the dimension that lies in order.
    auto made = ir::NestOp::create(builder_, loc, "norms", rows, chunk, distance.row == 1 ? lanes : 0, StringAttr(), 1);
    Block &body = made.getBody().emplaceBlock();
    Value row = body.addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&body);
    Value norm = sum(distance.loop, distance.row == 1 ? 0 : lanes, [&](Value index) {
      return square(at(distance.other, {{distance.around.getIndex(), row}, {distance.loop.getIndex(), index}}));
    });
    ir::StoreOp::create(builder_, loc, norm, memory, row);
    return memory;
  }

  /// The squared norm of what all iterations of the loop around share, before it.
  Value ownNorm(Distance distance) {
    Value &norm = ownNorms_[{distance.around, distance.own.getArray()}];
    if (norm)
      return norm;
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(distance.around);
    return norm = sum(distance.loop, 0, [&](Value index) { return square(at(distance.own, {{distance.loop.getIndex(), index}})); });
  }

  void expand(Distance distance) {
    ir::LoopOp loop = distance.loop;
    Location loc = loop.getLoc();
    auto type = cast<FloatType>(loop.getResult(0).getType());
    auto apply = [&](Function function, ValueRange operands) { return ir::apply(builder_, loc, function, operands); };
    Value norms = normsOf(distance), own = ownNorm(distance);
    builder_.setInsertionPoint(loop->getParentOfType<ir::NestOp>());
    Value two = ir::real(builder_, loc, type, 2), least = ir::real(builder_, loc, type, leastPart);
    builder_.setInsertionPoint(loop);
    Value product = sum(loop, 0, [&](Value index) {
      return apply(Function::mul, {at(distance.other, {{loop.getIndex(), index}}), at(distance.own, {{loop.getIndex(), index}})});
    });
    Value other = ir::ReadOp::create(builder_, loc, type, norms, distance.around.getIndex(), Value());
    Value both = apply(Function::add, {own, other});
    Value squared = apply(Function::sub, {both, apply(Function::mul, {two, product})});
    // False where anything is NaN or infinite, too.
    Value good = apply(Function::gt, {squared, apply(Function::mul, {both, least})});
    Value upper = apply(Function::select, {apply(Function::logical_not, good), loop.getUpper(), loop.getLower()});
    loop.getUpperMutable().assign(upper);
    builder_.setInsertionPointAfter(loop);
    auto result = ir::apply(builder_, loc, Function::select, {good, squared, loop.getResult(0)});
    loop.getResult(0).replaceAllUsesExcept(result, result.getDefiningOp());
  }

  ir::PlanOp plan_;
  Choices &choices_;
  OpBuilder builder_;
  DenseMap<std::tuple<Value, unsigned, Value>, Value> norms_; // by array, dimension of rows and length
  DenseMap<std::pair<Operation *, Value>, Value> ownNorms_;   // by loop around and array
};

} // namespace

void expandDistances(ir::PlanOp plan, Choices &choices) { Expansion(plan, choices).run(); }

} // namespace mercer::scheduling
