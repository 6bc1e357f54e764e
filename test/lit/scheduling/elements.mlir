// RUN: mercer-opt %s --mercer-scatter --mercer-store-reductions --mercer-schedule | FileCheck %s

// An output is written in the type of its memory, also where it is written out.
// CHECK-LABEL: mercer.plan @row(
// CHECK-SAME: %arg1: !mercer.array<1xbf16>, %arg2: !mercer.array<2xf16>
// CHECK: mercer.store %{{.*}}, %arg1[%{{.*}}] : f32, <1xbf16>
// CHECK-COUNT-2: mercer.store %{{.*}}, %arg2[%{{.*}}, %{{.*}}] : f32, <2xf16>
mercer.program @row(%x: !mercer.array<1xf32>) names ["x"] {
  %n = mercer.size %x, 0 : <1xf32>
  %two = mercer.constant 2 : i64
  %i = mercer.index "i", %n
  %k = mercer.index "k", %two
  %a = mercer.read %x[%i] : <1xf32> -> f32
  %e = mercer.apply exp(%a) : (f32) -> f32
  %r = mercer.apply to_real(%k) : (i64) -> f32
  %p = mercer.apply mul(%e, %r) : (f32, f32) -> f32
  mercer.output "y" [%i] %e {mercer.element = bf16} : f32
  mercer.output "z" [%i, %k] %p {mercer.element = f16} : f32
}

// Sums that other loops fill keep their type: they are stored beside the output, which is rounded from there.
// CHECK-LABEL: mercer.plan @segments(
// CHECK-SAME: %arg2: !mercer.array<1xbf16>
// CHECK: %[[SUMS:.*]] = mercer.allocate "{{.*}}"[%{{.*}}] : <1xf32>
// CHECK: mercer.accumulate sum %{{.*}} into %[[SUMS]]
// CHECK: mercer.store %{{.*}}, %arg2[%{{.*}}] : f32, <1xbf16>
mercer.program @segments(%x: !mercer.array<1xf32>, %l: !mercer.array<1xi64>) names ["x", "l"] {
  %n = mercer.size %x, 0 : <1xf32>
  %i = mercer.index "i", %n
  %c = mercer.index "c", %n
  %a = mercer.read %x[%i] : <1xf32> -> f32
  %label = mercer.read %l[%i] : <1xi64> -> i64
  %same = mercer.apply eq(%label, %c) : (i64, i64) -> i1
  %s = mercer.reduce sum over [%i] %a where %same : f32 -> f32
  mercer.output "s" [%c] %s {mercer.element = bf16} : f32
}
