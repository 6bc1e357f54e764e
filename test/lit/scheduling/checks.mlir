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
