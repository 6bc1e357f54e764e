#include "compiler/scheduling/Distances.h"

#include "mlir/IR/IRMapping.h"

#include <map>

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

  /// Does a read of a tile give the same for all of the iterations of the loop around?
  static bool isLeftAlone(ir::ReadOp read, ir::LoopOp around, ir::LoopOp loop) {
    auto outside = [&](Value value) { return !around.getBody().isAncestor(value.getParentRegion()); };
    bool written = llvm::any_of(read.getArray().getUsers(), [&](Operation *user) {
      return isa<ir::StoreOp, ir::AccumulateOp>(user) && around->isAncestor(user);
    });
    return !written && outside(read.getArray()) && read.getSubscripts().back() == loop.getIndex() &&
           read.getArray().getDefiningOp<ir::TileOp>() && read.getSubscripts().size() == 1;
  }

  Value apply(Function function, ValueRange operands) { return ir::apply(builder_, operands[0].getLoc(), function, operands); }

  Value read(Value array, ValueRange subscripts) {
    return ir::ReadOp::create(builder_, array.getLoc(), cast<ir::ArrayType>(array.getType()).getElement(), array, subscripts, Value());
  }

  /// What a read gives with other indices.
  Value at(ir::ReadOp read, ArrayRef<std::pair<Value, Value>> places) {
    IRMapping map;
    for (auto [index, place] : places)
      map.map(index, place);
    return builder_.clone(*read, map)->getResult(0);
  }

  /// A loop from 0 that adds up what `term` makes of its index. `like`: a loop over differences.
  Value sum(ir::LoopOp like, Value upper, uint64_t lanes, llvm::function_ref<Value(Value)> term) {
    OpBuilder::InsertionGuard saved(builder_);
    Location loc = like.getLoc();
    auto loop = ir::LoopOp::create(builder_, loc, like.getResultTypes(), like.getNameAttr(), like.getKindsAttr(), like.getLower(), upper,
                                   static_cast<int64_t>(lanes), 1, 1, false);
    Block &body = loop.getBody().emplaceBlock();
    Value index = body.addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&body);
    Value value = term(index);
    ir::YieldOp::create(builder_, loc, ValueRange{value, like.getYield()->getOperand(1)});
    return loop.getResult(0);
  }

  /// Stores the coordinates less those of `centre` in order, and gives the squared norm.
  Value centre(Distance distance, ir::ReadOp raw, ArrayRef<std::pair<Value, Value>> places, uint64_t lanes, Value memory, Value row) {
    return sum(distance.loop, distance.loop.getUpper(), lanes, [&](Value index) {
      SmallVector<std::pair<Value, Value>> all(places);
      all.push_back({distance.loop.getIndex(), index});
      Value moved = apply(Function::sub, {at(raw, all), read(rowsOf(distance).centre, index)});
      SmallVector<Value> subscripts{index};
      if (row)
        subscripts.insert(subscripts.begin(), row);
      ir::StoreOp::create(builder_, raw.getLoc(), moved, memory, subscripts);
      return apply(Function::square, moved);
    });
  }

  /// Of the rows that a loop around goes over: about their mean, they less that, and the squared norms.
  struct Rows {
    Value centre, centred, norms;
  };

  Rows &rowsOf(Distance distance) { return rows_[{distance.other.getArray().getAsOpaquePointer(), distance.row, distance.loop.getUpper().getAsOpaquePointer()}]; }

  std::pair<ir::NestOp, Value> nest(Location loc, StringRef name, Value extent, uint64_t lanes) {
    constexpr uint64_t chunk = 64;
    auto made = ir::NestOp::create(builder_, loc, name, extent, chunk, lanes, StringAttr(), 1);
    Value index = made.getBody().emplaceBlock().addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&made.getBlock());
    return {made, index};
  }

  void prepareRows(Distance distance) {
    Rows &made = rowsOf(distance);
    if (made.centre)
      return;
    OpBuilder::InsertionGuard saved(builder_);
    auto before = distance.loop->getParentOfType<ir::NestOp>();
    builder_.setInsertionPoint(before);
    Location loc = distance.other.getLoc();
    Value array = distance.other.getArray(), terms = distance.loop.getUpper();
    Type type = distance.loop.getResult(0).getType();
    auto allocated = array.getDefiningOp<ir::AllocateOp>();
    Value rows = allocated ? Value(allocated.getSizes()[distance.row]) : ir::size(builder_, loc, array, distance.row);
    auto allocate = [&](StringRef name, ValueRange sizes) -> Value {
      auto arrayType = ir::ArrayType::get(plan_.getContext(), static_cast<unsigned>(sizes.size()), type);
      return ir::AllocateOp::create(builder_, loc, arrayType, name, sizes);
    };
    made = {allocate("centre", terms), allocate("centred", {rows, terms}), allocate("norms", rows)};
    // The mean of some rows does: the others are hardly further away.
    constexpr int64_t sample = 256;
    Value some = apply(Function::minimum, {rows, ir::integer(builder_, loc, sample)});
    Value count = ir::ApplyOp::create(builder_, loc, type, ir::FunctionAttr::get(plan_.getContext(), Function::to_real), some);
    Value share = apply(Function::reciprocal, count);
    const uint64_t lanes = ir::activeLanes(distance.loop), inOrder = distance.row == 0 ? lanes : 0; // of a row's coordinates, or of rows
    auto [means, coordinate] = nest(loc, "centre", terms, inOrder);
    Value total = sum(distance.loop, some, lanes - inOrder, [&, index = coordinate](Value row) {
      return at(distance.other, {{distance.around.getIndex(), row}, {distance.loop.getIndex(), index}});
    });
    ir::StoreOp::create(builder_, loc, apply(Function::mul, {total, share}), made.centre, coordinate);
    builder_.setInsertionPoint(before);
    auto [norms, row] = nest(loc, "norms", rows, lanes - inOrder);
    Value norm = centre(distance, distance.other, {{distance.around.getIndex(), row}}, inOrder, made.centred, row);
    ir::StoreOp::create(builder_, loc, norm, made.norms, row);
  }

  /// What all iterations of the loop around share, before it: less the rows' centre, and the squared norm.
  std::pair<Value, Value> prepareOwn(Distance distance) {
    auto &[memory, norm] = own_[{distance.around, distance.own.getArray()}];
    if (memory)
      return {memory, norm};
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(distance.around);
    auto type = ir::ArrayType::get(plan_.getContext(), 1, distance.loop.getResult(0).getType());
    memory = ir::TileOp::create(builder_, distance.own.getLoc(), type, "centred", ValueRange{distance.loop.getUpper()});
    norm = centre(distance, distance.own, {}, 0, memory, Value());
    return {memory, norm};
  }

  void expand(Distance distance) {
    ir::LoopOp loop = distance.loop;
    auto type = cast<FloatType>(loop.getResult(0).getType());
    prepareRows(distance);
    const Rows &rows = rowsOf(distance);
    auto [own, ownNorm] = prepareOwn(distance);
    builder_.setInsertionPoint(loop->getParentOfType<ir::NestOp>());
    Value two = ir::real(builder_, loop.getLoc(), type, 2), least = ir::real(builder_, loop.getLoc(), type, leastPart);
    builder_.setInsertionPoint(loop);
    Value row = distance.around.getIndex();
    Value product = sum(loop, loop.getUpper(), 0, [&, tile = own](Value index) {
      return apply(Function::mul, {read(rows.centred, {row, index}), read(tile, index)});
    });
    Value both = apply(Function::add, {ownNorm, read(rows.norms, row)});
    Value squared = apply(Function::sub, {both, apply(Function::mul, {two, product})});
    // False where anything is NaN or infinite, too.
    Value good = apply(Function::gt, {squared, apply(Function::mul, {both, least})});
    loop.getUpperMutable().assign(apply(Function::select, {apply(Function::logical_not, good), loop.getUpper(), loop.getLower()}));
    builder_.setInsertionPointAfter(loop);
    Value result = apply(Function::select, {good, squared, loop.getResult(0)});
    loop.getResult(0).replaceAllUsesExcept(result, result.getDefiningOp());
  }

  ir::PlanOp plan_;
  Choices &choices_;
  OpBuilder builder_;
  std::map<std::tuple<void *, unsigned, void *>, Rows> rows_;                 // by array, dimension of rows and length
  DenseMap<std::pair<Operation *, Value>, std::pair<Value, Value>> own_; // by loop around and array
};

} // namespace

void expandDistances(ir::PlanOp plan, Choices &choices) { Expansion(plan, choices).run(); }

} // namespace mercer::scheduling
