// RUN: mercer-interpret %s --input 'x=[3, -1, 5, -1, 5]' --input 'n=[2, 0, 7, 7, 0]' | FileCheck %s --check-prefixes=CHECK,FULL
// RUN: mercer-interpret %s --bits=100 --input 'x=[3, -1, 5, -1, 5]' --input 'n=[2, 0, 7, 7, 0]' | FileCheck %s --check-prefixes=CHECK,FULL
// RUN: mercer-interpret %s --input 'x=[]' --input 'n=[]' | FileCheck %s --check-prefixes=CHECK,EMPTY
// RUN: mercer-interpret %s --input 'x=[3, -1, "nan", 7]' --input 'n=[1, 2, 3, 4]' | FileCheck %s --check-prefixes=CHECK,NAN

// FULL: sum = 11
// EMPTY: sum = 0
// NAN: sum = nan
// FULL-NEXT: prod = 75
// EMPTY-NEXT: prod = 1
// NAN-NEXT: prod = nan
// FULL-NEXT: min = -1
// EMPTY-NEXT: min = inf
// NAN-NEXT: min = nan
// FULL-NEXT: max = 5
// EMPTY-NEXT: max = -inf
// NAN-NEXT: max = nan
// 5 + log(2 + exp(-2) + 2 exp(-6))
// FULL-NEXT: logsumexp = 5.76094263631
// EMPTY-NEXT: logsumexp = -inf
// NAN-NEXT: logsumexp = nan
// FULL-NEXT: argmin = 1
// EMPTY-NEXT: argmin = -1
// NAN-NEXT: argmin = 2
// FULL-NEXT: argmax = 2
// EMPTY-NEXT: argmax = -1
// NAN-NEXT: argmax = 2
// FULL-NEXT: any = 1
// EMPTY-NEXT: any = 0
// NAN-NEXT: any = 1
// FULL-NEXT: all = 0
// EMPTY-NEXT: all = 1
// NAN-NEXT: all = 0
// FULL-NEXT: n_max = 7
// EMPTY-NEXT: n_max = -9223372036854775808
// FULL-NEXT: n_argmin = 1
// EMPTY-NEXT: n_argmin = -1
// Where x > 0 only.
// CHECK: where
// FULL-SAME: = 13
// EMPTY-SAME: = 0
// NAN-SAME: = 10
// The first winner takes the derivative.
// CHECK: d_max
// FULL-SAME: = [0, 0, 1, 0, 0]
// EMPTY-SAME: = []
mercer.program @reductions(%x: !mercer.array<1xf64>, %n: !mercer.array<1xi32>) names ["x", "n"] {
  %size = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %size
  %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %k = mercer.read %n[%i] : !mercer.array<1xi32> -> i64
  %zero = mercer.constant 0.0 : f64
  %positive = mercer.apply gt(%v, %zero) : (f64, f64) -> i1
  %sum = mercer.reduce sum over [%i] %v : f64 -> f64
  mercer.output "sum" [] %sum : f64
  %prod = mercer.reduce prod over [%i] %v : f64 -> f64
  mercer.output "prod" [] %prod : f64
  %min = mercer.reduce min over [%i] %v : f64 -> f64
  mercer.output "min" [] %min : f64
  %max = mercer.reduce max over [%i] %v : f64 -> f64
  mercer.output "max" [] %max : f64
  %logsumexp = mercer.reduce logsumexp over [%i] %v : f64 -> f64
  mercer.output "logsumexp" [] %logsumexp : f64
  %argmin = mercer.reduce argmin over [%i] %v : f64 -> i64
  mercer.output "argmin" [] %argmin : i64
  %argmax = mercer.reduce argmax over [%i] %v : f64 -> i64
  mercer.output "argmax" [] %argmax : i64
  %any = mercer.reduce any over [%i] %positive : i1 -> i1
  mercer.output "any" [] %any : i1
  %all = mercer.reduce all over [%i] %positive : i1 -> i1
  mercer.output "all" [] %all : i1
  %nmax = mercer.reduce max over [%i] %k : i64 -> i64
  mercer.output "n_max" [] %nmax : i64
  %nargmin = mercer.reduce argmin over [%i] %k : i64 -> i64
  mercer.output "n_argmin" [] %nargmin : i64
  %where = mercer.reduce sum over [%i] %v where %positive : f64 -> f64
  mercer.output "where" [] %where : f64
  %g = mercer.gradient %max by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d = mercer.read %g[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_max" [%i] %d : f64
}
