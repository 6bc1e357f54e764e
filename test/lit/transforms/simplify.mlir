// RUN: mercer-opt %s --mercer-simplify | FileCheck %s

// x * 1 + 0 -> x
// CHECK-LABEL: @neutral
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: mercer.output "r"[%{{.*}}] %[[X0]]
mercer.program @neutral(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.constant 0.000000e+00 : f64
  %3 = mercer.apply add(%1, %2) : (f64, f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// x * -1 -> -x
// CHECK-LABEL: @minus_one
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @minus_one(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant -1.000000e+00 : f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x - -y -> x + y
// CHECK-LABEL: @minus_minus
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply add(%[[X0]], %[[X1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @minus_minus(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply neg(%y0) : (f64) -> f64
  %1 = mercer.apply sub(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// -x * y -> -(x * y)
// CHECK-LABEL: @sign_out
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply neg(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @sign_out(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply neg(%x0) : (f64) -> f64
  %1 = mercer.apply mul(%0, %y0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x * 2 * 3 -> x * 6
// CHECK-LABEL: @constants
// CHECK: %[[V0:.*]] = mercer.constant 6.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[X1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @constants(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 2.000000e+00 : f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.constant 3.000000e+00 : f64
  %3 = mercer.apply mul(%1, %2) : (f64, f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// 1 / x -> reciprocal(x)
// CHECK-LABEL: @reciprocal
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply reciprocal(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @reciprocal(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply div(%0, %x0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x / 4 -> x * 0.25
// CHECK-LABEL: @power_of_two
// CHECK: %[[V0:.*]] = mercer.constant 2.500000e-01
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[X1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @power_of_two(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 4.000000e+00 : f64
  %1 = mercer.apply div(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x / 3: left alone
// CHECK-LABEL: @third
// CHECK: %[[V0:.*]] = mercer.constant 3.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply div(%[[X1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @third(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 3.000000e+00 : f64
  %1 = mercer.apply div(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x * 0: left alone, for 0 * inf is NaN
// CHECK-LABEL: @times_zero
// CHECK: %[[V0:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[X1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @times_zero(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 0.000000e+00 : f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x - x: left alone, for inf - inf is NaN
// CHECK-LABEL: @difference
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply sub(%[[X0]], %[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @difference(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sub(%x0, %x0) : (f64, f64) -> f64
  mercer.output "r" [%i] %0 : f64
}

// (y - x)^2 + (x - y)^2 is twice one value
// CHECK-LABEL: @one_order
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply sub(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply square(%[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply mul(%[[V3]], %{{.*}})
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @one_order(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sub(%y0, %x0) : (f64, f64) -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.apply sub(%x0, %y0) : (f64, f64) -> f64
  %3 = mercer.apply square(%2) : (f64) -> f64
  %4 = mercer.apply add(%1, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// y + x and x + y are one value
// CHECK-LABEL: @one_sum
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply add(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply square(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @one_sum(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply add(%y0, %x0) : (f64, f64) -> f64
  %1 = mercer.apply add(%x0, %y0) : (f64, f64) -> f64
  %2 = mercer.apply mul(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// not not p
// CHECK-LABEL: @not_not
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: mercer.output "r"[%{{.*}}] %[[X0]]
mercer.program @not_not(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply ne(%i, %n) : (i64, i64) -> i1
  %1 = mercer.apply logical_not(%0) : (i1) -> i1
  %2 = mercer.apply logical_not(%1) : (i1) -> i1
  %3 = mercer.apply select(%2, %x0, %y0) : (i1, f64, f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// i < extent is true
// CHECK-LABEL: @in_range
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: mercer.output "r"[%{{.*}}] %[[X0]]
mercer.program @in_range(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply lt(%i, %n) : (i64, i64) -> i1
  %1 = mercer.apply select(%0, %x0, %y0) : (i1, f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// sum(select(p, x, 0)) -> sum(x where p)
// CHECK-LABEL: @masked
// CHECK: %[[V0:.*]] = mercer.apply ne(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[V0]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @masked(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply ne(%j, %i) : (i64, i64) -> i1
  %1 = mercer.constant 0.000000e+00 : f64
  %2 = mercer.apply select(%0, %xij, %1) : (i1, f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  mercer.output "r" [%i] %3 : f64
}

// sum(-x) -> -sum(x)
// CHECK-LABEL: @sum_sign
// CHECK: %[[V0:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @sum_sign(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply neg(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  mercer.output "r" [%i] %1 : f64
}

// Where there is an i, its extent is not 0.
// CHECK-LABEL: @occupied
// CHECK: %[[V0:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V1:.*]] = mercer.constant 0
// CHECK: %[[V2:.*]] = mercer.apply gt(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V4:.*]] = mercer.apply select(%[[V2]], %[[V3]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @occupied(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %none = mercer.constant 0 : i64
  %zero = mercer.constant 0.0 : f64
  %some = mercer.apply gt(%n, %none) : (i64, i64) -> i1
  %others = mercer.apply gt(%m, %none) : (i64, i64) -> i1
  %both = mercer.apply logical_and(%some, %others) : (i1, i1) -> i1
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.reduce sum over [%j] %xij where %some : f64 -> f64
  %1 = mercer.apply select(%both, %0, %zero) : (i1, f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// select(c, x, 0) + select(c, 0, y) -> select(c, x, y);  (a && c) || (a && !c) -> a
// CHECK-LABEL: @alternatives
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[S1:.*]] = mercer.apply square(%[[X0]])
// CHECK: %[[C2:.*]] = mercer.apply gt(%[[X0]], %[[S1]])
// CHECK: %[[V3:.*]] = mercer.apply select(%[[C2]], %[[X0]], %[[S1]])
// CHECK-NOT: mercer.apply add
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V3]]
// CHECK: %[[A4:.*]] = mercer.apply gt(%[[S1]], %{{.*}})
// CHECK-NOT: mercer.apply logical
// CHECK: %[[V5:.*]] = mercer.apply select(%[[A4]], %[[X0]],
// CHECK: mercer.output "s"[%{{.*}}, %{{.*}}] %[[V5]]
mercer.program @alternatives(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %zero = mercer.constant 0.0 : f64
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %c = mercer.apply gt(%xij, %0) : (f64, f64) -> i1
  %1 = mercer.apply select(%c, %xij, %zero) : (i1, f64, f64) -> f64
  %2 = mercer.apply select(%c, %zero, %0) : (i1, f64, f64) -> f64
  %3 = mercer.apply add(%2, %1) : (f64, f64) -> f64
  mercer.output "r" [%i, %j] %3 : f64
  %one = mercer.constant 1.0 : f64
  %a = mercer.apply gt(%0, %one) : (f64, f64) -> i1
  %4 = mercer.apply logical_not(%c) : (i1) -> i1
  %5 = mercer.apply logical_and(%a, %c) : (i1, i1) -> i1
  %6 = mercer.apply logical_and(%4, %a) : (i1, i1) -> i1
  %7 = mercer.apply logical_or(%5, %6) : (i1, i1) -> i1
  %8 = mercer.apply select(%7, %xij, %zero) : (i1, f64, f64) -> f64
  mercer.output "s" [%i, %j] %8 : f64
}
