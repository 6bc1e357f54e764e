// RUN: mercer-opt %s --mercer-unroll-small | FileCheck %s

// A sum of three squares is written out.
// CHECK-LABEL: @squares
// CHECK-NOT: mercer.reduce
// CHECK: mercer.output "r"
mercer.program @squares(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %three = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %three
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.reduce sum over[%k] %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// A sum of sixteen exponentials would be several hundred instructions: a loop.
// CHECK-LABEL: @exponentials
// CHECK: mercer.reduce sum
mercer.program @exponentials(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %sixteen
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %1 = mercer.apply exp(%0) : (f64) -> f64
  %2 = mercer.reduce sum over[%k] %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// Loops inside of loops do not multiply: the inner sum is written out, the outer, of which each position is that, is not.
// CHECK-LABEL: @nested
// CHECK-COUNT-1: mercer.reduce sum
// CHECK-NOT: mercer.reduce
// CHECK: mercer.output "r"
mercer.program @nested(%x: !mercer.array<3xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<3xf64>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %sixteen
  %k = mercer.index "k", %sixteen
  %0 = mercer.read %x[%i, %j, %k] : !mercer.array<3xf64> -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.reduce sum over[%k] %1 : f64 -> f64
  %3 = mercer.apply square(%2) : (f64) -> f64
  %4 = mercer.reduce sum over[%j] %3 : f64 -> f64
  mercer.output "r" [%i] %4 : f64
}

// Over all elements of a matrix of three columns: one sum over the rows, of three terms.
// CHECK-LABEL: @narrow
// CHECK-COUNT-3: mercer.read
// CHECK: mercer.reduce sum over[%{{.*}}] %
// CHECK-NOT: mercer.reduce
// CHECK: mercer.output "r"
mercer.program @narrow(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %three = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %three
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %1 = mercer.reduce sum over[%i, %k] %0 : f64 -> f64
  mercer.output "r" [] %1 : f64
}

// Sixteen columns fill vectors by themselves: nothing is written out.
// CHECK-LABEL: @wide
// CHECK-COUNT-1: mercer.read
// CHECK: mercer.reduce sum over[%{{.*}}, %{{.*}}] %
// CHECK: mercer.output "r"
mercer.program @wide(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %sixteen
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %1 = mercer.reduce sum over[%i, %k] %0 : f64 -> f64
  mercer.output "r" [] %1 : f64
}

// Sums of nine terms for each pair of two other indices stay loops, which run side by side; those of one index are written out.
// CHECK-LABEL: @pairs
// CHECK: mercer.reduce sum over
// CHECK: mercer.reduce logsumexp
// CHECK-NOT: mercer.reduce
mercer.program @pairs(%x: !mercer.array<2xf64>, %y: !mercer.array<2xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %y, 0 : !mercer.array<2xf64>
  %nine = mercer.constant 9 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %nine
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %1 = mercer.read %y[%j, %k] : !mercer.array<2xf64> -> f64
  %2 = mercer.apply mul(%0, %1) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%k] %2 : f64 -> f64
  %4 = mercer.reduce logsumexp over [%j] %3 : f64 -> f64
  %5 = mercer.reduce sum over [%k] %0 : f64 -> f64
  %6 = mercer.apply add(%4, %5) : (f64, f64) -> f64
  mercer.output "r" [%i] %6 : f64
}

// A log-sum-exp over a few positions is the largest term, kept finite, and the logarithm of a sum; weights are that sum's terms, over it.
// CHECK-LABEL: @softmax
// CHECK-NOT: mercer.reduce
// CHECK: mercer.apply minimum
// CHECK: %[[LARGEST:.*]] = mercer.apply maximum
// CHECK-COUNT-2: mercer.apply add
// CHECK: %[[SUM:.*]] = mercer.apply add
// CHECK: %[[POSITIVE:.*]] = mercer.apply maximum(%[[SUM]],
// CHECK: %[[INVERSE:.*]] = mercer.apply reciprocal(%[[POSITIVE]])
// CHECK: mercer.apply log(%[[SUM]])
// CHECK: %[[DIFFERENCE:.*]] = mercer.apply sub(%{{.*}}, %[[LARGEST]])
// CHECK: %[[TERM:.*]] = mercer.apply exp(%[[DIFFERENCE]])
// CHECK: %[[WEIGHT:.*]] = mercer.apply mul(%[[TERM]], %[[INVERSE]])
// CHECK: mercer.output "p"[%{{.*}}] %[[WEIGHT]]
mercer.program @softmax(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %four = mercer.constant 4 : i64
  %lowest = mercer.constant -3.40282347E+38 : f32
  %i = mercer.index "i", %n
  %k = mercer.index "k", %four
  %c = mercer.index "c", %four
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %1 = mercer.reduce logsumexp over[%k] %0 : f32 -> f32
  mercer.output "lse" [%i] %1 : f32
  %2 = mercer.apply maximum(%1, %lowest) : (f32, f32) -> f32
  %3 = mercer.read %x[%i, %c] : !mercer.array<2xf32> -> f32
  %4 = mercer.apply sub(%3, %2) : (f32, f32) -> f32
  %5 = mercer.apply exp(%4) : (f32) -> f32
  mercer.output "p" [%i, %c] %5 : f32
}

// Not the difference to a value that is no term: it may be larger than all of them.
// CHECK-LABEL: @not_a_term
// CHECK: %[[LOG:.*]] = mercer.apply log
// CHECK: %[[RESULT:.*]] = mercer.apply add(%{{.*}}, %[[LOG]])
// CHECK: mercer.apply sub(%{{.*}}, %[[RESULT]])
// CHECK-NOT: mercer.apply reciprocal
mercer.program @not_a_term(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %four = mercer.constant 4 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %four
  %0 = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %1 = mercer.reduce logsumexp over[%k] %0 : f32 -> f32
  %2 = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
  %3 = mercer.apply sub(%2, %1) : (f32, f32) -> f32
  %4 = mercer.apply exp(%3) : (f32) -> f32
  mercer.output "p" [%i] %4 : f32
}

// Distances to the nearest row stay loops over features: each element of a row at a computed position would be a gather.
// CHECK-LABEL: @nearest
// CHECK: mercer.reduce argmin
// CHECK: mercer.reduce sum
mercer.program @nearest(%x: !mercer.array<2xf64>, %y: !mercer.array<2xf64>, %d: !mercer.array<2xf64>) names ["x", "y", "d"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %y, 0 : !mercer.array<2xf64>
  %eight = mercer.constant 8 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %eight
  %0 = mercer.read %d[%i, %j] : !mercer.array<2xf64> -> f64
  %at = mercer.reduce argmin over[%j] %0 : f64 -> i64
  %1 = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %2 = mercer.read %y[%at, %k] : !mercer.array<2xf64> -> f64
  %3 = mercer.apply sub(%1, %2) : (f64, f64) -> f64
  %4 = mercer.apply square(%3) : (f64) -> f64
  %5 = mercer.reduce sum over[%k] %4 : f64 -> f64
  mercer.output "r" [%i] %5 : f64
}
