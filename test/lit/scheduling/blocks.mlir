// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// o(i, c) = sum_j w(i, j) v(j, c): w is computed once, for a block of 256 j after the other, and added to the sums for all c; another
// sum over j comes from the same loop.
// CHECK-LABEL: mercer.plan @attention
// CHECK: mercer.nest "i" {{.*}} lanes 16
// CHECK: %[[O:.*]] = mercer.accumulator
// CHECK: %[[Z:.*]] = mercer.accumulator
// CHECK: mercer.loop "j block"
// CHECK: %[[W:.*]] = mercer.tile
// CHECK: %[[PART:.*]] = mercer.loop "j" %{{.*}} from %[[LOWER:.*]] to %[[UPPER:.*]] jam 8 [sum]
// CHECK: %[[E:.*]] = mercer.apply exp
// CHECK: mercer.store %[[E]], %[[W]]
// CHECK: mercer.accumulate sum %[[PART]] into %[[Z]]
// CHECK: mercer.loop "c" %[[C:.*]] from {{.*}} jam 8 []
// CHECK-NEXT: %[[SUM:.*]] = mercer.loop "j" %{{.*}} from %[[LOWER]] to %[[UPPER]] [sum]
// CHECK-NOT: exp
// CHECK: mercer.accumulate sum %[[SUM]] into %[[O]][%[[C]]]
// CHECK: mercer.loop "c" %[[C2:.*]] from
// CHECK-NEXT: %[[R:.*]] = mercer.read %[[O]][%[[C2]]]
// CHECK-NEXT: mercer.store %[[R]], %arg3
mercer.program @attention(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>, %v: !mercer.array<2xf32>) names ["x", "y", "v"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 : <2xf32>
  %e = mercer.size %v, 1 at_most 2048 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %c = mercer.index "c", %e
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %w = mercer.apply exp(%dot) : (f32) -> f32
  %r = mercer.read %v[%j, %c] : <2xf32> -> f32
  %t = mercer.apply mul(%w, %r) : (f32, f32) -> f32
  %o = mercer.reduce sum over [%j] %t : f32 -> f32
  %z = mercer.reduce sum over [%j] %w : f32 -> f32
  mercer.output "o" [%i, %c] %o : f32
  mercer.output "z" [%i] %z : f32
}
