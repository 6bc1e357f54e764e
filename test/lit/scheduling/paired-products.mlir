// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule=pairs=true | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s --check-prefix=NONE --implicit-check-not=pairs

// Products of two inputs of bf16, one of them in lanes: the other one's rows are copied once, with zeros up to a multiple of 32 terms; the
// lanes' columns are in a tile of bf16 in place of that of f32.
// CHECK-LABEL: mercer.plan @rows
// CHECK: %[[D:.*]] = mercer.size %arg0, 1
// CHECK: %[[TERMS:.*]] = mercer.apply mul(%{{.*}}, %{{.*}}) : (i64, i64) -> i64
// CHECK: %[[PARTS:.*]] = mercer.apply add(%{{.*}}, %{{.*}}) : (i64, i64) -> i64
// CHECK: %[[ROW:.*]] = mercer.apply mul(%[[PARTS]], %{{.*}}) : (i64, i64) -> i64
// CHECK: %[[ROWS:.*]] = mercer.allocate "rows"[%{{.*}}, %[[ROW]]] : <2xbf16>
// CHECK: mercer.nest "rows" %[[J:.*]] below
// CHECK: mercer.loop "terms" %[[K:.*]] from %{{.*}} to %[[D]] lanes 16 []
// CHECK-NEXT: %[[V:.*]] = mercer.read %arg1[%[[J]], %[[K]]]
// CHECK-NEXT: mercer.store %[[V]], %[[ROWS]][%[[J]], %[[K]]]
// CHECK: mercer.loop "terms" %[[K:.*]] from %[[D]] to %[[TERMS]] []
// CHECK-NEXT: %[[ZERO:.*]] = mercer.constant 0.0
// CHECK-NEXT: mercer.store %[[ZERO]], %[[ROWS]][%[[J]], %[[K]]]
// CHECK: mercer.nest "i" {{.*}} lanes 16
// CHECK-NOT: <1xf32>
// CHECK: %[[COLUMN:.*]] = mercer.tile "column"[%[[TERMS]]] : <1xbf16>
// CHECK: mercer.loop "terms" %{{.*}} from %{{.*}} to %[[D]] []
// CHECK-NEXT: mercer.read %arg0
// CHECK: mercer.loop "terms" %{{.*}} from %[[D]] to %[[TERMS]] []
// CHECK: mercer.loop "j" %[[J:.*]] from {{.*}} jam 8 [logsumexp]
// CHECK-NEXT: mercer.loop "k" %[[K:.*]] from %{{.*}} to %[[TERMS]] pairs [sum]
// CHECK-NEXT: mercer.read %[[ROWS]][%[[J]], %[[K]]]
// CHECK-NEXT: mercer.read %[[COLUMN]][%[[K]]]
// NONE-LABEL: mercer.plan @rows
mercer.program @rows(%x: !mercer.array<2xbf16>, %y: !mercer.array<2xbf16>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xbf16>
  %m = mercer.size %y, 0 : <2xbf16>
  %d = mercer.size %x, 1 at_most 256 : <2xbf16>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xbf16> -> f32
  %b = mercer.read %y[%j, %k] : <2xbf16> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}

// Not where one factor is no bf16, where a term is more than a product, or a sum is of unbounded length.
// CHECK-LABEL: mercer.plan @mixed
// CHECK-NOT: pairs
// CHECK-LABEL: mercer.plan @distance
// CHECK-NOT: pairs
// CHECK-LABEL: mercer.plan @unbounded
// CHECK-NOT: pairs
mercer.program @mixed(%x: !mercer.array<2xbf16>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xbf16>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xbf16>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xbf16> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}
mercer.program @distance(%x: !mercer.array<2xbf16>, %y: !mercer.array<2xbf16>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xbf16>
  %m = mercer.size %y, 0 : <2xbf16>
  %d = mercer.size %x, 1 at_most 256 : <2xbf16>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xbf16> -> f32
  %b = mercer.read %y[%j, %k] : <2xbf16> -> f32
  %difference = mercer.apply sub(%a, %b) : (f32, f32) -> f32
  %square = mercer.apply square(%difference) : (f32) -> f32
  %distance = mercer.reduce sum over [%k] %square : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %distance : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}
mercer.program @unbounded(%x: !mercer.array<2xbf16>, %y: !mercer.array<2xbf16>) names ["x", "y"] {
  %n = mercer.size %x, 1 : <2xbf16>
  %m = mercer.size %y, 0 at_most 256 : <2xbf16>
  %d = mercer.size %x, 0 : <2xbf16>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%k, %i] : <2xbf16> -> f32
  %b = mercer.read %y[%j, %k] : <2xbf16> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}
