// RUN: mercer-opt %s --mercer-schedule | FileCheck %s

// y(i) = sum_j exp(x(i)) z(j) log(scale): each factor where its innermost index is.
// CHECK-LABEL: mercer.plan @hoisting
// CHECK: mercer.apply log
// CHECK: mercer.nest "i"
// CHECK: mercer.apply exp
// CHECK: mercer.loop "j"
// CHECK-NOT: mercer.apply exp
// CHECK-NOT: mercer.apply log
// CHECK: mercer.apply mul
// CHECK: mercer.yield
mercer.program @hoisting(%x: !mercer.array<1xf32>, %z: !mercer.array<1xf32>, %scale: !mercer.array<0xf32>) names ["x", "z", "scale"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %z, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%j] : !mercer.array<1xf32> -> f32
  %sv = mercer.read %scale[] : !mercer.array<0xf32> -> f32
  %e = mercer.apply exp(%xv) : (f32) -> f32
  %l = mercer.apply log(%sv) : (f32) -> f32
  %ez = mercer.apply mul(%e, %zv) : (f32, f32) -> f32
  %all = mercer.apply mul(%ez, %l) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%j] %all : f32 -> f32
  mercer.output "y" [%i] %s : f32
}
