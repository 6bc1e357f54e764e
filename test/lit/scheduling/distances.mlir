// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions "--mercer-schedule=plan=distance=no" | FileCheck %s --check-prefix=NONE --implicit-check-not=norms
// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule --mercer-lower | FileCheck %s --check-prefix=LOWERED

// The rows that all lanes read, less a centre, and their norms are stored; those of the lanes' own rows are made before the loop; differences where products
// have cancelled.
// CHECK-LABEL: mercer.plan @nearest
// CHECK: %[[CENTRE:.*]] = mercer.allocate "centre"[%{{.*}}] : <1xf32>
// CHECK: %[[CENTRED:.*]] = mercer.allocate "centred"[%{{.*}}, %{{.*}}] : <2xf32>
// CHECK: %[[NORMS:.*]] = mercer.allocate "norms"[%{{.*}}] : <1xf32>
// CHECK: %[[SOME:.*]] = mercer.apply minimum(
// CHECK: mercer.nest "centre" %[[K:.*]] below %{{.*}} chunk 64 lanes 16 {
// CHECK: mercer.loop "k" %[[ROW:.*]] from %{{.*}} to %[[SOME]] [sum]
// CHECK: mercer.read %arg1[%[[ROW]], %[[K]]]
// CHECK: mercer.nest "norms" %[[ROW:.*]] below %{{.*}} chunk 64 {
// CHECK: mercer.loop "k" %[[K:.*]] from {{.*}} lanes 16 [sum]
// CHECK: mercer.read %arg1[%[[ROW]], %[[K]]]
// CHECK: mercer.read %[[CENTRE]][%[[K]]]
// CHECK: mercer.store %{{.*}}, %[[CENTRED]][%[[ROW]], %[[K]]]
// CHECK: mercer.store %{{.*}}, %[[NORMS]][%[[ROW]]]
// CHECK: mercer.nest "close" %[[FIRST:.*]] below %{{.*}} chunk 64 {
// CHECK: mercer.loop "close" %[[SECOND:.*]] from %{{[^ ]*}} to %{{[^ ]*}} [sum]
// CHECK: mercer.accumulate sum %{{.*}} into %[[CLOSE:[0-9]+]][]
// CHECK: %[[COUNT:.*]] = mercer.read %[[CLOSE]][]
// CHECK: %[[SPREAD:.*]] = mercer.apply le(%[[COUNT]],
// CHECK: mercer.apply select(%[[SPREAD]], %{{.*}}, %{{.*}}) : (i1, f32, f32)
// CHECK: mercer.apply select(%[[SPREAD]], %{{.*}}, %{{.*}}) : (i1, i64, i64)
// CHECK: mercer.nest "i" {{.*}} lanes 32
// CHECK: %[[TILE:.*]] = mercer.tile "centred"
// CHECK: %[[OWN:.*]] = mercer.loop "k" {{.*}} [sum] -> f32
// CHECK: mercer.loop "j" %[[J:.*]] from {{.*}} jam 8 [argmin] -> i64
// CHECK-NEXT: %[[PRODUCT:.*]] = mercer.loop "k" %[[K:.*]] from
// CHECK-NEXT: mercer.read %[[CENTRED]][%[[J]], %[[K]]]
// CHECK-NEXT: mercer.read %[[TILE]][%[[K]]]
// CHECK-NEXT: mercer.apply mul(
// CHECK: %[[OTHER:.*]] = mercer.read %[[NORMS]][%[[J]]]
// CHECK: %[[BOTH:.*]] = mercer.apply add(%[[OWN]], %[[OTHER]])
// CHECK: %[[TWICE:.*]] = mercer.apply mul(%{{.*}}, %[[PRODUCT]])
// CHECK: %[[SQUARED:.*]] = mercer.apply sub(%[[BOTH]], %[[TWICE]])
// CHECK: %[[PART:.*]] = mercer.apply mul(%[[BOTH]], %{{.*}})
// CHECK: %[[GOOD:.*]] = mercer.apply gt(%[[SQUARED]], %[[PART]])
// CHECK: %[[BAD:.*]] = mercer.apply logical_not(%[[GOOD]])
// CHECK: %[[UPPER:.*]] = mercer.apply select(%[[BAD]], %{{.*}}, %[[ZERO:.*]]) : (i1, i64, i64)
// CHECK: %[[DIRECT:.*]] = mercer.loop "k" %{{.*}} from %[[ZERO]] to %[[UPPER]] [sum] -> f32
// CHECK: mercer.apply sub(
// CHECK: mercer.apply select(%[[GOOD]], %[[SQUARED]], %[[DIRECT]])
// NONE-LABEL: mercer.plan @nearest
// LOWERED-LABEL: llvm.func internal @mercer_nearest_nest2
// LOWERED: vector.reduction <or>
// LOWERED: scf.if
// LOWERED: arith.subf
// LOWERED: } else {
mercer.program @nearest(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %s = mercer.apply sub(%a, %b) : (f32, f32) -> f32
  %q = mercer.apply square(%s) : (f32) -> f32
  %distance = mercer.reduce sum over [%k] %q : f32 -> f32
  %at = mercer.reduce argmin over [%j] %distance : f32 -> i64
  mercer.output "nearest" [%i] %at : i64
}

// Not of a few features, whose norms and check would cost as much as they save.
// CHECK-LABEL: mercer.plan @few
// CHECK-NOT: norms
// NONE-LABEL: mercer.plan @few
mercer.program @few(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.constant 12 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %s = mercer.apply sub(%a, %b) : (f32, f32) -> f32
  %q = mercer.apply square(%s) : (f32) -> f32
  %distance = mercer.reduce sum over [%k] %q : f32 -> f32
  %at = mercer.reduce argmin over [%j] %distance : f32 -> i64
  mercer.output "nearest" [%i] %at : i64
}

// Coordinates over lengths are divided once, not for each pair.
// CHECK-LABEL: mercer.plan @lengths
// CHECK: mercer.nest "norms"
// CHECK: %[[MOVED:.*]] = mercer.apply sub(
// CHECK: %[[SCALED:.*]] = mercer.apply div(%[[MOVED]], %{{.*}})
// CHECK: mercer.store %[[SCALED]]
// CHECK: mercer.nest "i"
// CHECK: mercer.tile "centred"
// CHECK: mercer.apply div(
// CHECK: mercer.loop "j"
// CHECK-NEXT: mercer.loop "k"
// CHECK-NOT: mercer.apply div(
// CHECK: mercer.apply mul(
// CHECK: mercer.apply div(
// CHECK-NOT: mercer.apply div(
// NONE-LABEL: mercer.plan @lengths
mercer.program @lengths(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>, %l: !mercer.array<1xf32>) names ["x", "y", "l"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %length = mercer.read %l[%k] : <1xf32> -> f32
  %s = mercer.apply sub(%a, %b) : (f32, f32) -> f32
  %scaled = mercer.apply div(%s, %length) : (f32, f32) -> f32
  %q = mercer.apply square(%scaled) : (f32) -> f32
  %distance = mercer.reduce sum over [%k] %q : f32 -> f32
  %most = mercer.reduce max over [%j] %distance : f32 -> f32
  mercer.output "most" [%i] %most : f32
}
