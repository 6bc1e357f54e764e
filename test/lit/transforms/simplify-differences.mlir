// RUN: mercer-opt %s --mercer-simplify | FileCheck %s

// b - a beside a - b is its negative, and one sum serves both
// CHECK-LABEL: @reversed
// CHECK: %[[V0:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply mul(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[V2]], %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply neg(%[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @reversed(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sub(%xij, %wi) : (f64, f64) -> f64
  %1 = mercer.apply mul(%0, %wj) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.apply sub(%wi, %xij) : (f64, f64) -> f64
  %4 = mercer.apply mul(%3, %wj) : (f64, f64) -> f64
  %5 = mercer.reduce sum over [%j] %4 : f64 -> f64
  %6 = mercer.apply mul(%2, %5) : (f64, f64) -> f64
  mercer.output "r" [%i] %6 : f64
}
