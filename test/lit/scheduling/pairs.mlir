// RUN: mercer-opt %s --mercer-schedule | FileCheck %s

// RUN: mercer-opt %s --mercer-schedule=plan=pairs=no | FileCheck %s --check-prefix=APART

// Sums over i and over j of weights that contain one reduction: one nest over blocks of i, the longer index. What the
// reduction reads of i is packed once, all weights of two blocks are kept, the sums of j go to a table. What the sums multiply weights by is
// packed for each vector of k.
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
// CHECK-NEXT: %[[X:.*]] = mercer.tile "kept"{{.*}} : <1xf32>
// CHECK-NEXT: mercer.loop "i"
// CHECK: mercer.store %{{.*}}, %[[X]]
// CHECK: mercer.loop "j" %{{.*}} jam 8
// CHECK-NEXT: mercer.loop "i" %{{.*}} [sum]
// CHECK: mercer.read %[[X]]
// CHECK: mercer.read %[[WEIGHTS]]
// CHECK: mercer.accumulate sum %{{.*}} into %arg3[%{{.*}}, %{{.*}}]
// CHECK: mercer.loop "k" %{{.*}} lanes 32
// CHECK-NEXT: %[[Y:.*]] = mercer.tile "kept"{{.*}} : <1xf32>
// CHECK-NEXT: mercer.loop "j"
// CHECK: mercer.store %{{.*}}, %[[Y]]
// CHECK: mercer.loop "i" %{{.*}} jam 8
// CHECK-NEXT: mercer.loop "j" %{{.*}} [sum]
// CHECK: mercer.read %[[Y]]
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

// Scalars of rows and of columns: those of rows while the pairs' values are stored, those of columns from there. What is of the bounds of a
// loop (j < i) stays apart.
// CHECK-LABEL: mercer.plan @scalars
// CHECK: mercer.nest "i" %
// CHECK: mercer.loop "j" {{.*}} [sum]
// CHECK: mercer.nest "i block"
// CHECK-DAG: %[[LOGS:.*]] = mercer.accumulator "sums"[%{{.*}}] : <1xf32>
// CHECK-DAG: %[[SUMS:.*]] = mercer.accumulator "sums"[%{{.*}}, %{{.*}}] : <2xf32>
// CHECK: mercer.loop "j block"
// CHECK: mercer.loop "i" %[[I:.*]] from {{.*}} lanes 32
// CHECK: %[[LOG:.*]] = mercer.loop "j" %{{.*}} [logsumexp]
// CHECK: mercer.store {{.*}} : f32, <2xf32>
// CHECK: mercer.store {{.*}} : f32, <2xf32>
// CHECK: mercer.yield
// CHECK: %[[AT:.*]] = mercer.apply sub(%[[I]], %{{.*}})
// CHECK: mercer.accumulate logsumexp %[[LOG]] into %[[LOGS]][%[[AT]]] : f32
// CHECK: mercer.loop "j" %[[J:.*]] from
// CHECK-NEXT: %[[MOST:.*]] = mercer.loop "i" %[[I:.*]] from {{.*}} lanes 16 [max]
// CHECK: mercer.apply ne(
// CHECK: mercer.accumulate max %[[MOST]] into %arg3[%[[J]]]
// CHECK: mercer.accumulate sum %{{.*}} into %[[SUMS]]
// APART-LABEL: mercer.plan @scalars
// APART: mercer.nest "i" %
// APART: mercer.nest "j" %
mercer.program @scalars(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %y, 0 at_most 2048 : !mercer.array<2xf32>
  %f = mercer.size %x, 1 at_most 2048 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %f
  %xi = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %yj = mercer.read %y[%j, %k] : !mercer.array<2xf32> -> f32
  %product = mercer.apply mul(%xi, %yj) : (f32, f32) -> f32
  %score = mercer.reduce sum over [%k] %product : f32 -> f32
  %log = mercer.reduce logsumexp over [%j] %score : f32 -> f32
  %logs = mercer.array "stored" [%i] %log : f32 -> !mercer.array<1xf32>
  %logi = mercer.read %logs[%i] : !mercer.array<1xf32> -> f32
  mercer.output "logs" [%i] %logi : f32
  %other = mercer.apply ne(%i, %j) : (i64, i64) -> i1
  %most = mercer.reduce max over [%i] %score where %other : f32 -> f32
  %mosts = mercer.array "stored" [%j] %most : f32 -> !mercer.array<1xf32>
  %mostj = mercer.read %mosts[%j] : !mercer.array<1xf32> -> f32
  mercer.output "mosts" [%j] %mostj : f32
  %weight = mercer.apply exp(%score) : (f32) -> f32
  %term = mercer.apply mul(%yj, %weight) : (f32, f32) -> f32
  %rows = mercer.reduce sum over [%j] %term : f32 -> f32
  mercer.output "rows" [%i, %k] %rows : f32
  %below = mercer.apply lt(%j, %i) : (i64, i64) -> i1
  %half = mercer.reduce sum over [%j] %score where %below : f32 -> f32
  %halves = mercer.array "stored" [%i] %half : f32 -> !mercer.array<1xf32>
  %halfi = mercer.read %halves[%i] : !mercer.array<1xf32> -> f32
  mercer.output "halves" [%i] %halfi : f32
}

// Values without a reduction, for the exponential that rows and columns share.
// CHECK-LABEL: mercer.plan @elementwise
// CHECK: mercer.nest "i block"
// CHECK: mercer.loop "i" %{{.*}} lanes 32
// CHECK: mercer.loop "j" %{{.*}} [sum]
// CHECK: mercer.apply exp(
// CHECK: mercer.loop "j"
// CHECK-NEXT: mercer.loop "i" %{{.*}} lanes 16 [sum]
// CHECK-NOT: mercer.apply exp(
// CHECK: mercer.accumulate sum
// CHECK-NOT: mercer.nest
mercer.program @elementwise(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xi = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %yj = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
  %difference = mercer.apply sub(%xi, %yj) : (f32, f32) -> f32
  %kernel = mercer.apply exp(%difference) : (f32) -> f32
  %rowTerm = mercer.apply mul(%kernel, %yj) : (f32, f32) -> f32
  %row = mercer.reduce sum over [%j] %rowTerm : f32 -> f32
  %rows = mercer.array "stored" [%i] %row : f32 -> !mercer.array<1xf32>
  %rowi = mercer.read %rows[%i] : !mercer.array<1xf32> -> f32
  mercer.output "rows" [%i] %rowi : f32
  %column = mercer.reduce sum over [%i] %kernel : f32 -> f32
  %columns = mercer.array "stored" [%j] %column : f32 -> !mercer.array<1xf32>
  %columnj = mercer.read %columns[%j] : !mercer.array<1xf32> -> f32
  mercer.output "columns" [%j] %columnj : f32
}

// Elements of data with both indices would lie apart in memory: two nests.
// CHECK-LABEL: mercer.plan @data
// CHECK: mercer.nest "i" %
// CHECK: mercer.nest "j" %
mercer.program @data(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %value = mercer.apply exp(%xij) : (f32) -> f32
  %row = mercer.reduce sum over [%j] %value : f32 -> f32
  %rows = mercer.array "stored" [%i] %row : f32 -> !mercer.array<1xf32>
  %rowi = mercer.read %rows[%i] : !mercer.array<1xf32> -> f32
  mercer.output "rows" [%i] %rowi : f32
  %column = mercer.reduce sum over [%i] %value : f32 -> f32
  %columns = mercer.array "stored" [%j] %column : f32 -> !mercer.array<1xf32>
  %columnj = mercer.read %columns[%j] : !mercer.array<1xf32> -> f32
  mercer.output "columns" [%j] %columnj : f32
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
