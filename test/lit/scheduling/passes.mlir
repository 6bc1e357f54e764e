// RUN: mercer-opt %s --mercer-schedule | FileCheck %s

// Reductions over one index that need nothing of each other share a pass; what needs a finished one is a later pass of the same nest.
// The count of large terms is masked by a predicate.
// CHECK-LABEL: mercer.plan @passes
// CHECK: mercer.nest "i"
// CHECK: %[[FIRST:.*]]:2 = mercer.loop "j" {{.*}} [max, sum] -> (f32, f32)
// CHECK: mercer.loop "j" {{.*}} [sum, sum] -> ({{f32, i64|i64, f32}})
// CHECK-DAG: mercer.apply sub(%{{.*}}, %[[FIRST]]#0)
// CHECK-DAG: %[[LARGE:.*]] = mercer.apply gt
// CHECK: mercer.yield {{.*}}%[[LARGE]]
// CHECK-NOT: mercer.nest
// CHECK: mercer.store
mercer.program @passes(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %one = mercer.constant 1 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %sum = mercer.reduce sum over [%j] %v : f32 -> f32
  %max = mercer.reduce max over [%j] %v : f32 -> f32
  %d = mercer.apply sub(%v, %max) : (f32, f32) -> f32
  %e = mercer.apply exp(%d) : (f32) -> f32
  %z = mercer.reduce sum over [%j] %e : f32 -> f32
  %large = mercer.apply gt(%v, %max) : (f32, f32) -> i1
  %count = mercer.reduce sum over [%j] %one where %large : i64 -> i64
  %c = mercer.apply to_real(%count) : (i64) -> f32
  %a = mercer.apply add(%sum, %z) : (f32, f32) -> f32
  %b = mercer.apply add(%a, %c) : (f32, f32) -> f32
  mercer.output "y" [%i] %b : f32
}
