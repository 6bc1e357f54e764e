// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// Row sums that another nest reads at another index are stored, with one size; the difference of two of them, over two
// long indices, is not.
// CHECK-LABEL: mercer.plan @ranks
// CHECK-NOT: mercer.allocate {{.*}} : <2x
// CHECK: mercer.allocate "{{row|stored}}"[%{{[0-9a-z_]+}}] : <1xf32>
// CHECK-NOT: mercer.allocate {{.*}} : <2x
mercer.program @ranks(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %m
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %s = mercer.reduce sum over [%k] %v : f32 -> f32
  %row = mercer.array "row" [%i] %s : f32 -> !mercer.array<1xf32>
  %j = mercer.index "j", %n
  %here = mercer.read %row[%i] : !mercer.array<1xf32> -> f32
  %there = mercer.read %row[%j] : !mercer.array<1xf32> -> f32
  %d = mercer.apply sub(%here, %there) : (f32, f32) -> f32
  %e = mercer.apply exp(%d) : (f32) -> f32
  %r = mercer.reduce sum over [%j] %e : f32 -> f32
  mercer.output "y" [%i] %r : f32
}

// What only its own nest uses is not stored at all.
// CHECK-LABEL: mercer.plan @within
// CHECK-NOT: mercer.allocate
// CHECK: mercer.nest "i"
// CHECK: mercer.store %{{.*}}, %arg1
mercer.program @within(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %m
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %s = mercer.reduce sum over [%k] %v : f32 -> f32
  %row = mercer.array "row" [%i] %s : f32 -> !mercer.array<1xf32>
  %here = mercer.read %row[%i] : !mercer.array<1xf32> -> f32
  %e = mercer.apply exp(%here) : (f32) -> f32
  mercer.output "y" [%i] %e : f32
}
