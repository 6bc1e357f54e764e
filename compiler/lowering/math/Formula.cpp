#include "compiler/lowering/math/Formula.h"

#include <llvm/ADT/SmallVector.h>
#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/Vector/IR/VectorOps.h>
#include <mlir/IR/TypeUtilities.h>
#include <numeric>

using namespace mlir;

namespace mercer::lowering {

V Arg::in(Formula &formula) const { return value_.formula ? value_ : formula.c(number_); }

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

Formula::Formula(OpBuilder &builder, Location loc, Type type, const MathTarget &target, bool narrow)
    : builder_(builder), loc_(loc), type_(type), target_(target), f64_(getElementTypeOrSelf(type).isF64()),
      narrow_(narrow) {
  integer_ = withElement(type, builder.getIntegerType(f64_ ? 64 : 32));
}

bool Formula::native512() const {
  auto vector = dyn_cast<VectorType>(type_);
  return target_.avx512 && vector && vector.getNumElements() % (f64_ ? 8 : 16) == 0;
}

static TypedAttr splat(Type type, TypedAttr element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, ArrayRef<Attribute>{element});
  return element;
}

V Formula::c(double number) {
  Type element = getElementTypeOrSelf(type_);
  return wrap(arith::ConstantOp::create(builder_, loc_, splat(type_, FloatAttr::get(element, number))));
}

V Formula::i(int64_t number) {
  Type element = getElementTypeOrSelf(integer_);
  APInt bits(f64_ ? 64 : 32, static_cast<uint64_t>(number), /*isSigned=*/false, /*implicitTrunc=*/true);
  return wrap(arith::ConstantOp::create(builder_, loc_, splat(integer_, IntegerAttr::get(element, bits))));
}

V Formula::fma(Arg a, Arg b, Arg c) {
  return wrap(math::FmaOp::create(builder_, loc_, a.in(*this).value, b.in(*this).value, c.in(*this).value));
}
V Formula::multiplyAdd(Arg a, Arg b, Arg c) { return target_.fma ? fma(a, b, c) : a.in(*this) * b.in(*this) + c.in(*this); }
V Formula::abs(V x) { return wrap(math::AbsFOp::create(builder_, loc_, x.value)); }
V Formula::sqrt(V x) { return wrap(math::SqrtOp::create(builder_, loc_, x.value)); }
V Formula::roundEven(V x) { return wrap(math::RoundEvenOp::create(builder_, loc_, x.value)); }
V Formula::floor(V x) { return wrap(math::FloorOp::create(builder_, loc_, x.value)); }
V Formula::ceil(V x) { return wrap(math::CeilOp::create(builder_, loc_, x.value)); }
V Formula::copySign(Arg magnitude, V sign) {
  return wrap(math::CopySignOp::create(builder_, loc_, magnitude.in(*this).value, sign.value));
}

V Formula::horner(ArrayRef<double> p, V x) {
  V result = c(p.back());
  for (double coefficient : llvm::reverse(p.drop_back()))
    result = multiplyAdd(result, x, coefficient);
  return result;
}

V Formula::compare(arith::CmpFPredicate predicate, Arg a, Arg b) {
  return wrap(arith::CmpFOp::create(builder_, loc_, predicate, a.in(*this).value, b.in(*this).value));
}
V Formula::select(V condition, Arg a, Arg b) {
  return wrap(arith::SelectOp::create(builder_, loc_, condition.value, a.in(*this).value, b.in(*this).value));
}
V Formula::selectInteger(V condition, V a, V b) {
  return wrap(arith::SelectOp::create(builder_, loc_, condition.value, a.value, b.value));
}

V Formula::signBit(V x) {
  return wrap(arith::CmpIOp::create(builder_, loc_, arith::CmpIPredicate::slt, bits(x).value, i(0).value));
}

V Formula::isNonZero(V integer) {
  return wrap(arith::CmpIOp::create(builder_, loc_, arith::CmpIPredicate::ne, integer.value, i(0).value));
}

V Formula::bits(V x) { return wrap(arith::BitcastOp::create(builder_, loc_, integer_, x.value)); }
V Formula::fromBits(V x) { return wrap(arith::BitcastOp::create(builder_, loc_, type_, x.value)); }
V Formula::add(V a, V b) { return wrap(arith::AddIOp::create(builder_, loc_, a.value, b.value)); }
V Formula::sub(V a, V b) { return wrap(arith::SubIOp::create(builder_, loc_, a.value, b.value)); }
V Formula::bitAnd(V a, V b) { return wrap(arith::AndIOp::create(builder_, loc_, a.value, b.value)); }
V Formula::bitOr(V a, V b) { return wrap(arith::OrIOp::create(builder_, loc_, a.value, b.value)); }
V Formula::bitXor(V a, V b) { return wrap(arith::XOrIOp::create(builder_, loc_, a.value, b.value)); }
V Formula::shiftLeft(V a, int count) {
  return wrap(arith::ShLIOp::create(builder_, loc_, a.value, i(count).value));
}
V Formula::shiftRight(V a, int count) {
  return wrap(arith::ShRUIOp::create(builder_, loc_, a.value, i(count).value));
}

Pair Formula::fastTwoSum(Arg a, Arg b) {
  V x = a.in(*this), y = b.in(*this);
  V sum = x + y;
  if (narrow_)
    return {sum, c(-0.0)};
  return {sum, (x - sum) + y};
}

Pair Formula::twoSum(Arg a, Arg b) {
  V x = a.in(*this), y = b.in(*this);
  V sum = x + y;
  if (narrow_)
    return {sum, c(-0.0)};
  V fromY = sum - x;
  return {sum, (x - (sum - fromY)) + (y - fromY)};
}

Pair Formula::twoProduct(Arg a, Arg b) {
  V x = a.in(*this), y = b.in(*this);
  V product = x * y;
  if (narrow_)
    return {product, c(-0.0)};
  return {product, fma(x, y, -product)};
}

V Formula::divide(Pair n, Pair d) {
  if (narrow_)
    return n.hi / d.hi;
  V inverse = 1.0 / d.hi;
  V quotient = n.hi * inverse;
  V rest = fma(-quotient, d.hi, n.hi) + fma(-quotient, d.lo, n.lo);
  return fma(rest, inverse, quotient);
}

// Adding this rounds to an integer whose low bits, moved to the exponent, are the value 2^n.
static double exponentMagic(const Formula &f) { return f.pick(0x1.8p23 + 127, 0x1.8p52 + 1023); }

V Formula::powerOfTwo(V n) { return fromBits(shiftLeft(bits(n + exponentMagic(*this)), f64_ ? 52 : 23)); }

RoundedPower Formula::roundedPower(V x, int more) {
  double magic = exponentMagic(*this) + more;
  V moved = x + magic;
  return {fromBits(shiftLeft(bits(moved), f64_ ? 52 : 23)), x - (moved - magic)};
}

HalvedPower Formula::halvedPower(V x) {
  // The low bits of `moved` are n and twice the bias of exponents: half of them is one exponent, the rest the
  // other.
  double magic = pick(0x1.8p23 + 2 * 127, 0x1.8p52 + 2 * 1023);
  V moved = x + magic, half = shiftRight(bits(moved), 1);
  int shift = f64_ ? 52 : 23;
  return {fromBits(shiftLeft(half, shift)), fromBits(shiftLeft(sub(bits(moved), half), shift)),
          x - (moved - magic)};
}

V Formula::scale(V x, V n) {
  if (native512())
    return native("mask.scalef", {x, n}, {}, /*rounding=*/true);
  // two factors, so that a denormal result is rounded once and the largest exponent is reached
  V half = fma(n, 0.5, exponentMagic(*this));
  V first = half - exponentMagic(*this);
  int shift = f64_ ? 52 : 23;
  return x * fromBits(shiftLeft(bits(half), shift)) * powerOfTwo(n - first);
}

Value Formula::part(Value vector, int64_t first, int64_t count) {
  SmallVector<int64_t> lanes(count);
  std::iota(lanes.begin(), lanes.end(), first);
  return vector::ShuffleOp::create(builder_, loc_, vector, vector, lanes);
}

V Formula::perRegister(ArrayRef<Value> operands,
                       llvm::function_ref<Value(ArrayRef<Value>, VectorType)> make) {
  int64_t lanes = f64_ ? 8 : 16;
  int64_t total = cast<VectorType>(type_).getNumElements();
  auto registerType = VectorType::get({lanes}, getElementTypeOrSelf(type_));
  SmallVector<Value> parts;
  for (int64_t first = 0; first < total; first += lanes) {
    SmallVector<Value> arguments;
    for (Value operand : operands)
      arguments.push_back(total == lanes ? operand : part(operand, first, lanes));
    parts.push_back(make(arguments, registerType));
  }
  while (parts.size() > 1) {
    SmallVector<Value> joined;
    for (size_t k = 0; k + 1 < parts.size(); k += 2) {
      int64_t size = cast<VectorType>(parts[k].getType()).getNumElements();
      SmallVector<int64_t> all(size + cast<VectorType>(parts[k + 1].getType()).getNumElements());
      std::iota(all.begin(), all.end(), 0);
      joined.push_back(vector::ShuffleOp::create(builder_, loc_, parts[k], parts[k + 1], all));
    }
    if (parts.size() % 2)
      joined.push_back(parts.back());
    parts = std::move(joined);
  }
  return wrap(parts.front());
}

Value Formula::intrinsic(StringRef name, VectorType type, ArrayRef<Value> arguments) {
  auto full = builder_.getStringAttr("llvm.x86.avx512." + name);
  return LLVM::CallIntrinsicOp::create(builder_, loc_, type, full, arguments).getResult(0);
}

V Formula::native(StringRef name, ArrayRef<V> operands, ArrayRef<int> immediates, bool rounding) {
  auto integer = [&](Type type, int64_t number) -> Value {
    return LLVM::ConstantOp::create(builder_, loc_, type, builder_.getIntegerAttr(type, number));
  };
  auto make = [&](ArrayRef<Value> registers, VectorType type) {
    SmallVector<Value> arguments(registers);
    for (int immediate : immediates)
      arguments.push_back(integer(builder_.getI32Type(), immediate));
    arguments.push_back(
        arith::ConstantOp::create(builder_, loc_, cast<TypedAttr>(builder_.getZeroAttr(type))));
    arguments.push_back(integer(builder_.getIntegerType(type.getNumElements()), -1));
    if (rounding)
      arguments.push_back(integer(builder_.getI32Type(), 4));
    return intrinsic((name + (f64_ ? ".pd.512" : ".ps.512")).str(), type, arguments);
  };
  return perRegister(llvm::map_to_vector(operands, [](V operand) { return operand.value; }), make);
}

V Formula::lookup(ArrayRef<double> table, V x) {
  return perRegister(bits(x).value, [&](ArrayRef<Value> index, VectorType type) {
    SmallVector<float> numbers(table);
    Value all = arith::ConstantOp::create(builder_, loc_, DenseElementsAttr::get(type, ArrayRef(numbers)));
    return intrinsic("permvar.sf.512", type, {all, index[0]});
  });
}

V operator+(V a, Arg b) {
  Formula &f = *a.formula;
  return f.wrap(arith::AddFOp::create(f.builder(), f.loc(), a.value, b.in(f).value));
}
V operator-(V a, Arg b) {
  Formula &f = *a.formula;
  return f.wrap(arith::SubFOp::create(f.builder(), f.loc(), a.value, b.in(f).value));
}
V operator*(V a, Arg b) {
  Formula &f = *a.formula;
  return f.wrap(arith::MulFOp::create(f.builder(), f.loc(), a.value, b.in(f).value));
}
V operator/(V a, Arg b) {
  Formula &f = *a.formula;
  return f.wrap(arith::DivFOp::create(f.builder(), f.loc(), a.value, b.in(f).value));
}
V operator+(double a, V b) { return b.formula->c(a) + b; }
V operator-(double a, V b) { return b.formula->c(a) - b; }
V operator*(double a, V b) { return b.formula->c(a) * b; }
V operator/(double a, V b) { return b.formula->c(a) / b; }
V operator-(V a) {
  return a.formula->wrap(arith::NegFOp::create(a.formula->builder(), a.formula->loc(), a.value));
}

} // namespace mercer::lowering
