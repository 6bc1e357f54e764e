// RUN: mercer-opt %s --mercer-factor | FileCheck %s

// sum(j, w(i) x + w(i) y) -> w(i) sum(j, x + y)
// CHECK-LABEL: @common
// CHECK: %[[V0:.*]] = mercer.apply exp(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply add(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.constant 0
// CHECK: %[[V3:.*]] = mercer.apply gt(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V5:.*]] = mercer.apply mul(%{{.*}}, %[[V4]])
// CHECK: %[[V6:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V7:.*]] = mercer.apply select(%[[V3]], %[[V5]], %[[V6]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V7]]
mercer.program @common(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%wi, %xij) : (f64, f64) -> f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.apply mul(%wi, %1) : (f64, f64) -> f64
  %3 = mercer.apply add(%0, %2) : (f64, f64) -> f64
  %4 = mercer.reduce sum over [%j] %3 : f64 -> f64
  mercer.output "r" [%i] %4 : f64
}

// sum(j, w(i) x + y): left alone
// CHECK-LABEL: @not_common
// CHECK: %[[V0:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply exp(%{{.*}})
// CHECK: %[[V2:.*]] = mercer.apply add(%[[V0]], %[[V1]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V2]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @not_common(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%wi, %xij) : (f64, f64) -> f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.apply add(%0, %1) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  mercer.output "r" [%i] %3 : f64
}
