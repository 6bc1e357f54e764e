// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// A predicate on the index of a pass ends its loop.
// CHECK-LABEL: mercer.plan @lower
// CHECK: %[[TRUE:.*]] = mercer.constant true
// CHECK: mercer.nest "i" %[[I:.*]] below %[[N:.*]] chunk
// CHECK: %[[END:.*]] = mercer.apply minimum(%[[I]], %[[N]])
// CHECK: mercer.loop "j" %{{.*}} from %{{.*}} to %[[END]] [sum]
// CHECK: mercer.yield %{{.*}}, %[[TRUE]]
mercer.program @lower(%x: !mercer.array<1xf32>) names ["x"] {
  %n = mercer.size %x, 0 : <1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %v = mercer.read %x[%j] : <1xf32> -> f32
  %before = mercer.apply lt(%j, %i) : (i64, i64) -> i1
  %s = mercer.reduce sum over [%j] %v where %before : f32 -> f32
  mercer.output "s" [%i] %s : f32
}
