// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [0.5, -1, 4]]' | FileCheck %s

// The gradient of sum over i of log(sum over k of exp(x[i, k])) is softmax; the gradient of its first
// column is a column of p (1 - p). Values by mpmath.
// RUN: mercer-interpret %s --bits=120 --input 'x=[[1, 2, 3], [0.5, -1, 4]]' | FileCheck %s

// CHECK: g = {{\[\[}}0.0900305731704, 0.244728471055, 0.665240955775], [0.0291217615375, 0.00649794331566, 0.964380295147]]
// CHECK: d = {{\[\[}}0.081925069065, -0.0220330445202, -0.0598920245448], [0.0282736845424, -0.000189231555723, -0.0280844529867]]
mercer.program @softmax(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %m
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %e = mercer.apply exp(%v) : (f64) -> f64
  %s = mercer.reduce sum over [%k] %e : f64 -> f64
  %l = mercer.apply log(%s) : (f64) -> f64
  %g = mercer.gradient %l by %x : f64, !mercer.array<2xf64> -> !mercer.array<2xf64>
  %gv = mercer.read %g[%i, %k] : !mercer.array<2xf64> -> f64
  %zero = mercer.constant 0 : i64
  %first = mercer.read %g[%i, %zero] : !mercer.array<2xf64> -> f64
  %d = mercer.gradient %first by %x : f64, !mercer.array<2xf64> -> !mercer.array<2xf64>
  %dv = mercer.read %d[%i, %k] : !mercer.array<2xf64> -> f64
  mercer.output "g" [%i, %k] %gv : f64
  mercer.output "d" [%i, %k] %dv : f64
}
