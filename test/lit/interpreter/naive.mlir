// RUN: mercer-interpret %s --input 'x=[10000, 9999]' --bits=200 | FileCheck %s
// RUN: mercer-interpret %s --input 'x=[10000, 9999]' | FileCheck %s --check-prefix=DOUBLE

// The naive formula overflows in f64 and is right in MPFR, so that it can judge the pass that rewrites it.
// CHECK: loss = 10000.3132617
// DOUBLE: loss = inf
mercer.program @naive(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %e = mercer.apply exp(%v) : (f64) -> f64
  %s = mercer.reduce sum over [%i] %e : f64 -> f64
  %l = mercer.apply log(%s) : (f64) -> f64
  mercer.output "loss" [] %l : f64
}
