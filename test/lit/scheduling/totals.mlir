// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// Totals are accumulated in the nest over what they sum, two in one nest; what needs them comes after it.
// CHECK-LABEL: mercer.plan @totals
// CHECK-DAG: %[[SUM:.*]] = mercer.allocate "stored"[] : <0xf32>
// CHECK: mercer.nest "i"
// CHECK: mercer.accumulate {{sum|max}} %{{.*}} into
// CHECK: mercer.accumulate {{sum|max}} %{{.*}} into
// CHECK: }
// CHECK: mercer.nest "i"
// CHECK: mercer.apply div
// CHECK: mercer.store
mercer.program @totals(%x: !mercer.array<1xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %sum = mercer.reduce sum over [%i] %v : f32 -> f32
  %max = mercer.reduce max over [%i] %v : f32 -> f32
  %both = mercer.apply add(%sum, %max) : (f32, f32) -> f32
  %k = mercer.index "i", %n
  %w = mercer.read %x[%k] : !mercer.array<1xf32> -> f32
  %part = mercer.apply div(%w, %both) : (f32, f32) -> f32
  mercer.output "y" [%k] %part : f32
}
