// RUN: mercer-opt %s --mercer-factor | FileCheck %s

// sum(j, w(i)) -> w(i) times the extent of j
// CHECK-LABEL: @repeated
// CHECK: %[[V0:.*]] = mercer.apply exp(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.constant 0
// CHECK: %[[V2:.*]] = mercer.apply maximum(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.apply to_real(%[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply gt(%[[V2]], %[[V1]])
// CHECK: %[[V5:.*]] = mercer.apply mul(%[[V0]], %[[V3]])
// CHECK: %[[V6:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V7:.*]] = mercer.apply select(%[[V4]], %[[V5]], %[[V6]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V7]]
mercer.program @repeated(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%wi) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  mercer.output "r" [%i] %1 : f64
}

// sum(j, w(i) where j < i) -> w(i) times the number of such j
// CHECK-LABEL: @bounded
// CHECK: %[[V0:.*]] = mercer.apply exp(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply minimum(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.constant 0
// CHECK: %[[V3:.*]] = mercer.apply maximum(%[[V1]], %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply to_real(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply gt(%[[V3]], %[[V2]])
// CHECK: %[[V6:.*]] = mercer.apply mul(%[[V0]], %[[V4]])
// CHECK: %[[V7:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V8:.*]] = mercer.apply select(%[[V5]], %[[V6]], %[[V7]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V8]]
mercer.program @bounded(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%wi) : (f64) -> f64
  %1 = mercer.apply lt(%j, %i) : (i64, i64) -> i1
  %2 = mercer.reduce sum over [%j] %0 where %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// i > j is turned to j < i, and comes first
// CHECK-LABEL: @turned
// CHECK: %[[V0:.*]] = mercer.apply ne(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.apply logical_and(%[[V1]], %[[V0]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[V2]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @turned(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply ne(%j, %n) : (i64, i64) -> i1
  %1 = mercer.apply gt(%i, %j) : (i64, i64) -> i1
  %2 = mercer.apply logical_and(%0, %1) : (i1, i1) -> i1
  %3 = mercer.reduce sum over [%j] %xij where %2 : f64 -> f64
  mercer.output "r" [%i] %3 : f64
}

// Integers: how many j there are but one, for all i
// CHECK-LABEL: @counts
// CHECK: %[[V0:.*]] = mercer.constant 1
// CHECK: %[[V1:.*]] = mercer.constant 0
// CHECK: %[[V2:.*]] = mercer.apply maximum(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[V2]], %[[V0]])
// CHECK: %[[V4:.*]] = mercer.apply mul(%[[V2]], %[[V3]])
// CHECK: mercer.output "r"[] %[[V4]]
mercer.program @counts(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %one = mercer.constant 1 : i64
  %0 = mercer.apply ne(%j, %i) : (i64, i64) -> i1
  %1 = mercer.reduce sum over [%i, %j] %one where %0 : i64 -> i64
  mercer.output "r" [] %1 : i64
}

// A condition on data is counted
// CHECK-LABEL: @counted
// CHECK: %[[V0:.*]] = mercer.constant 1
// CHECK: %[[V1:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V2:.*]] = mercer.apply gt(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V0]] where %[[V2]]
// CHECK: mercer.output "r"[] %[[V3]]
mercer.program @counted(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %j = mercer.index "j", %n
  %xj = mercer.read %x[%j] : !mercer.array<1xf64> -> f64
  %one = mercer.constant 1 : i64
  %zero = mercer.constant 0.0 : f64
  %0 = mercer.apply gt(%xj, %zero) : (f64, f64) -> i1
  %1 = mercer.reduce sum over [%j] %one where %0 : i64 -> i64
  mercer.output "r" [] %1 : i64
}
