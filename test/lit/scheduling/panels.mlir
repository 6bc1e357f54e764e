// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// What is added up over rows that read much again and again: chunks of four vectors' rows, one after the other. Of few rows, or of loops that
// read little, the chunk is what it was.
// CHECK-LABEL: mercer.plan @total
// CHECK: mercer.nest "s" {{.*}} chunk 64 lanes 32 {
// CHECK: mercer.nest "f" {{.*}} chunk 32 lanes 32 {
// CHECK: mercer.nest "i" {{.*}} chunk 128 lanes 32 panels 4 {
// CHECK: mercer.accumulate sum
mercer.program @total(%x: !mercer.array<2xf32>, %w: !mercer.array<2xf32>, %few: !mercer.array<2xf32>, %small: !mercer.array<2xf32>) names ["x", "w", "few", "small"] {
  %n = mercer.size %x, 0 at_most 2048 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 at_most 256 : !mercer.array<2xf32>
  %c = mercer.size %w, 0 : !mercer.array<2xf32>
  %m = mercer.size %few, 0 at_most 256 : !mercer.array<2xf32>
  %s = mercer.size %small, 1 at_most 16 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %f = mercer.index "f", %m
  %o = mercer.size %small, 0 at_most 2048 : !mercer.array<2xf32>
  %r = mercer.index "s", %o
  %j = mercer.index "c", %c
  %k = mercer.index "k", %d
  %l = mercer.index "l", %s
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %fk = mercer.read %few[%f, %k] : !mercer.array<2xf32> -> f32
  %sl = mercer.read %small[%r, %l] : !mercer.array<2xf32> -> f32
  %wjk = mercer.read %w[%j, %k] : !mercer.array<2xf32> -> f32
  %wjl = mercer.read %w[%j, %l] : !mercer.array<2xf32> -> f32
  %p = mercer.apply mul(%xik, %wjk) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %row = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  %total = mercer.reduce sum over [%i] %row : f32 -> f32
  mercer.output "total" [] %total : f32
  %pf = mercer.apply mul(%fk, %wjk) : (f32, f32) -> f32
  %dotf = mercer.reduce sum over [%k] %pf : f32 -> f32
  %rowf = mercer.reduce logsumexp over [%j] %dotf : f32 -> f32
  %totalf = mercer.reduce sum over [%f] %rowf : f32 -> f32
  mercer.output "few" [] %totalf : f32
  %ps = mercer.apply mul(%sl, %wjl) : (f32, f32) -> f32
  %dots = mercer.reduce sum over [%l] %ps : f32 -> f32
  %rows = mercer.reduce logsumexp over [%j] %dots : f32 -> f32
  %totals = mercer.reduce sum over [%r] %rows : f32 -> f32
  mercer.output "small" [] %totals : f32
}
