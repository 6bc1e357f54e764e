// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions "--mercer-schedule=plan=copy=no" | FileCheck %s --check-prefix=NONE --implicit-check-not=copy

// The factor that all lanes read is copied as f32, in an order that the loops have already; the lanes' own one goes through a tile anyway.
// CHECK-LABEL: mercer.plan @converted
// CHECK: %[[COPY:.*]] = mercer.allocate "copy"[%{{.*}}, %{{.*}}] : <2xf32>
// CHECK: mercer.nest "copy" %[[J:.*]] below %{{.*}} chunk 64 {
// CHECK: mercer.loop "copy" %[[K:.*]] from %{{.*}} lanes 16 []
// CHECK-NEXT: %[[V:.*]] = mercer.read %arg1[%[[J]], %[[K]]] : <2xbf16> -> f32
// CHECK-NEXT: mercer.store %[[V]], %[[COPY]][%[[J]], %[[K]]]
// CHECK: mercer.nest "i" {{.*}} lanes 32
// CHECK: mercer.loop "j" %[[J:.*]] from {{.*}} jam 8 [logsumexp]
// CHECK-NEXT: mercer.loop "k" %[[K:.*]] from
// CHECK-NEXT: mercer.read %[[COPY]][%[[J]], %[[K]]]
// NONE-LABEL: mercer.plan @converted
mercer.program @converted(%x: !mercer.array<2xf32>, %y: !mercer.array<2xbf16>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xbf16>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xbf16> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}

// Where the innermost loop steps over long rows, the copy is transposed, through registers.
// CHECK-LABEL: mercer.plan @transposed
// CHECK-DAG: %[[M:.*]] = mercer.size %arg1, 1
// CHECK-DAG: %[[D:.*]] = mercer.size %arg0, 1
// CHECK: %[[COPY:.*]] = mercer.allocate "copy"[%{{.*}}, %{{.*}}] : <2xf32>
// CHECK: mercer.nest "copy" %[[J:.*]] below %{{.*}} chunk 64 lanes 16 {
// CHECK: mercer.loop "copy" %[[K:.*]] from %{{.*}} jam 8 []
// CHECK-NEXT: %[[V:.*]] = mercer.read %arg1[%[[K]], %[[J]]] : <2xf32> -> f32
// CHECK-NEXT: mercer.store %[[V]], %[[COPY]][%[[J]], %[[K]]]
// CHECK: mercer.nest "i" {{.*}} lanes 32
// CHECK: mercer.loop "j" %[[J:.*]] from {{.*}} jam 8 []
// CHECK-NEXT: mercer.loop "k" %[[K:.*]] from
// CHECK-NEXT: mercer.read %[[COPY]][%[[J]], %[[K]]]
// NONE-LABEL: mercer.plan @transposed
mercer.program @transposed(%a: !mercer.array<2xf32>, %b: !mercer.array<2xf32>) names ["a", "b"] {
  %n = mercer.size %a, 0 : <2xf32>
  %d = mercer.size %a, 1 at_most 256 : <2xf32>
  %m = mercer.size %b, 1 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %x = mercer.read %a[%i, %k] : <2xf32> -> f32
  %y = mercer.read %b[%k, %j] : <2xf32> -> f32
  %p = mercer.apply mul(%x, %y) : (f32, f32) -> f32
  %c = mercer.reduce sum over [%k] %p : f32 -> f32
  mercer.output "c" [%i, %j] %c : f32
}

// One copy for all that read it; none of what is in the right type and order, of what runs too seldom, of short rows.
// CHECK-LABEL: mercer.plan @twice
// CHECK: mercer.allocate "copy"[%{{.*}}] : <1xf32>
// CHECK-NOT: mercer.allocate "copy"
// CHECK-LABEL: mercer.plan @as_it_is
// CHECK-NOT: copy
// CHECK-LABEL: mercer.plan @few
// CHECK-NOT: copy
// CHECK-LABEL: mercer.plan @short
// CHECK-NOT: copy
mercer.program @twice(%x: !mercer.array<1xf32>, %b: !mercer.array<1xf16>) names ["x", "b"] {
  %n = mercer.size %x, 0 : <1xf32>
  %m = mercer.size %b, 0 : <1xf16>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %v = mercer.read %x[%i] : <1xf32> -> f32
  %w = mercer.read %b[%j] : <1xf16> -> f32
  %t = mercer.apply mul(%v, %w) : (f32, f32) -> f32
  %e = mercer.apply exp(%t) : (f32) -> f32
  %s = mercer.reduce sum over [%j] %e : f32 -> f32
  %h = mercer.reduce max over [%j] %t : f32 -> f32
  mercer.output "s" [%i] %s : f32
  mercer.output "h" [%i] %h : f32
}

mercer.program @as_it_is(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}

mercer.program @few(%x: !mercer.array<2xf32>, %y: !mercer.array<2xbf16>) names ["x", "y"] {
  %n = mercer.size %x, 0 at_most 256 : <2xf32>
  %m = mercer.size %y, 0 at_most 256 : <2xbf16>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xbf16> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}

mercer.program @short(%a: !mercer.array<2xf32>, %b: !mercer.array<2xf32>) names ["a", "b"] {
  %n = mercer.size %a, 0 : <2xf32>
  %d = mercer.size %a, 1 at_most 256 : <2xf32>
  %m = mercer.size %b, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %x = mercer.read %a[%i, %k] : <2xf32> -> f32
  %y = mercer.read %b[%k, %j] : <2xf32> -> f32
  %p = mercer.apply mul(%x, %y) : (f32, f32) -> f32
  %c = mercer.reduce sum over [%k] %p : f32 -> f32
  mercer.output "c" [%i, %j] %c : f32
}
