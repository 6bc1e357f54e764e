#include "compiler/scheduling/Distances.h"

#include "mlir/IR/IRMapping.h"

#include <cmath>
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
      if (std::optional<Distance> distance = distanceOf(loop); distance && choices_.decide("distance", isLong(*distance), false))
        expand(*distance);
  }

private:
  /// A loop that adds up squares of differences of `own`, which the loop around leaves alone, and `other`, of a row that its index picks; each
  /// difference as it is, or times or over what depends on the position alone.
  struct Distance {
    ir::LoopOp around, loop;
    Value own, other;
    ir::ApplyOp difference, scaled; ///< the latter null: as it is
    ir::ReadOp picked;              ///< the only read of a row
    unsigned row;                   ///< its dimension that the loop around goes over
  };

  static bool isLong(Distance distance) {
    constexpr int64_t fewestRows = 8;
    std::optional<int64_t> most = ir::upperBound(distance.loop.getUpper());
    return (!most || *most >= fewestTerms) && ir::integerConstant(distance.around.getUpper()).value_or(fewestRows) >= fewestRows;
  }

  static ir::ApplyOp call(Value value, Function function) {
    auto apply = value ? value.getDefiningOp<ir::ApplyOp>() : ir::ApplyOp();
    return apply && apply.getFunction().getValue() == function ? apply : ir::ApplyOp();
  }

  /// Calls a function with each read that a value of a loop's body is computed from, and with all else from outside of the body; false: one of them
  /// did not do, or it comes from another loop.
  static bool all(Value value, ir::LoopOp loop, llvm::function_ref<bool(ir::ReadOp)> read, llvm::function_ref<bool(Value)> outside) {
    SmallVector<Value> stack{value};
    while (!stack.empty()) {
      Value next = stack.pop_back_val();
      Operation *source = next.getDefiningOp();
      if (!source || source->getBlock() != &loop.getBlock()) {
        if (!outside(next))
          return false;
      } else if (auto element = dyn_cast<ir::ReadOp>(source)) {
        if (element.getGuard() || !read(element))
          return false;
      } else if (isa<ir::ApplyOp>(source)) {
        stack.append(source->operand_begin(), source->operand_end());
      } else {
        return false;
      }
    }
    return true;
  }

  std::optional<Distance> distanceOf(ir::LoopOp loop) {
    auto around = dyn_cast<ir::LoopOp>(loop->getParentOp());
    auto kinds = loop.getKinds().getAsRange<ir::ReductionAttr>();
    if (!around || around.getLanes() || loop.getNumResults() != 1 || (*kinds.begin()).getValue() != dsl::Reduction::sum || loop.getLanes() ||
        loop.getPairs() || ir::activeLanes(loop) == 1 || ir::booleanConstant(loop.getYield()->getOperand(1)) != std::optional(true) ||
        ir::integerConstant(loop.getLower()) != std::optional<int64_t>(0) || !ir::isOutsideNests(loop.getUpper()))
      return std::nullopt;
    ir::ApplyOp square = call(loop.getYield()->getOperand(0), Function::square);
    if (!square || square->getBlock() != &loop.getBlock() || !isa<FloatType>(square.getType()))
      return std::nullopt;
    Distance distance{around, loop, {}, {}, call(square.getOperands()[0], Function::sub), {}, {}, 0};
    for (Function function : {Function::mul, Function::div})
      if (ir::ApplyOp scaled = call(square.getOperands()[0], function))
        for (unsigned side = 0; side < (function == Function::mul ? 2 : 1) && !distance.difference; ++side)
          if (ir::ApplyOp difference = call(scaled.getOperands()[side], Function::sub); difference && isScale(scaled.getOperands()[1 - side], loop))
            distance.difference = difference, distance.scaled = scaled;
    if (!distance.difference || distance.difference->getBlock() != &loop.getBlock())
      return std::nullopt;
    for (unsigned side : {0, 1}) {
      distance.own = distance.difference.getOperands()[side], distance.other = distance.difference.getOperands()[1 - side];
      if (isLeftAlone(distance) && picksRow(distance))
        return distance;
    }
    return std::nullopt;
  }

  /// Is an array there before the nest?
  bool isThere(Value array, ir::LoopOp loop) {
    auto nest = loop->getParentOfType<ir::NestOp>();
    if (auto argument = dyn_cast<BlockArgument>(array))
      return argument.getArgNumber() < plan_.getInputs();
    auto memory = array.getDefiningOp<ir::AllocateOp>();
    return memory && llvm::none_of(memory->getUsers(), [&](Operation *user) {
             auto writer = user->getParentOfType<ir::NestOp>();
             return isa<ir::StoreOp, ir::AccumulateOp>(user) && (!writer || !writer->isBeforeInBlock(nest));
           });
  }

  /// Is a value the same for all pairs?
  bool isScale(Value value, ir::LoopOp loop) {
    auto read = [&](ir::ReadOp element) {
      return isThere(element.getArray(), loop) && llvm::all_of(element.getSubscripts(), [&](Value subscript) {
               return subscript == loop.getIndex() || ir::isOutsideNests(subscript);
             });
    };
    return all(value, loop, read, ir::isOutsideNests);
  }

  /// Is the other side of the differences computed from one row of an array that is there before the nest, and what is the same for all rows?
  bool picksRow(Distance &distance) {
    distance.picked = {};
    auto read = [&](ir::ReadOp element) {
      OperandRange subscripts = element.getSubscripts();
      if (!llvm::is_contained(subscripts, distance.around.getIndex()))
        return isScale(element, distance.loop);
      bool row = subscripts.size() == 2 && llvm::is_contained(subscripts, distance.loop.getIndex());
      if (!row || (distance.picked && distance.picked != element) || !isThere(element.getArray(), distance.loop))
        return false;
      distance.picked = element;
      distance.row = subscripts[0] == distance.around.getIndex() ? 0 : 1;
      return true;
    };
    return all(distance.other, distance.loop, read, ir::isOutsideNests) && distance.picked;
  }

  /// Is the own side, some of it from a tile, the same for all iterations of the loop around?
  static bool isLeftAlone(Distance distance) {
    bool ofTile = false;
    auto outside = [&](Value value) { return !distance.around.getBody().isAncestor(value.getParentRegion()); };
    auto read = [&](ir::ReadOp element) {
      ofTile |= element.getArray().getDefiningOp<ir::TileOp>() != nullptr;
      bool written = llvm::any_of(element.getArray().getUsers(), [&](Operation *user) {
        return isa<ir::StoreOp, ir::AccumulateOp>(user) && distance.around->isAncestor(user);
      });
      return !written && outside(element.getArray()) && llvm::all_of(element.getSubscripts(), [&](Value subscript) {
               return subscript == distance.loop.getIndex() || outside(subscript);
             });
    };
    return all(distance.own, distance.loop, read, outside) && ofTile;
  }

  Value apply(Function function, ValueRange operands) { return ir::apply(builder_, operands[0].getLoc(), function, operands); }

  Value read(Value array, ValueRange subscripts) {
    return ir::ReadOp::create(builder_, array.getLoc(), cast<ir::ArrayType>(array.getType()).getElement(), array, subscripts, Value());
  }

  /// A value of a loop's body, with other indices.
  Value at(Value value, ir::LoopOp loop, IRMapping &places) {
    Operation *source = value.getDefiningOp();
    if (places.contains(value) || !source || source->getBlock() != &loop.getBlock())
      return places.lookupOrDefault(value);
    for (Value operand : source->getOperands())
      at(operand, loop, places);
    return builder_.clone(*source, places)->getResult(0);
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

  /// Stores one side of the differences, less the centre and scaled, and gives the squared norm.
  Value centre(Distance distance, Value side, Value row, uint64_t lanes, Value memory) {
    return sum(distance.loop, distance.loop.getUpper(), lanes, [&](Value index) {
      IRMapping places;
      places.map(distance.loop.getIndex(), index);
      if (row)
        places.map(distance.around.getIndex(), row);
      Value moved = apply(Function::sub, {at(side, distance.loop, places), read(rowsOf(distance).centre, index)});
      if (distance.scaled) {
        places.map(distance.difference.getResult(), moved);
        moved = at(distance.scaled, distance.loop, places);
      }
      SmallVector<Value> subscripts{index};
      if (row)
        subscripts.insert(subscripts.begin(), row);
      ir::StoreOp::create(builder_, side.getLoc(), moved, memory, subscripts);
      return apply(Function::square, moved);
    });
  }

  /// Of the rows that a loop around goes over: about their mean, they less that, the squared norms, and whether few pairs of them are close.
  struct Rows {
    Value centre, centred, norms, spread;
  };

  /// Distances of rows as they are share them.
  static bool isPlain(Distance distance) { return !distance.scaled && distance.other == distance.picked.getResult(); }

  Rows &rowsOf(Distance distance) {
    Value array = distance.picked.getArray(), terms = distance.loop.getUpper();
    void *rows = isPlain(distance) ? array.getAsOpaquePointer() : distance.loop.getOperation();
    return rows_[{rows, distance.row, terms.getAsOpaquePointer()}];
  }

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
    Location loc = distance.picked.getLoc();
    Value array = distance.picked.getArray(), terms = distance.loop.getUpper();
    Type type = distance.loop.getResult(0).getType();
    auto allocated = array.getDefiningOp<ir::AllocateOp>();
    Value rows = allocated ? Value(allocated.getSizes()[distance.row]) : ir::size(builder_, loc, array, distance.row);
    auto allocate = [&](StringRef name, ValueRange sizes) -> Value {
      auto arrayType = ir::ArrayType::get(plan_.getContext(), static_cast<unsigned>(sizes.size()), type);
      return ir::AllocateOp::create(builder_, loc, arrayType, name, sizes);
    };
    made = {allocate("centre", terms), allocate("centred", {rows, terms}), allocate("norms", rows), Value()};
    // The mean of some rows does: the others are hardly further away.
    constexpr int64_t sample = 256;
    Value some = apply(Function::minimum, {rows, ir::integer(builder_, loc, sample)});
    Value count = ir::ApplyOp::create(builder_, loc, type, ir::FunctionAttr::get(plan_.getContext(), Function::to_real), some);
    Value share = apply(Function::reciprocal, count);
    const uint64_t lanes = ir::activeLanes(distance.loop), inOrder = distance.row == 0 ? lanes : 0; // of a row's coordinates, or of rows
    auto [means, coordinate] = nest(loc, "centre", terms, inOrder);
    Value total = sum(distance.loop, some, lanes - inOrder, [&, index = coordinate](Value row) {
      IRMapping places;
      places.map(distance.around.getIndex(), row);
      places.map(distance.loop.getIndex(), index);
      return at(distance.other, distance.loop, places);
    });
    ir::StoreOp::create(builder_, loc, apply(Function::mul, {total, share}), made.centre, coordinate);
    builder_.setInsertionPoint(before);
    auto [norms, row] = nest(loc, "norms", rows, lanes - inOrder);
    Value norm = centre(distance, distance.other, row, inOrder, made.centred);
    ir::StoreOp::create(builder_, loc, norm, made.norms, row);
    builder_.setInsertionPoint(before);
    made.spread = areSpread(distance, made, rows, inOrder);
  }

  /// Are at most two of some hundred pairs of rows so close that products cancel? Of dense clusters nearly all 32 rows have a pair with some of 8
  /// others, and products would be for nothing.
  Value areSpread(Distance distance, const Rows &rows, Value count, uint64_t lanes) {
    constexpr int64_t sample = 32, most = 4; // both orders of a pair are counted
    Location loc = distance.picked.getLoc();
    auto type = cast<FloatType>(distance.loop.getResult(0).getType());
    auto number = [&](int64_t value) { return ir::integer(builder_, loc, value); };
    Value some = apply(Function::minimum, {count, number(sample)});
    Value apart = apply(Function::floor_div, {count, apply(Function::maximum, {some, number(1)})});
    Value least = ir::real(builder_, loc, type, leastPart), always = distance.loop.getYield()->getOperand(1), zero = number(0), one = number(1);
    Value close = ir::AllocateOp::create(builder_, loc, ir::ArrayType::get(plan_.getContext(), 0, builder_.getI64Type()), "close", ValueRange());
    auto kind = ir::ReductionAttr::get(plan_.getContext(), dsl::Reduction::sum);
    OpBuilder::InsertionGuard saved(builder_);
    auto [made, first] = nest(loc, "close", some, 0);
    auto loop = ir::LoopOp::create(builder_, loc, builder_.getI64Type(), builder_.getStringAttr("close"), builder_.getArrayAttr({kind}), zero, some, 0, 1, 1,
                                   false);
    loop->setAttr(ir::sampleAttribute, builder_.getUnitAttr());
    Value second = loop.getBody().emplaceBlock().addArgument(builder_.getI64Type(), loc);
    builder_.setInsertionPointToStart(&loop.getBlock());
    Value x = apply(Function::mul, {first, apart}), y = apply(Function::mul, {second, apart});
    Value squared = sum(distance.loop, distance.loop.getUpper(), lanes, [&](Value index) {
      return apply(Function::square, apply(Function::sub, {read(rows.centred, {x, index}), read(rows.centred, {y, index})}));
    });
    Value part = apply(Function::mul, {apply(Function::add, {read(rows.norms, x), read(rows.norms, y)}), least});
    Value is = apply(Function::logical_and, {apply(Function::lt, {squared, part}), apply(Function::ne, {first, second})});
    ir::YieldOp::create(builder_, loc, ValueRange{apply(Function::select, {is, one, zero}), always});
    builder_.setInsertionPointAfter(loop);
    ir::AccumulateOp::create(builder_, loc, kind, loop.getResult(0), close, ValueRange(), Value());
    builder_.setInsertionPointAfter(made);
    return apply(Function::le, {read(close, {}), number(most)});
  }

  /// What all iterations of the loop around share, before it: less the rows' centre, and the squared norm.
  std::pair<Value, Value> prepareOwn(Distance distance) {
    OpBuilder::InsertionGuard saved(builder_);
    builder_.setInsertionPoint(distance.around);
    auto type = ir::ArrayType::get(plan_.getContext(), 1, distance.loop.getResult(0).getType());
    Value memory = ir::TileOp::create(builder_, distance.loop.getLoc(), type, "centred", ValueRange{distance.loop.getUpper()});
    return {memory, centre(distance, distance.own, Value(), 0, memory)};
  }

  void expand(Distance distance) {
    ir::LoopOp loop = distance.loop;
    auto type = cast<FloatType>(loop.getResult(0).getType());
    prepareRows(distance);
    const Rows &rows = rowsOf(distance);
    auto [own, ownNorm] = prepareOwn(distance);
    builder_.setInsertionPoint(loop->getParentOfType<ir::NestOp>());
    Value two = ir::real(builder_, loop.getLoc(), type, 2), never = ir::real(builder_, loop.getLoc(), type, HUGE_VAL);
    Value least = apply(Function::select, {rows.spread, ir::real(builder_, loop.getLoc(), type, leastPart), never});
    Value terms = apply(Function::select, {rows.spread, loop.getUpper(), loop.getLower()});
    builder_.setInsertionPoint(loop);
    Value row = distance.around.getIndex();
    Value product = sum(loop, terms, 0, [&, tile = own](Value index) {
      return apply(Function::mul, {read(rows.centred, {row, index}), read(tile, index)});
    });
    product.getDefiningOp()->setAttr(ir::expectedAttribute, builder_.getUnitAttr());
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
  std::map<std::tuple<void *, unsigned, void *>, Rows> rows_; // by array (of rows as they are, else loop), dimension of rows and length
};

} // namespace

void expandDistances(ir::PlanOp plan, Choices &choices) { Expansion(plan, choices).run(); }

} // namespace mercer::scheduling
