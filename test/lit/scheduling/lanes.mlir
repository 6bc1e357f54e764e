// RUN: mercer-opt %s --mercer-schedule | FileCheck %s
// RUN: mercer-opt %s --mercer-schedule=lanes=8 | FileCheck %s --check-prefix=EIGHT

// Reductions lane by lane: the nest's index runs in vectors, two at once.
// CHECK-LABEL: mercer.plan @nest
// CHECK: mercer.nest "i" {{.*}} lanes 32
// CHECK: mercer.loop "j"
// CHECK-NOT: lanes
// CHECK: mercer.yield
// EIGHT-LABEL: mercer.plan @nest
// EIGHT: mercer.nest "i" {{.*}} lanes 16
mercer.program @nest(%x: !mercer.array<1xf32>, %z: !mercer.array<1xf32>) names ["x", "z"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %z, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xv = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %zv = mercer.read %z[%j] : !mercer.array<1xf32> -> f32
  %d = mercer.apply sub(%xv, %zv) : (f32, f32) -> f32
  %e = mercer.apply exp(%d) : (f32) -> f32
  %s = mercer.reduce sum over [%j] %e : f32 -> f32
  mercer.output "y" [%i] %s : f32
}

// Rows of a matrix that are read once: memory in order, the loop's index runs in vectors.
// CHECK-LABEL: mercer.plan @loop
// CHECK: mercer.nest "i"
// CHECK-NOT: lanes
// CHECK: mercer.loop "j" {{.*}} lanes 16 [sum]
mercer.program @loop(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %s = mercer.reduce sum over [%j] %v : f32 -> f32
  mercer.output "y" [%i] %s : f32
}

// Columns: the nest's index is last in memory.
// CHECK-LABEL: mercer.plan @columns
// CHECK: mercer.nest "j" {{.*}} lanes 16
// CHECK: mercer.loop "i"
// CHECK-NOT: lanes
// CHECK: mercer.yield
mercer.program @columns(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %s = mercer.reduce sum over [%i] %v : f32 -> f32
  mercer.output "y" [%j] %s : f32
}

// A log-sum-exp over lanes looks at its reference once for several vectors; a sum has nothing to share.
// CHECK-LABEL: mercer.plan @several
// CHECK: mercer.loop "j" {{.*}} lanes 16 jam 8 [logsumexp]
// CHECK: mercer.loop "j" {{.*}} lanes 16 [sum]
mercer.program @several(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  %l = mercer.reduce logsumexp over [%j] %v : f32 -> f32
  %d = mercer.apply sub(%v, %l) : (f32, f32) -> f32
  %e = mercer.apply square(%d) : (f32) -> f32
  %s = mercer.reduce sum over [%j] %e : f32 -> f32
  mercer.output "y" [%i] %s : f32
}
