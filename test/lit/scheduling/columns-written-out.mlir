// RUN: mercer-opt %s --mercer-schedule | FileCheck %s

// An output over three constant positions of a further index: their sums share one pass.
// CHECK-LABEL: mercer.plan @few
// CHECK: mercer.nest "i"
// CHECK: mercer.loop "j" {{.*}} [sum, sum, sum] -> (f32, f32, f32)
// CHECK-COUNT-3: mercer.store %{{.*}}, %arg2
// CHECK-NOT: mercer.store
mercer.program @few(%x: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "z"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %z, 0 : !mercer.array<2xf32>
  %three = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %three
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%j, %k] : !mercer.array<2xf32> -> f32
  %p = mercer.apply mul(%xv, %zv) : (f32, f32) -> f32
  %e = mercer.apply exp(%p) : (f32) -> f32
  %s = mercer.reduce sum over [%j] %e : f32 -> f32
  mercer.output "y" [%i, %k] %s : f32
}

// Of sixteen positions they would not fit into registers: a loop over them, over tiles of the weights of 256 terms.
// CHECK-LABEL: mercer.plan @many
// CHECK: mercer.nest "i"
// CHECK: mercer.tile "kept"
// CHECK: mercer.loop "k" {{.*}} jam 8 []
// CHECK-NEXT: mercer.loop "j" {{.*}} [sum] -> f32
mercer.program @many(%x: !mercer.array<1xf32>, %z: !mercer.array<2xf32>, %w: !mercer.array<1xf32>) names ["x", "z", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %z, 0 : !mercer.array<2xf32>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %sixteen
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %wv = mercer.read %w[%j] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%j, %k] : !mercer.array<2xf32> -> f32
  %p = mercer.apply mul(%xv, %wv) : (f32, f32) -> f32
  %e = mercer.apply exp(%p) : (f32) -> f32
  %t = mercer.apply mul(%e, %zv) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%j] %t : f32 -> f32
  mercer.output "y" [%i, %k] %s : f32
}

// Without long sums, sixteen positions are straight code.
// CHECK-LABEL: mercer.plan @elements
// CHECK: mercer.nest "i"
// CHECK-NOT: mercer.loop
// CHECK-COUNT-16: mercer.store %{{.*}}, %arg2
mercer.program @elements(%x: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "z"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %sixteen
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%i, %k] : !mercer.array<2xf32> -> f32
  %p = mercer.apply mul(%xv, %zv) : (f32, f32) -> f32
  mercer.output "y" [%i, %k] %p : f32
}

// Nor where rows at computed positions are read that fill vectors: a vector of such a row is one load, its elements are gathers.
// CHECK-LABEL: mercer.plan @gathered
// CHECK: mercer.nest "i"
// CHECK: mercer.loop "k" {{.*}} lanes 16 []
mercer.program @gathered(%x: !mercer.array<2xf32>, %at: !mercer.array<1xi64>) names ["x", "at"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %sixteen = mercer.constant 16 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %sixteen
  %p = mercer.read %at[%i] : !mercer.array<1xi64> -> i64
  %here = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %there = mercer.read %x[%p, %k] : !mercer.array<2xf32> -> f32
  %d = mercer.apply sub(%here, %there) : (f32, f32) -> f32
  mercer.output "y" [%i, %k] %d : f32
}
