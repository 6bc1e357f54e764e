#include "compiler/lowering/math/Families.h"

#include <limits>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Dialect/Vector/IR/VectorOps.h>

using namespace mlir;

namespace mercer::lowering {

// Above this, multiples of the parts of pi / 2 are no longer exact.
static constexpr double exactLimit = 0x1p20;

// |x| <= exactLimit: subtracts n times pi / 2 in parts of 33 bits.
static QuarterTurns splitModerate(Formula &f, V x) {
  constexpr double parts[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e0p-69, 0x1.b839a252049c1p-104};
  V n = f.fma(x, 0x1.45f306dc9c883p-1, 0x1.8p52) - 0x1.8p52;
  V first = f.fma(n, -parts[0], x);
  if (f.narrow()) {
    // no f32 is so near a multiple that more digits matter
    V r = f.fma(n, -0x1.0b4611a626331p-34, first);
    return {n, {r, f.c(0.0)}};
  }
  Pair second = f.twoSum(first, n * -parts[1]);
  Pair third = f.twoSum(second.lo, n * -parts[2]);
  Pair sum = f.twoSum(second.hi, third.hi);
  return {n, f.fastTwoSum(sum.hi, sum.lo + f.fma(n, -parts[3], third.lo))};
}

namespace {

/// Integers of 64 bits without sign, of one lane.
class Words {
public:
  explicit Words(Formula &lane) : builder_(lane.builder()), loc_(lane.loc()) {}

  Value constant(uint64_t number) {
    return arith::ConstantOp::create(builder_, loc_,
                                     builder_.getI64IntegerAttr(static_cast<int64_t>(number)));
  }
  Value add(Value a, Value b) { return arith::AddIOp::create(builder_, loc_, a, b); }
  Value subtract(Value a, Value b) { return arith::SubIOp::create(builder_, loc_, a, b); }
  Value multiply(Value a, Value b) { return arith::MulIOp::create(builder_, loc_, a, b); }
  Value both(Value a, uint64_t mask) { return arith::AndIOp::create(builder_, loc_, a, constant(mask)); }
  Value either(Value a, Value b) { return arith::OrIOp::create(builder_, loc_, a, b); }
  Value shiftLeft(Value a, Value count) { return arith::ShLIOp::create(builder_, loc_, a, count); }
  Value shiftRight(Value a, Value count) { return arith::ShRUIOp::create(builder_, loc_, a, count); }
  Value shiftRight(Value a, unsigned count) { return shiftRight(a, constant(count)); }
  /// The two words of a product, low and high.
  std::pair<Value, Value> product(Value a, Value b) {
    auto wide = arith::MulUIExtendedOp::create(builder_, loc_, a, b);
    return {wide.getLow(), wide.getHigh()};
  }
  /// 1 when a < b.
  Value below(Value a, Value b) {
    Value less = arith::CmpIOp::create(builder_, loc_, arith::CmpIPredicate::ult, a, b);
    return arith::ExtUIOp::create(builder_, loc_, builder_.getI64Type(), less);
  }
  Value toFloat(Value a) { return arith::UIToFPOp::create(builder_, loc_, builder_.getF64Type(), a); }
  /// The element of a table.
  Value element(Value table, Value at) {
    Value index = arith::IndexCastOp::create(builder_, loc_, builder_.getIndexType(), at);
    return vector::ExtractOp::create(builder_, loc_, table, ArrayRef<OpFoldResult>{index});
  }
  Value table(ArrayRef<uint64_t> numbers) {
    auto type = VectorType::get({static_cast<int64_t>(numbers.size())}, builder_.getI64Type());
    return arith::ConstantOp::create(builder_, loc_, DenseElementsAttr::get(type, numbers));
  }

private:
  OpBuilder &builder_;
  Location loc_;
};

} // namespace

// floor(2^1214 2 / pi), the highest word first.
static constexpr uint64_t twoOverPi[] = {
    0x0000000000000000, 0x28be60db9391054a, 0x7f09d5f47d4d3770, 0x36d8a5664f10e410, 0x7f9458eaf7aef158,
    0x6dc91b8e909374b8, 0x01924bba82746487, 0x3f877ac72c4a69cf, 0xba208d7d4baed121, 0x3a671c09ad17df90,
    0x4e64758e60d4ce7d, 0x272117e2ef7e4a0e, 0xc7fe25fff7816603, 0xfbcbc462d6829b47, 0xdb4d9fb3c9f2c26d,
    0xd3d18fd9a797fa8b, 0x5d49eeb1faf97c5e, 0xcf41ce7de294a4ba, 0x9afed7ec47e35742, 0x1580cc11bf1edaea,
};

// Any finite |x| >= exactLimit of one lane: x 2 / pi from three words of 2 / pi, those that matter modulo 4.
static QuarterTurns splitHuge(Formula &lane, V x) {
  Words words(lane);
  Value bits = lane.bits(lane.abs(x)).value;
  // |x| = mantissa 2^(exponent - 1075); moved left by `count`, the table's top is worth 4 quarter turns per
  // unit
  Value mantissa = words.either(words.both(bits, 0xFFFFFFFFFFFFF), words.constant(uint64_t(1) << 52));
  Value count = words.subtract(words.shiftRight(bits, 52), words.constant(1075 - 64));
  Value at = words.shiftRight(count, 6), bit = words.both(count, 63);
  Value table = words.table(twoOverPi);
  Value element[4], window[3];
  for (int k = 0; k < 4; ++k)
    element[k] = words.element(table, words.add(at, words.constant(k)));
  Value rest = words.subtract(words.constant(63), bit);
  for (int k = 0; k < 3; ++k)
    window[k] = words.either(words.shiftLeft(element[k], bit),
                             words.shiftRight(words.shiftRight(element[k + 1], 1), rest));
  // the two words of the product that matter: the upper two bits count quarter turns
  auto [middleLow, middleHigh] = words.product(window[1], mantissa);
  Value low = words.add(middleLow, words.product(window[2], mantissa).second);
  Value high =
      words.add(words.add(words.multiply(window[0], mantissa), middleHigh), words.below(low, middleLow));
  // the nearest number, and half a quarter turn more than what is missing to it, so that its words are not
  // negative
  Value rounded = words.add(high, words.constant(uint64_t(1) << 61));
  V n = lane.wrap(words.toFloat(words.shiftRight(rounded, 62)));
  auto part = [&](Value word, unsigned from, unsigned size, double unit) {
    return lane.wrap(words.toFloat(words.both(words.shiftRight(word, from), (uint64_t(1) << size) - 1))) *
           unit;
  };
  Pair first = lane.twoSum(part(rounded, 30, 32, 0x1p-32) - 0.5, part(rounded, 0, 30, 0x1p-62));
  Pair second = lane.twoSum(first.lo, part(low, 32, 32, 0x1p-94));
  Pair sum = lane.twoSum(first.hi, second.hi);
  Pair fraction = lane.fastTwoSum(sum.hi, sum.lo + (second.lo + part(low, 0, 32, 0x1p-126)));
  constexpr double quarter = 0x1.921fb54442d18p+0, quarterLow = 0x1.1a62633145c07p-54;
  Pair r = lane.twoProduct(fraction.hi, quarter);
  r = lane.fastTwoSum(r.hi, lane.fma(fraction.hi, quarterLow, lane.fma(fraction.lo, quarter, r.lo)));
  V negative = lane.lt(x, 0.0);
  return {lane.select(negative, -n, n),
          {lane.select(negative, -r.hi, r.hi), lane.select(negative, -r.lo, r.lo)}};
}

static SmallVector<Value> values(const QuarterTurns &turns) {
  return {turns.n.value, turns.r.hi.value, turns.r.lo.value};
}

// Replaces the lanes beyond exactLimit one after the other.
static SmallVector<Value> replaceHuge(Formula &f, V x, const QuarterTurns &moderate) {
  OpBuilder &builder = f.builder();
  Location loc = f.loc();
  auto vector = dyn_cast<VectorType>(f.type());
  if (!vector)
    return values(splitHuge(f, x));
  auto index = [&](int64_t number) -> Value { return arith::ConstantIndexOp::create(builder, loc, number); };
  auto loop =
      scf::ForOp::create(builder, loc, index(0), index(vector.getNumElements()), index(1), values(moderate));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value at = loop.getInductionVar();
  auto extract = [&](Value from) -> Value {
    return vector::ExtractOp::create(builder, loc, from, ArrayRef<OpFoldResult>{at});
  };
  Formula lane(builder, loc, vector.getElementType(), f.target());
  V one = lane.wrap(extract(x.value));
  V huge = lane.ge(lane.abs(one), exactLimit);
  SmallVector<Value> results;
  for (auto [fresh, old] :
       llvm::zip(values(splitHuge(lane, lane.select(huge, one, exactLimit))), loop.getRegionIterArgs())) {
    V kept = lane.select(huge, lane.wrap(fresh), lane.wrap(extract(old)));
    results.push_back(vector::InsertOp::create(builder, loc, kept.value, old, ArrayRef<OpFoldResult>{at}));
  }
  scf::YieldOp::create(builder, loc, results);
  return llvm::to_vector(llvm::map_range(loop.getResults(), [](OpResult result) -> Value { return result; }));
}

QuarterTurns splitQuarterTurns(Formula &f, V x) {
  OpBuilder &builder = f.builder();
  Location loc = f.loc();
  QuarterTurns moderate = splitModerate(f, x);
  Value huge = f.ge(f.abs(x), exactLimit).value;
  if (isa<VectorType>(huge.getType()))
    huge = vector::ReductionOp::create(builder, loc, vector::CombiningKind::OR, huge);
  auto branch =
      scf::IfOp::create(builder, loc, TypeRange{f.type(), f.type(), f.type()}, huge, /*withElse=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(builder, loc, replaceHuge(f, x, moderate));
    builder.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(builder, loc, values(moderate));
  }
  V high = f.wrap(branch.getResult(1));
  V finite = f.lt(f.abs(x), std::numeric_limits<double>::infinity());
  high = f.select(finite, high, std::numeric_limits<double>::quiet_NaN());
  return {f.wrap(branch.getResult(0)), {high, f.wrap(branch.getResult(2))}};
}

} // namespace mercer::lowering
