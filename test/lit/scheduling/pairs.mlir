// RUN: mercer-opt %s --mercer-schedule | FileCheck %s

// Sums over i and over j of weights that contain one reduction: one nest over blocks of i, the longer index. What the
// reduction reads of i is packed once, all weights of two blocks are kept, the sums of j go to a table.
// CHECK-LABEL: mercer.plan @crossed
// CHECK: mercer.nest "i block" %{{.*}} chunk 1 {
// CHECK: %[[ROWS:.*]] = mercer.accumulator "sums"
// CHECK: %[[PACKED:.*]] = mercer.tile "kept"{{.*}} : <2xf32>
// CHECK: mercer.loop "i" %{{.*}} lanes 32
// CHECK-NEXT: mercer.loop "d"
// CHECK: mercer.store %{{.*}}, %[[PACKED]]
// CHECK: mercer.loop "j block"
// CHECK: %[[WEIGHTS:.*]] = mercer.tile "kept"{{.*}} : <2xf32>
// CHECK: mercer.loop "i" %{{.*}} lanes 32
// CHECK: mercer.loop "j" %{{.*}} jam 8
// CHECK: mercer.loop "d"
// CHECK: mercer.read %[[PACKED]]
// CHECK: mercer.loop "j"
// CHECK: mercer.apply exp
// CHECK: mercer.store %{{.*}}, %[[WEIGHTS]]
// CHECK: mercer.loop "k" %{{.*}} lanes 32
// CHECK-NEXT: mercer.loop "j" %{{.*}} jam 8
// CHECK-NEXT: mercer.loop "i" %{{.*}} [sum]
// CHECK: mercer.read %[[WEIGHTS]]
// CHECK: mercer.accumulate sum %{{.*}} into %arg3[%{{.*}}, %{{.*}}]
// CHECK: mercer.loop "k" %{{.*}} lanes 32
// CHECK-NEXT: mercer.loop "i" %{{.*}} jam 8
// CHECK-NEXT: mercer.loop "j" %{{.*}} [sum]
// CHECK: mercer.read %[[WEIGHTS]]
// CHECK: mercer.accumulate sum %{{.*}} into %[[ROWS]][%{{.*}}, %{{.*}}]
// CHECK: mercer.loop "i"
// CHECK: mercer.read %[[ROWS]]
// CHECK: mercer.store %{{.*}}, %arg2[
// CHECK-NOT: mercer.nest
mercer.program @crossed(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %y, 0 at_most 2048 : !mercer.array<2xf32>
  %f = mercer.size %x, 1 at_most 2048 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %d = mercer.index "d", %f
  %k = mercer.index "k", %f
  %xid = mercer.read %x[%i, %d] : !mercer.array<2xf32> -> f32
  %yjd = mercer.read %y[%j, %d] : !mercer.array<2xf32> -> f32
  %product = mercer.apply mul(%xid, %yjd) : (f32, f32) -> f32
  %score = mercer.reduce sum over [%d] %product : f32 -> f32
  %weight = mercer.apply exp(%score) : (f32) -> f32
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %yjk = mercer.read %y[%j, %k] : !mercer.array<2xf32> -> f32
  %row = mercer.apply mul(%yjk, %weight) : (f32, f32) -> f32
  %rows = mercer.reduce sum over [%j] %row : f32 -> f32
  mercer.output "rows" [%i, %k] %rows : f32
  %column = mercer.apply mul(%xik, %weight) : (f32, f32) -> f32
  %columns = mercer.reduce sum over [%i] %column : f32 -> f32
  mercer.output "columns" [%j, %k] %columns : f32
}

// The second weight has i and j exchanged: its sums are those of columns, under another name.
// CHECK-LABEL: mercer.plan @exchanged
// CHECK: mercer.nest "i block"
// CHECK: mercer.loop "j block"
// CHECK: mercer.apply exp
// CHECK-NOT: mercer.apply exp
// CHECK: mercer.accumulate sum %{{.*}} into %[[COLUMNS:.*]][
// CHECK: mercer.nest "i"
// CHECK: mercer.read %[[COLUMNS]][
mercer.program @exchanged(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %f = mercer.size %x, 1 at_most 2048 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %f
  %xi = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %yj = mercer.read %y[%j, %k] : !mercer.array<2xf32> -> f32
  %xj = mercer.read %x[%j, %k] : !mercer.array<2xf32> -> f32
  %yi = mercer.read %y[%i, %k] : !mercer.array<2xf32> -> f32
  %p0 = mercer.apply mul(%xi, %yj) : (f32, f32) -> f32
  %s0 = mercer.reduce sum over [%k] %p0 : f32 -> f32
  %w0 = mercer.apply exp(%s0) : (f32) -> f32
  %t0 = mercer.apply mul(%yj, %w0) : (f32, f32) -> f32
  %r0 = mercer.reduce sum over [%j] %t0 : f32 -> f32
  mercer.output "rows" [%i, %k] %r0 : f32
  %p1 = mercer.apply mul(%yi, %xj) : (f32, f32) -> f32
  %s1 = mercer.reduce sum over [%k] %p1 : f32 -> f32
  %w1 = mercer.apply exp(%s1) : (f32) -> f32
  %t1 = mercer.apply mul(%xj, %w1) : (f32, f32) -> f32
  %r1 = mercer.reduce sum over [%j] %t1 : f32 -> f32
  %twice = mercer.apply add(%r1, %r1) : (f32, f32) -> f32
  mercer.output "columns" [%i, %k] %twice : f32
}

// Rows of any length are not kept for whole blocks: two nests.
// CHECK-LABEL: mercer.plan @unbounded
// CHECK: mercer.nest "i" %
// CHECK: mercer.nest "j" %
mercer.program @unbounded(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %y, 0 : !mercer.array<2xf32>
  %f = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %f
  %xi = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %yj = mercer.read %y[%j, %k] : !mercer.array<2xf32> -> f32
  %product = mercer.apply mul(%xi, %yj) : (f32, f32) -> f32
  %score = mercer.reduce sum over [%k] %product : f32 -> f32
  %weight = mercer.apply exp(%score) : (f32) -> f32
  %row = mercer.apply mul(%yj, %weight) : (f32, f32) -> f32
  %rows = mercer.reduce sum over [%j] %row : f32 -> f32
  mercer.output "rows" [%i, %k] %rows : f32
  %column = mercer.apply mul(%xi, %weight) : (f32, f32) -> f32
  %columns = mercer.reduce sum over [%i] %column : f32 -> f32
  mercer.output "columns" [%j, %k] %columns : f32
}
