// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// Rows that lanes keep are read several elements at once where the nest's loops are short.
// CHECK-LABEL: mercer.plan @short
// CHECK: mercer.nest "i"
// CHECK: mercer.loop "k" {{.*}} jam 16 []
// CHECK-NEXT: mercer.read %arg0
// CHECK-LABEL: mercer.plan @long
// CHECK: mercer.nest "i"
// CHECK: mercer.loop "k" {{.*}} to %{{[0-9]+}} [] {
// CHECK-NEXT: mercer.read %arg0
mercer.program @short(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 at_most 256 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%k] %p : f32 -> f32
  %most = mercer.reduce max over [%j] %s : f32 -> f32
  mercer.output "most" [%i] %most : f32
}
mercer.program @long(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %s = mercer.reduce sum over [%k] %p : f32 -> f32
  %most = mercer.reduce max over [%j] %s : f32 -> f32
  mercer.output "most" [%i] %most : f32
}
