// RUN: mercer-opt %s --mercer-pipeline --mercer-schedule=plan=pairs=no | FileCheck %s

// The gradient by what is read at the reduced index keeps that index: a nest over it, where both are not in the nest of pairs.
// CHECK-LABEL: mercer.plan @pairs
// CHECK: mercer.nest "{{i|o0}}"
// CHECK: mercer.loop "j"
// CHECK: mercer.nest "j"
// CHECK: mercer.loop "{{i|o0}}"
// CHECK: mercer.store
mercer.program @pairs(%x: !mercer.array<1xf32>, %z: !mercer.array<1xf32>) names ["x", "z"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %z, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%j] : !mercer.array<1xf32> -> f32
  %d = mercer.apply sub(%xv, %zv) : (f32, f32) -> f32
  %e = mercer.apply exp(%d) : (f32) -> f32
  %s = mercer.reduce sum over [%j] %e : f32 -> f32
  %t = mercer.reduce sum over [%i] %s : f32 -> f32
  %gx = mercer.gradient %t by %x : f32, !mercer.array<1xf32> -> !mercer.array<1xf32>
  %gz = mercer.gradient %t by %z : f32, !mercer.array<1xf32> -> !mercer.array<1xf32>
  %dx = mercer.read %gx[%i] : !mercer.array<1xf32> -> f32
  %dz = mercer.read %gz[%j] : !mercer.array<1xf32> -> f32
  mercer.output "d_x" [%i] %dx : f32
  mercer.output "d_z" [%j] %dz : f32
}
