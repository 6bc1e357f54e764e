// RUN: mercer-opt %s --mercer-simplify | FileCheck %s

// 2 x y + (3 y) x -> 5 x y;  -2 x^2 - x x -> -3 x^2
// CHECK-LABEL: @like_terms
// CHECK-DAG: %[[FIVE:.*]] = mercer.constant 5.0
// CHECK-DAG: %[[THREE:.*]] = mercer.constant -3.0
// CHECK: %[[V0:.*]] = mercer.apply mul(%[[X:.*]], %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply mul(%[[V0]], %[[FIVE]])
// CHECK: mercer.output "sum"[%{{.*}}] %[[V1]]
// CHECK: %[[V2:.*]] = mercer.apply square(%[[X]])
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[V2]], %[[THREE]])
// CHECK: mercer.output "difference"[%{{.*}}] %[[V3]]
mercer.program @like_terms(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %two = mercer.constant 2.0 : f64
  %three = mercer.constant 3.0 : f64
  %minus = mercer.constant -2.0 : f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%x0, %y0) : (f64, f64) -> f64
  %1 = mercer.apply mul(%0, %two) : (f64, f64) -> f64
  %2 = mercer.apply mul(%y0, %three) : (f64, f64) -> f64
  %3 = mercer.apply mul(%2, %x0) : (f64, f64) -> f64
  %4 = mercer.apply add(%1, %3) : (f64, f64) -> f64
  mercer.output "sum" [%i] %4 : f64
  %5 = mercer.apply square(%x0) : (f64) -> f64
  %6 = mercer.apply mul(%5, %minus) : (f64, f64) -> f64
  %7 = mercer.apply mul(%x0, %x0) : (f64, f64) -> f64
  %8 = mercer.apply sub(%6, %7) : (f64, f64) -> f64
  mercer.output "difference" [%i] %8 : f64
}

// 3 x - 2 x: left alone, for inf - inf is NaN
// CHECK-LABEL: @unlike
// CHECK: %[[V0:.*]] = mercer.apply sub
// CHECK: mercer.output "r"[%{{.*}}] %[[V0]]
mercer.program @unlike(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %two = mercer.constant 2.0 : f64
  %three = mercer.constant 3.0 : f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%x0, %three) : (f64, f64) -> f64
  %1 = mercer.apply mul(%x0, %two) : (f64, f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}
