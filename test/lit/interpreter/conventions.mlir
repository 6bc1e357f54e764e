// RUN: mercer-interpret %s --input 'x=[0, 0]' | FileCheck %s
// RUN: mercer-interpret %s --bits=100 --input 'x=[0, 0]' | FileCheck %s

// Derivatives at 0, by convention: relu 0, |x| 0, the norm 0, sqrt 0 of what does not vary; equal operands: the first.
// CHECK: abs = [0, 0]
// CHECK-NEXT: norm = [0, 0]
// CHECK-NEXT: sqrt = [0, 0]
// CHECK-NEXT: maximum = [1, 1]
// CHECK-NEXT: relu = [0, 0]
// CHECK-NEXT: surrogate = [3, 3]
// CHECK-NEXT: stopped = [0, 0]
mercer.program @conventions(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %zero = mercer.constant 0.0 : f64
  %three = mercer.constant 3.0 : f64
  %abs = mercer.apply abs(%v) : (f64) -> f64
  %g0 = mercer.gradient %abs by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d0 = mercer.read %g0[%i] : !mercer.array<1xf64> -> f64
  mercer.output "abs" [%i] %d0 : f64
  %square = mercer.apply square(%v) : (f64) -> f64
  %sum = mercer.reduce sum over [%i] %square : f64 -> f64
  %norm = mercer.apply root(%sum) : (f64) -> f64
  %g1 = mercer.gradient %norm by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d1 = mercer.read %g1[%i] : !mercer.array<1xf64> -> f64
  mercer.output "norm" [%i] %d1 : f64
  %still = mercer.apply stop_gradient(%v) : (f64) -> f64
  %sqrt = mercer.apply sqrt(%still) : (f64) -> f64
  %g2 = mercer.gradient %sqrt by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d2 = mercer.read %g2[%i] : !mercer.array<1xf64> -> f64
  mercer.output "sqrt" [%i] %d2 : f64
  %maximum = mercer.apply maximum(%v, %zero) : (f64, f64) -> f64
  %g3 = mercer.gradient %maximum by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d3 = mercer.read %g3[%i] : !mercer.array<1xf64> -> f64
  mercer.output "maximum" [%i] %d3 : f64
  %positive = mercer.apply gt(%v, %zero) : (f64, f64) -> i1
  %relu = mercer.apply select(%positive, %v, %zero) : (i1, f64, f64) -> f64
  %g4 = mercer.gradient %relu by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d4 = mercer.read %g4[%i] : !mercer.array<1xf64> -> f64
  mercer.output "relu" [%i] %d4 : f64
  %line = mercer.apply mul(%v, %three) : (f64, f64) -> f64
  %step = mercer.apply sign(%v) : (f64) -> f64
  %surrogate = mercer.apply with_gradient_of(%step, %line) : (f64, f64) -> f64
  %g5 = mercer.gradient %surrogate by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d5 = mercer.read %g5[%i] : !mercer.array<1xf64> -> f64
  mercer.output "surrogate" [%i] %d5 : f64
  %g6 = mercer.gradient %still by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d6 = mercer.read %g6[%i] : !mercer.array<1xf64> -> f64
  mercer.output "stopped" [%i] %d6 : f64
}
