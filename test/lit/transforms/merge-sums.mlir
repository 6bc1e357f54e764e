// RUN: mercer-opt %s --mercer-merge-sums | FileCheck %s

// u(i) sum(j, a(i,j) x(j,k)) - v(i) sum(j, b(i,j) x(j,k)) -> sum(j, (u a - v b) x)
// CHECK-LABEL: @weights
// CHECK: %[[V0:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.apply sub(%[[V0]], %[[V1]])
// CHECK: %[[V3:.*]] = mercer.apply mul(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.reduce sum over[%{{.*}}] %[[V3]]
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V4]]
mercer.program @weights(%x: !mercer.array<2xf64>, %a: !mercer.array<2xf64>, %b: !mercer.array<2xf64>, %u: !mercer.array<1xf64>, %v: !mercer.array<1xf64>) names ["x", "a", "b", "u", "v"] {
  %n = mercer.size %a, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %xjk = mercer.read %x[%j, %k] : !mercer.array<2xf64> -> f64
  %aij = mercer.read %a[%i, %j] : !mercer.array<2xf64> -> f64
  %bij = mercer.read %b[%i, %j] : !mercer.array<2xf64> -> f64
  %ui = mercer.read %u[%i] : !mercer.array<1xf64> -> f64
  %vi = mercer.read %v[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%aij, %xjk) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply mul(%bij, %xjk) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply mul(%ui, %1) : (f64, f64) -> f64
  %5 = mercer.apply mul(%vi, %3) : (f64, f64) -> f64
  %6 = mercer.apply sub(%4, %5) : (f64, f64) -> f64
  mercer.output "r" [%i, %k] %6 : f64
}

// A common coefficient stays outside, and so does another term.
// CHECK-LABEL: @common
// CHECK: %[[V0:.*]] = mercer.apply add(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply mul(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V3:.*]] = mercer.apply mul(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply add(%{{.*}}, %[[V3]])
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V4]]
mercer.program @common(%x: !mercer.array<2xf64>, %a: !mercer.array<2xf64>, %b: !mercer.array<2xf64>, %u: !mercer.array<1xf64>) names ["x", "a", "b", "u"] {
  %n = mercer.size %a, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %xjk = mercer.read %x[%j, %k] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %aij = mercer.read %a[%i, %j] : !mercer.array<2xf64> -> f64
  %bij = mercer.read %b[%i, %j] : !mercer.array<2xf64> -> f64
  %ui = mercer.read %u[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%aij, %xjk) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply mul(%bij, %xjk) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply mul(%ui, %1) : (f64, f64) -> f64
  %5 = mercer.apply mul(%ui, %3) : (f64, f64) -> f64
  %6 = mercer.apply add(%4, %xik) : (f64, f64) -> f64
  %7 = mercer.apply add(%6, %5) : (f64, f64) -> f64
  mercer.output "r" [%i, %k] %7 : f64
}

// Terms where one of the predicates holds, each with its weight: what none reads is not read.
// CHECK-LABEL: @predicates
// CHECK: %[[V0:.*]] = mercer.apply ne(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply gt(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V3:.*]] = mercer.apply select(%[[V1]], %{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply add(%{{.*}}, %[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply mul(%{{.*}}, %[[V4]])
// CHECK: %[[V6:.*]] = mercer.reduce sum over[%{{.*}}] %[[V5]] where %[[V0]]
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V6]]
mercer.program @predicates(%x: !mercer.array<2xf64>, %a: !mercer.array<2xf64>, %b: !mercer.array<2xf64>) names ["x", "a", "b"] {
  %n = mercer.size %a, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %d
  %xjk = mercer.read %x[%j, %k] : !mercer.array<2xf64> -> f64
  %aij = mercer.read %a[%i, %j] : !mercer.array<2xf64> -> f64
  %bij = mercer.read %b[%i, %j] : !mercer.array<2xf64> -> f64
  %other = mercer.apply ne(%i, %j) : (i64, i64) -> i1
  %larger = mercer.apply gt(%aij, %bij) : (f64, f64) -> i1
  %both = mercer.apply logical_and(%other, %larger) : (i1, i1) -> i1
  %0 = mercer.apply mul(%aij, %xjk) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 where %other : f64 -> f64
  %2 = mercer.apply mul(%bij, %xjk) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 where %both : f64 -> f64
  %4 = mercer.apply add(%1, %3) : (f64, f64) -> f64
  mercer.output "r" [%i, %k] %4 : f64
}

// a(i,j) is no less than a product with it, but one sum is less than two.
// CHECK-LABEL: @inside
// CHECK: %[[V0:.*]] = mercer.apply exp(%[[A:[0-9]+]])
// CHECK: %[[V1:.*]] = mercer.apply sub(%[[A]], %[[V0]])
// CHECK: %[[V2:.*]] = mercer.apply mul(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V2]]
// CHECK: %[[V4:.*]] = mercer.apply mul(%{{.*}}, %[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @inside(%a: !mercer.array<2xf64>, %u: !mercer.array<1xf64>) names ["a", "u"] {
  %n = mercer.size %a, 0 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %aij = mercer.read %a[%i, %j] : !mercer.array<2xf64> -> f64
  %ui = mercer.read %u[%i] : !mercer.array<1xf64> -> f64
  %uj = mercer.read %u[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%aij) : (f64) -> f64
  %1 = mercer.apply mul(%aij, %uj) : (f64, f64) -> f64
  %2 = mercer.apply mul(%0, %uj) : (f64, f64) -> f64
  %s1 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %s2 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %t1 = mercer.apply mul(%ui, %s1) : (f64, f64) -> f64
  %t2 = mercer.apply mul(%ui, %s2) : (f64, f64) -> f64
  %r = mercer.apply sub(%t1, %t2) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
}

// Left alone: one sum of a row and one for all rows; a coefficient that means another j; a sum that something else needs too.
// CHECK-LABEL: @alone
// CHECK-COUNT-6: mercer.reduce
mercer.program @alone(%x: !mercer.array<2xf64>, %a: !mercer.array<2xf64>, %u: !mercer.array<1xf64>) names ["x", "a", "u"] {
  %n = mercer.size %a, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %d
  %xjk = mercer.read %x[%j, %k] : !mercer.array<2xf64> -> f64
  %aij = mercer.read %a[%i, %j] : !mercer.array<2xf64> -> f64
  %aji = mercer.read %a[%j, %i] : !mercer.array<2xf64> -> f64
  %ui = mercer.read %u[%i] : !mercer.array<1xf64> -> f64
  %uj = mercer.read %u[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%aij) : (f64) -> f64
  %1 = mercer.apply mul(%aij, %uj) : (f64, f64) -> f64
  %e = mercer.apply exp(%uj) : (f64) -> f64
  %2 = mercer.apply mul(%e, %uj) : (f64, f64) -> f64
  %s1 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %s2 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %r1 = mercer.apply add(%s1, %s2) : (f64, f64) -> f64
  mercer.output "cheap" [%i] %r1 : f64
  %3 = mercer.apply mul(%aij, %xjk) : (f64, f64) -> f64
  %4 = mercer.apply mul(%aji, %xjk) : (f64, f64) -> f64
  %s3 = mercer.reduce sum over [%j] %3 : f64 -> f64
  %s4 = mercer.reduce sum over [%j] %4 : f64 -> f64
  %r2 = mercer.apply mul(%uj, %s3) : (f64, f64) -> f64
  %r3 = mercer.apply add(%r2, %s4) : (f64, f64) -> f64
  %r4 = mercer.reduce sum over [%j] %r3 : f64 -> f64
  mercer.output "captured" [%i, %k] %r4 : f64
  %5 = mercer.apply mul(%0, %xjk) : (f64, f64) -> f64
  %s5 = mercer.reduce sum over [%j] %5 : f64 -> f64
  %r5 = mercer.apply add(%s5, %s3) : (f64, f64) -> f64
  mercer.output "shared" [%i, %k] %r5 : f64
  mercer.output "twice" [%i, %k] %s5 : f64
}

// Where a weight takes a reduction for each pair, terms that are picked by data are no work of their own; that there is a
// term holds inside of the sum.
// CHECK-LABEL: @picked
// CHECK: %[[P:.*]] = mercer.apply exp
// CHECK: %[[ONE:.*]] = mercer.apply select(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK: %[[W:.*]] = mercer.apply sub(%[[P]], %[[ONE]])
// CHECK: %[[T:.*]] = mercer.apply mul(%{{.*}}, %[[W]])
// CHECK: %[[S:.*]] = mercer.reduce sum over[%{{.*}}] %[[T]] : f64
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[S]]
mercer.program @picked(%x: !mercer.array<2xf64>, %w: !mercer.array<2xf64>, %label: !mercer.array<1xi64>) names ["x", "w", "label"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %w, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %none = mercer.constant 0 : i64
  %zero = mercer.constant 0.0 : f64
  %i = mercer.index "i", %n
  %c = mercer.index "c", %m
  %k = mercer.index "k", %d
  %some = mercer.apply gt(%n, %none) : (i64, i64) -> i1
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %wck = mercer.read %w[%c, %k] : !mercer.array<2xf64> -> f64
  %li = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
  %product = mercer.apply mul(%xik, %wck) : (f64, f64) -> f64
  %score = mercer.reduce sum over [%k] %product : f64 -> f64
  %p = mercer.apply exp(%score) : (f64) -> f64
  %0 = mercer.apply mul(%xik, %p) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%i] %0 : f64 -> f64
  %2 = mercer.apply select(%some, %1, %zero) : (i1, f64, f64) -> f64
  %own = mercer.apply eq(%li, %c) : (i64, i64) -> i1
  %3 = mercer.reduce sum over [%i] %xik where %own : f64 -> f64
  %4 = mercer.apply sub(%2, %3) : (f64, f64) -> f64
  mercer.output "r" [%c, %k] %4 : f64
}
