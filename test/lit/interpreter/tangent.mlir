// RUN: mercer-interpret %s --input 'x=[1, 2]' --input 'd=[0.5, -1]' | FileCheck %s

// The derivative of sum(x^3) along d is 3 x^2 . d; its gradient by x is 6 x d; the gradient by d is 3 x^2.
// CHECK: t = -10.5
// CHECK-NEXT: h = [3, -12]
// CHECK-NEXT: v = [3, 12]
mercer.program @tangent(%x: !mercer.array<1xf64>, %d: !mercer.array<1xf64>) names ["x", "d"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %square = mercer.apply square(%v) : (f64) -> f64
  %cube = mercer.apply mul(%square, %v) : (f64, f64) -> f64
  %s = mercer.reduce sum over [%i] %cube : f64 -> f64
  %t = mercer.tangent %s along [%x] by [%d] : f64, !mercer.array<1xf64> by !mercer.array<1xf64>
  mercer.output "t" [] %t : f64
  %h = mercer.gradient %t by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %hv = mercer.read %h[%i] : !mercer.array<1xf64> -> f64
  mercer.output "h" [%i] %hv : f64
  %w = mercer.gradient %t by %d : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %wv = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  mercer.output "v" [%i] %wv : f64
}
