// RUN: mercer-opt %s --mercer-checks-to-values --mercer-store-reductions --mercer-schedule | FileCheck %s

// A check holds before anything is read by its subscript: a round of nests of its own, then the error, then the rest.
// CHECK-LABEL: mercer.plan @pick
// CHECK: mercer.nest "i"
// CHECK-NOT: mercer.read %arg0
// CHECK: mercer.accumulate any
// CHECK: mercer.fail 0 when %[[FLAG:.*]] : <0xi1>
// CHECK: mercer.nest "i"
// CHECK: mercer.read %arg0
mercer.program @pick(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi64>) names ["x", "label"] {
  %n = mercer.size %label, 0 : !mercer.array<1xi64>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
  mercer.check "x", 1, "label(i)" [%i] %l below %m
  %v = mercer.read %x[%i, %l] : !mercer.array<2xf32> -> f32
  mercer.output "y" [%i] %v : f32
}

// Checks that read by none of each other's subscripts share a nest; one that does comes after.
// CHECK-LABEL: mercer.plan @pairs
// CHECK: mercer.nest "i"
// CHECK: mercer.accumulate any
// CHECK: mercer.accumulate any
// CHECK-NOT: mercer.nest
// CHECK: mercer.fail 0
// CHECK-NOT: mercer.nest
// CHECK: mercer.fail 2
// CHECK: mercer.nest "i"
// CHECK: mercer.fail 1
// CHECK: mercer.nest "i"
// CHECK-NOT: mercer.fail
mercer.program @pairs(%x: !mercer.array<2xf32>, %a: !mercer.array<1xi64>, %b: !mercer.array<1xi64>) names ["x", "a", "b"] {
  %n = mercer.size %a, 0 : !mercer.array<1xi64>
  %rows = mercer.size %x, 0 : !mercer.array<2xf32>
  %columns = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %p = mercer.read %a[%i] : !mercer.array<1xi64> -> i64
  %q = mercer.read %b[%p] : !mercer.array<1xi64> -> i64
  %m = mercer.size %b, 0 : !mercer.array<1xi64>
  mercer.check "b", 0, "a(i)" [%i] %p below %m {mercer.round = 0 : i64}
  mercer.check "x", 0, "b(a(i))" [%i] %q below %rows {mercer.round = 1 : i64}
  mercer.check "x", 1, "a(i)" [%i] %p below %columns {mercer.round = 0 : i64}
  %v = mercer.read %x[%q, %p] : !mercer.array<2xf32> -> f32
  mercer.output "y" [%i] %v : f32
}
