// Formulas over MLIR values that read like mathematics.
#ifndef MERCER_COMPILER_LOWERING_MATH_FORMULA_H
#define MERCER_COMPILER_LOWERING_MATH_FORMULA_H

#include "compiler/lowering/math/Math.h"

#include <cstdint>
#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <mlir/Dialect/Arith/IR/Arith.h>

namespace mercer::lowering {

class Formula;

/// A value of the formula's type, of its integer type or of its boolean type.
struct V {
  Formula *formula = nullptr; ///< the formula that it belongs to
  mlir::Value value;          ///< the value
};

/// A value, or a number that becomes a constant of the formula's type.
class Arg {
public:
  Arg(V v) : value_(v) {}
  Arg(double number) : number_(number) {}

  /// The value, made in `formula` if it is a number.
  V in(Formula &formula) const;

private:
  V value_;
  double number_ = 0;
};

/// A sum hi + lo of two values, lo within half an ulp of hi.
struct Pair {
  V hi; ///< the rounded sum
  V lo; ///< what rounding it lost
};

/// x = n + rest with n integral and |rest| at most 1/2, and 2^n or a known multiple of it.
struct RoundedPower {
  V power;
  V rest;
};

/// x = n + rest as above, and 2^n as a product.
struct HalvedPower {
  V first, second;
  V rest;
};

/// Makes operations on one floating-point type: f32, f64 or a vector of either.
class Formula {
public:
  /// `narrow`: values are f64 but results are rounded to f32.
  Formula(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type, const MathTarget &target,
          bool narrow = false);

  /// True for f64.
  bool f64() const { return f64_; }
  /// True when half of the bits of a result are enough: sums and products then have no low parts.
  bool narrow() const { return narrow_; }
  /// The first for f32, the second for f64.
  double pick(double f32, double f64) const { return f64_ ? f64 : f32; }
  /// What the emitted code may rely on.
  const MathTarget &target() const { return target_; }
  /// The type of the values.
  mlir::Type type() const { return type_; }
  /// True when values are whole 512-bit registers of a target with AVX-512.
  bool native512() const;
  /// True when `lookup` is one instruction a register.
  bool hasLookup() const { return native512() && !f64_; }

  /// A constant.
  V c(double number);
  /// A constant of the integer type as wide as the values.
  V i(int64_t number);
  /// This value as an operand of the formula.
  V wrap(mlir::Value value) { return {this, value}; }

  /// a * b + c, rounded once.
  V fma(Arg a, Arg b, Arg c);
  /// a b + c with one rounding or two, whatever the processor has.
  V multiplyAdd(Arg a, Arg b, Arg c);
  /// |x|
  V abs(V x);
  /// The square root.
  V sqrt(V x);
  /// The nearest integer, ties to even.
  V roundEven(V x);
  /// The nearest integer not above x.
  V floor(V x);
  /// The nearest integer not below x.
  V ceil(V x);
  /// |magnitude| with the sign of `sign`.
  V copySign(Arg magnitude, V sign);
  /// p[0] + x (p[1] + x (...)).
  V horner(llvm::ArrayRef<double> p, V x);
  /// The same from the table for the type.
  V horner(llvm::ArrayRef<double> f32, llvm::ArrayRef<double> f64, V x) {
    return horner(f64_ ? f64 : f32, x);
  }
  /// The same with a table for results that are rounded to f32.
  V horner(llvm::ArrayRef<double> f32, llvm::ArrayRef<double> f64, llvm::ArrayRef<double> narrow, V x) {
    return horner(narrow_ ? narrow : f64_ ? f64 : f32, x);
  }

  /// A comparison.
  V compare(mlir::arith::CmpFPredicate predicate, Arg a, Arg b);
  /// a < b
  V lt(Arg a, Arg b) { return compare(mlir::arith::CmpFPredicate::OLT, a, b); }
  /// a <= b
  V le(Arg a, Arg b) { return compare(mlir::arith::CmpFPredicate::OLE, a, b); }
  /// a > b
  V gt(Arg a, Arg b) { return compare(mlir::arith::CmpFPredicate::OGT, a, b); }
  /// a >= b
  V ge(Arg a, Arg b) { return compare(mlir::arith::CmpFPredicate::OGE, a, b); }
  /// a = b
  V eq(Arg a, Arg b) { return compare(mlir::arith::CmpFPredicate::OEQ, a, b); }
  /// True for a set sign bit.
  V signBit(V x);
  /// True for NaN.
  V isNan(V x) { return compare(mlir::arith::CmpFPredicate::UNO, x, x); }
  /// condition ? a : b
  V select(V condition, Arg a, Arg b);
  /// condition ? a : b of integers.
  V selectInteger(V condition, V a, V b);
  /// True for an integer other than 0.
  V isNonZero(V integer);
  /// The smaller of a number and x; NaN passes.
  V atMost(double bound, V x) { return select(gt(x, bound), bound, x); }
  /// The larger of a number and x; NaN passes.
  V atLeast(double bound, V x) { return select(lt(x, bound), bound, x); }

  /// The bits as an integer.
  V bits(V x);
  /// The integer's bits as a floating-point value.
  V fromBits(V x);
  /// Integers: a + b, a - b, a & b, a | b, a ^ b.
  V add(V a, V b);
  V sub(V a, V b);
  V bitAnd(V a, V b);
  V bitOr(V a, V b);
  V bitXor(V a, V b);
  /// Integers: shifts by a constant.
  V shiftLeft(V a, int count);
  V shiftRight(V a, int count);

  /// a + b with its rounding error, |a| >= |b| or a = 0.
  Pair fastTwoSum(Arg a, Arg b);
  /// a + b with its rounding error.
  Pair twoSum(Arg a, Arg b);
  /// a * b with its rounding error.
  Pair twoProduct(Arg a, Arg b);
  /// n / d to within a little more than half an ulp.
  V divide(Pair n, Pair d);

  /// x 2^n for an integral n at most twice the largest exponent; results may be denormal or overflow.
  V scale(V x, V n);
  /// 2^n for an integral n within the exponents of normal values.
  V powerOfTwo(V n);
  /// The power 2^(n + more), for x + more from one below the exponents of normal values, where it is 0, to one above,
  /// where it is infinite.
  RoundedPower roundedPower(V x, int more = 0);
  /// For x of up to twice the exponents of normal values.
  HalvedPower halvedPower(V x);

  /// Applies an AVX-512 intrinsic `llvm.x86.avx512.<name>.ps/pd.512` register by register: operands are x,
  /// the middle ones, a zero to merge with and a full mask, and the rounding mode for those that have one.
  V native(llvm::StringRef name, llvm::ArrayRef<V> operands, llvm::ArrayRef<int> immediates, bool rounding);

  /// Of 16 numbers the one that the four lowest bits of x say; where `hasLookup`.
  V lookup(llvm::ArrayRef<double> table, V x);

  /// The builder, at the place where operations are made.
  mlir::OpBuilder &builder() { return builder_; }
  /// The location of the operations.
  mlir::Location loc() const { return loc_; }

private:
  mlir::Value part(mlir::Value vector, int64_t first, int64_t count);
  V perRegister(llvm::ArrayRef<mlir::Value> operands,
                llvm::function_ref<mlir::Value(llvm::ArrayRef<mlir::Value>, mlir::VectorType)> make);
  mlir::Value intrinsic(llvm::StringRef name, mlir::VectorType type, llvm::ArrayRef<mlir::Value> arguments);

  mlir::OpBuilder &builder_;
  mlir::Location loc_;
  mlir::Type type_;
  mlir::Type integer_;
  MathTarget target_;
  bool f64_;
  bool narrow_;
};

/// Arithmetic of floating-point values; numbers become constants.
V operator+(V a, Arg b);
V operator-(V a, Arg b);
V operator*(V a, Arg b);
V operator/(V a, Arg b);
V operator+(double a, V b);
V operator-(double a, V b);
V operator*(double a, V b);
V operator/(double a, V b);
V operator-(V a);

} // namespace mercer::lowering

#endif
