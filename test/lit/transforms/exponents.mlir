// RUN: mercer-opt %s --mercer-exponents | FileCheck %s

// gamma log2 e is computed once; a finite one stays finite.
// CHECK-LABEL: @scalar
// CHECK: %[[GAMMA:.*]] = mercer.read %arg1[]
// CHECK: %[[LOG2E:.*]] = mercer.constant -1.44269
// CHECK: %[[SCALED:.*]] = mercer.apply mul(%[[GAMMA]], %[[LOG2E]])
// CHECK: %[[LOW:.*]] = mercer.apply maximum(%[[SCALED]], %{{.*}})
// CHECK: %[[FINITE:.*]] = mercer.apply minimum(%[[LOW]], %{{.*}})
// CHECK: %[[ABS:.*]] = mercer.apply abs(%[[GAMMA]])
// CHECK: %[[INFINITE:.*]] = mercer.apply eq(%[[ABS]], %{{.*}})
// CHECK: %[[FACTOR:.*]] = mercer.apply select(%[[INFINITE]], %[[SCALED]], %[[FINITE]])
// CHECK: %[[EXPONENT:.*]] = mercer.apply mul(%{{.*}}, %[[FACTOR]])
// CHECK: mercer.apply exp2(%[[EXPONENT]])
// CHECK-NOT: mercer.apply exp(
mercer.program @scalar(%x: !mercer.array<1xf32>, %gamma: !mercer.array<0xf64>) names ["x", "gamma"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %g = mercer.read %gamma[] : !mercer.array<0xf64> -> f32
  %0 = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %1 = mercer.apply mul(%g, %0) : (f32, f32) -> f32
  %2 = mercer.apply neg(%1) : (f32) -> f32
  %3 = mercer.apply exp(%2) : (f32) -> f32
  mercer.output "r" [%i] %3 : f32
}

// -x / 0.5 is x * (-2 log2 e).
// CHECK-LABEL: @constant
// CHECK: %[[FACTOR:.*]] = mercer.constant -2.88539
// CHECK: %[[EXPONENT:.*]] = mercer.apply mul(%{{.*}}, %[[FACTOR]])
// CHECK: mercer.apply exp2(%[[EXPONENT]])
mercer.program @constant(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %half = mercer.constant 0.5 : f64
  %i = mercer.index "i", %n
  %0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %1 = mercer.apply div(%0, %half) : (f64, f64) -> f64
  %2 = mercer.apply neg(%1) : (f64) -> f64
  %3 = mercer.apply exp(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// Of w(i) x(i, j) the factor w has one index less.
// CHECK-LABEL: @rows
// CHECK: %[[W:.*]] = mercer.read %arg0
// CHECK: %[[X:.*]] = mercer.read %arg1
// CHECK: mercer.apply mul(%[[W]], %{{.*}})
// CHECK: %[[EXPONENT:.*]] = mercer.apply mul(%[[X]], %{{.*}})
// CHECK: mercer.apply exp2(%[[EXPONENT]])
mercer.program @rows(%w: !mercer.array<1xf32>, %x: !mercer.array<2xf32>) names ["w", "x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %0 = mercer.read %w[%i] : !mercer.array<1xf32> -> f32
  %1 = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %2 = mercer.apply mul(%0, %1) : (f32, f32) -> f32
  %3 = mercer.apply exp(%2) : (f32) -> f32
  mercer.output "r" [%i, %j] %3 : f32
}

// Factors that vary as the product does, sums and differences are rounded already: one more rounding. What is read is exact: exp stays.
// CHECK-LABEL: @others
// CHECK: %[[X:.*]] = mercer.read %arg0
// CHECK: %[[Y:.*]] = mercer.read %arg1
// CHECK: %[[XY:.*]] = mercer.apply mul(%[[X]], %[[Y]])
// CHECK: %[[LOG2E:.*]] = mercer.constant 1.442695
// CHECK: %[[PRODUCT:.*]] = mercer.apply mul(%[[XY]], %[[LOG2E]])
// CHECK: mercer.apply exp2(%[[PRODUCT]])
// CHECK: %[[D:.*]] = mercer.apply sub(%[[X]], %[[Y]])
// CHECK: %[[DIFFERENCE:.*]] = mercer.apply mul(%[[D]], %{{.*}})
// CHECK: mercer.apply exp2(%[[DIFFERENCE]])
// CHECK: mercer.apply exp(%[[X]])
mercer.program @others(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %0 = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %1 = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
  %2 = mercer.apply mul(%0, %1) : (f32, f32) -> f32
  %3 = mercer.apply exp(%2) : (f32) -> f32
  %4 = mercer.apply sub(%0, %1) : (f32, f32) -> f32
  %5 = mercer.apply exp(%4) : (f32) -> f32
  %6 = mercer.apply exp(%0) : (f32) -> f32
  %7 = mercer.apply add(%3, %5) : (f32, f32) -> f32
  %8 = mercer.apply add(%7, %6) : (f32, f32) -> f32
  mercer.output "r" [%i] %8 : f32
}

// What is never positive: a multiple of a square, a term less the log-sum-exp of all terms.
// CHECK-LABEL: @at_most_one
// CHECK: mercer.apply exp2(%{{.*}}) {mercer.at_most_one}
// CHECK: mercer.apply exp2(%{{.*}}) {mercer.at_most_one}
// CHECK: mercer.apply exp2(%{{.*}}) {mercer.at_most_one}
mercer.program @at_most_one(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %c = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %c
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %1 = mercer.apply square(%0) : (f32) -> f32
  %2 = mercer.constant -0.5 : f32
  %3 = mercer.apply mul(%1, %2) : (f32, f32) -> f32
  %4 = mercer.apply exp(%3) : (f32) -> f32
  %5 = mercer.reduce logsumexp over[%k] %0 : f32 -> f32
  %6 = mercer.constant -3.0e38 : f32
  %7 = mercer.apply maximum(%5, %6) : (f32, f32) -> f32
  %8 = mercer.apply sub(%0, %7) : (f32, f32) -> f32
  %9 = mercer.apply exp(%8) : (f32) -> f32
  %10 = mercer.apply abs(%0) : (f32) -> f32
  %11 = mercer.apply mul(%10, %1) : (f32, f32) -> f32
  %12 = mercer.apply neg(%11) : (f32) -> f32
  %13 = mercer.apply exp(%12) : (f32) -> f32
  %14 = mercer.apply add(%4, %9) : (f32, f32) -> f32
  %15 = mercer.apply add(%14, %13) : (f32, f32) -> f32
  mercer.output "r" [%i, %k] %15 : f32
}

// Of other terms, of some of the terms, of what may be negative: nothing is known.
// CHECK-LABEL: @above_one
// CHECK-NOT: at_most_one
mercer.program @above_one(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %c = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %c
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %1 = mercer.read %y[%i, %k] : !mercer.array<2xf32> -> f32
  %2 = mercer.reduce logsumexp over[%k] %0 : f32 -> f32
  %3 = mercer.apply sub(%1, %2) : (f32, f32) -> f32
  %4 = mercer.apply exp(%3) : (f32) -> f32
  %5 = mercer.apply ne(%i, %k) : (i64, i64) -> i1
  %6 = mercer.reduce logsumexp over[%k] %0 where %5 : f32 -> f32
  %7 = mercer.apply sub(%0, %6) : (f32, f32) -> f32
  %8 = mercer.apply exp(%7) : (f32) -> f32
  %9 = mercer.apply mul(%0, %1) : (f32, f32) -> f32
  %10 = mercer.apply neg(%9) : (f32) -> f32
  %11 = mercer.apply exp(%10) : (f32) -> f32
  %12 = mercer.apply add(%4, %8) : (f32, f32) -> f32
  %13 = mercer.apply add(%12, %11) : (f32, f32) -> f32
  mercer.output "r" [%i, %k] %13 : f32
}
