// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule=plan=jam=2 | FileCheck %s --check-prefix=TWO

// Fewer side by side: terms are taken in the same groups.
// TWO: mercer.loop "j" {{.*}} jam 2 group 8 [logsumexp]

// A row that a loop over other rows reads again and again is packed first, one element a lane; 8 of the other rows run side by side.
// CHECK-LABEL: mercer.plan @pairs
// All the other rows are read again for each vector of rows: four vectors share them.
// CHECK: mercer.nest "i" {{.*}} lanes 32 panels 4
// CHECK: %[[ROW:.*]] = mercer.tile
// CHECK-NEXT: mercer.loop "k" %[[K:.*]] from
// CHECK-NEXT: %[[V:.*]] = mercer.read %arg0[%{{.*}}, %[[K]]]
// CHECK-NEXT: mercer.store %[[V]], %[[ROW]][%[[K]]]
// CHECK: mercer.loop "j" {{.*}} jam 8 [logsumexp]
// CHECK-NEXT: mercer.loop "k" {{.*}} [sum]
// CHECK-NOT: %arg0
// CHECK: mercer.read %[[ROW]]
// CHECK-NOT: %arg0
// CHECK: mercer.store {{.*}} %arg2
mercer.program @pairs(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}

// Long rows are read along instead: each sum combines its lanes once.
// CHECK-LABEL: mercer.plan @long
// CHECK: mercer.nest "i" %{{.*}} below %{{.*}} chunk 64 {
// CHECK-NOT: mercer.tile
// CHECK: mercer.loop "k" {{.*}} lanes 16 [sum]
mercer.program @long(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}
