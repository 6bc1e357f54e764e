// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// Embeddings that a loop over pairs compares are computed once, in a nest of their own.
// CHECK-LABEL: mercer.plan @embedded
// CHECK: %[[TABLE:.*]] = mercer.allocate {{.*}} : <2xf32>
// CHECK: mercer.nest
// CHECK: mercer.store {{.*}}, %[[TABLE]]
// CHECK: mercer.nest "i"
// CHECK-NOT: %arg0
// CHECK: mercer.loop "j"
// CHECK-NOT: %arg0
// CHECK: mercer.store {{.*}} %arg2

// The same with extents that nothing is known of: a table might be as large as a product of two of them.
// CHECK-LABEL: mercer.plan @unbounded
// CHECK-NOT: mercer.allocate
mercer.program @embedded(%x: !mercer.array<2xf32>, %w: !mercer.array<2xf32>) names ["x", "w"] {
  %n = mercer.size %x, 0 : <2xf32>
  %d = mercer.size %x, 1 : <2xf32>
  %e = mercer.size %w, 0 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %d
  %a = mercer.index "a", %e
  %xi = mercer.read %x[%i, %k] : <2xf32> -> f32
  %xj = mercer.read %x[%j, %k] : <2xf32> -> f32
  %wa = mercer.read %w[%a, %k] : <2xf32> -> f32
  %pi = mercer.apply mul(%xi, %wa) : (f32, f32) -> f32
  %pj = mercer.apply mul(%xj, %wa) : (f32, f32) -> f32
  %zi = mercer.reduce sum over [%k] %pi : f32 -> f32
  %zj = mercer.reduce sum over [%k] %pj : f32 -> f32
  %t = mercer.apply mul(%zi, %zj) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%a] %t : f32 -> f32
  %best = mercer.reduce max over [%j] %s : f32 -> f32
  mercer.output "best" [%i] %best : f32
}

mercer.program @unbounded(%x: !mercer.array<2xf32>, %w: !mercer.array<2xf32>) names ["x", "w"] {
  %n = mercer.size %x, 0 : <2xf32>
  %d = mercer.size %x, 1 : <2xf32>
  %e = mercer.size %w, 0 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %d
  %a = mercer.index "a", %e
  %xi = mercer.read %x[%i, %k] : <2xf32> -> f32
  %xj = mercer.read %x[%j, %k] : <2xf32> -> f32
  %wa = mercer.read %w[%a, %k] : <2xf32> -> f32
  %pi = mercer.apply mul(%xi, %wa) : (f32, f32) -> f32
  %pj = mercer.apply mul(%xj, %wa) : (f32, f32) -> f32
  %zi = mercer.reduce sum over [%k] %pi : f32 -> f32
  %zj = mercer.reduce sum over [%k] %pj : f32 -> f32
  %t = mercer.apply mul(%zi, %zj) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%a] %t : f32 -> f32
  %best = mercer.reduce max over [%j] %s : f32 -> f32
  mercer.output "best" [%i] %best : f32
}
