// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule=plan=chunk=64 | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions '--mercer-schedule=lanes=8 registers=16 plan=chunk=64' | FileCheck %s --check-prefix=FEW
// RUN: mercer-opt %s --mercer-store-reductions '--mercer-schedule=plan=rows=1' | FileCheck %s --check-prefix=ONE

// Two vectors of rows share what is read of y. As many vectors of rows as otherwise share a cache's part of y.
// CHECK: mercer.nest "i" {{.*}} chunk 128 lanes 32 panels 4 {
// CHECK: mercer.loop "j" {{.*}} jam 8 [logsumexp]
// FEW: mercer.nest "i" {{.*}} lanes 16 panels 4 {
// With 16 registers there is room for 4 sums in two vectors each. The order is that of 8.
// FEW: mercer.loop "j" {{.*}} jam 4 group 8 [logsumexp]
// ONE: mercer.nest "i" {{.*}} lanes 16 panels 4 {
// ONE: mercer.loop "j" {{.*}} jam 8 [logsumexp]

// Nothing is the same for several rows.
// CHECK-DAG: mercer.nest "l" {{.*}} lanes 16 {

// Where a row's sum begins differs: vectors of other rows would begin elsewhere.
// CHECK-DAG: mercer.nest "q" {{.*}} lanes 16 {

// What rows add up together: the choice is one of its order of terms, too.
// CHECK-DAG: mercer.nest "u" {{.*}} lanes 32 {
// CHECK-DAG: mercer.accumulate sum
mercer.program @rows(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>, %z: !mercer.array<1xf32>, %w: !mercer.array<1xf32>, %g: !mercer.array<1xf32>) names ["x", "y", "z", "w", "g"] {
  %zero = mercer.constant 0 : i64
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %p = mercer.size %z, 0 : <1xf32>
  %s = mercer.size %w, 0 : <1xf32>
  %t = mercer.size %g, 0 : <1xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %ab = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %ab : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32

  %l = mercer.index "l", %p
  %zl = mercer.read %z[%l] : <1xf32> -> f32
  %e = mercer.apply exp(%zl) : (f32) -> f32
  mercer.output "exponentials" [%l] %e : f32

  %q = mercer.index "q", %t
  %r = mercer.index "r", %t
  %zr = mercer.read %g[%r] : <1xf32> -> f32
  %zq = mercer.read %g[%q] : <1xf32> -> f32
  %near = mercer.apply mul(%zr, %zq) : (f32, f32) -> f32
  %near2 = mercer.apply exp(%near) : (f32) -> f32
  %after = mercer.apply gt(%r, %q) : (i64, i64) -> i1
  %later = mercer.reduce sum over [%r] %near2 where %after : f32 -> f32
  mercer.output "later" [%q] %later : f32

  %u = mercer.index "u", %s
  %v = mercer.index "v", %s
  %zu = mercer.read %w[%u] : <1xf32> -> f32
  %zv = mercer.read %w[%v] : <1xf32> -> f32
  %uv = mercer.apply mul(%zu, %zv) : (f32, f32) -> f32
  %f = mercer.apply exp(%uv) : (f32) -> f32
  %ofU = mercer.reduce sum over [%v] %f : f32 -> f32
  %all = mercer.reduce sum over [%u] %ofU : f32 -> f32
  mercer.output "all" [] %all : f32
}
