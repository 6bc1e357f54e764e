// RUN: mercer-opt %s | FileCheck %s
// RUN: mercer-opt %s | mercer-opt | FileCheck %s
// RUN: mercer-opt %s --mlir-print-op-generic | FileCheck %s --check-prefix=GENERIC
// RUN: mercer-opt %s --mlir-print-op-generic | mercer-opt | FileCheck %s
// RUN: mercer-opt %s > %t.pretty
// RUN: mercer-opt %s --mlir-print-op-generic | mercer-opt | diff %t.pretty -

// GENERIC: #mercer.function<ge>
// GENERIC: #mercer.reduction<logsumexp>
// GENERIC: kinds = [#mercer.reduction<sum>, #mercer.reduction<argmin>]

// CHECK-LABEL: mercer.program @program(%arg0: !mercer.array<2xf32>, %arg1: !mercer.array<1xi32>, %arg2: !mercer.array<0xf32>) names ["x", "label", "scale"]
// CHECK: mercer.size %arg0, 0 : {{.*}}<2xf32>
// CHECK: %[[I:.*]] = mercer.index "i", %{{.*}}
// CHECK: %[[K:.*]] = mercer.index "k", %{{.*}}
// CHECK: mercer.read %arg0[%[[I]], %[[K]]] : {{.*}}<2xf32> -> f32
// CHECK: mercer.apply ge(%{{.*}}, %{{.*}}) : (i64, i64) -> i1
// CHECK: mercer.read %arg0[%[[I]], %{{.*}}] if %{{.*}} : {{.*}}<2xf32> -> f32
// CHECK: mercer.reduce logsumexp over{{ ?}}[%[[K]]] %{{.*}} where %{{.*}} : f32 -> f32
// CHECK: mercer.reduce argmax over{{ ?}}[%[[K]]] %{{.*}} : f32 -> i64
// CHECK: mercer.array "a"[%[[I]]] %{{.*}} : f32 -> {{.*}}<1xf32>
// CHECK: mercer.gradient %{{.*}} by %arg0 : f32, {{.*}}<2xf32> -> {{.*}}<2xf32>
// CHECK: mercer.tangent %{{.*}} along{{ ?}}[%arg2] by{{ ?}}[%arg2] : f32, {{.*}}<0xf32> by {{.*}}<0xf32>
// CHECK: mercer.check "x", 1, "label(i)"[%[[I]]] %{{.*}} below %{{.*}} if %{{.*}}
// CHECK: mercer.output "y"[%[[I]]] %{{.*}} : f32
mercer.program @program(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi32>, %scale: !mercer.array<0xf32>) names ["x", "label", "scale"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %m
  %zero = mercer.constant 0 : i64
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %l = mercer.read %label[%i] : !mercer.array<1xi32> -> i64
  %used = mercer.apply ge(%l, %zero) : (i64, i64) -> i1
  %w = mercer.read %x[%i, %l] if %used : !mercer.array<2xf32> -> f32
  %lse = mercer.reduce logsumexp over [%k] %v where %used : f32 -> f32
  %best = mercer.reduce argmax over [%k] %v : f32 -> i64
  %a = mercer.array "a" [%i] %lse : f32 -> !mercer.array<1xf32>
  %r = mercer.read %a[%i] : !mercer.array<1xf32> -> f32
  %g = mercer.gradient %r by %x : f32, !mercer.array<2xf32> -> !mercer.array<2xf32>
  %gv = mercer.read %g[%i, %l] if %used : !mercer.array<2xf32> -> f32
  %t = mercer.tangent %w along [%scale] by [%scale] : f32, !mercer.array<0xf32> by !mercer.array<0xf32>
  %s = mercer.apply add(%gv, %t) : (f32, f32) -> f32
  mercer.check "x", 1, "label(i)" [%i] %l below %m if %used
  mercer.output "y" [%i] %s : f32
  mercer.output "best" [%i] %best : i64
}

// CHECK-LABEL: mercer.plan @plan(%arg0: !mercer.array<1xf32>, %arg1: !mercer.array<0xf32>) names ["x", "y"] inputs 1
// CHECK: mercer.allocate "t"[%{{.*}}] : {{.*}}<1xf32>
// CHECK: mercer.nest "rows" %[[N:.*]] below %{{.*}} chunk 64 lanes 16 panels 4
// CHECK: mercer.tile "tile"[%{{.*}}] : {{.*}}<1xf32>
// CHECK: mercer.accumulator "sums"[%{{.*}}] : {{.*}}<1xf32>
// CHECK: mercer.loop "j" %{{.*}} from %{{.*}} to %{{.*}} jam 4 group 8 [sum, argmin] -> (f32, i64)
// CHECK: mercer.accumulate sum %{{.*}} into %{{.*}}[%{{.*}}] where %{{.*}} : f32, {{.*}}<1xf32>
// CHECK: mercer.yield %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : f32, i1, f32, i1
// CHECK: mercer.store %{{.*}}, %{{.*}}[%[[N]]] : f32, {{.*}}<1xf32>
// CHECK: mercer.fail 0 when %{{.*}} : {{.*}}<0xi1>
mercer.plan @plan(%x: !mercer.array<1xf32>, %y: !mercer.array<0xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  %four = mercer.constant 4 : i64
  %true = mercer.constant true
  %t = mercer.allocate "t" [%n] : !mercer.array<1xf32>
  %bad = mercer.allocate "bad" [] : !mercer.array<0xi1>
  mercer.nest "rows" %i below %n chunk 64 lanes 16 panels 4 {
    %tile = mercer.tile "tile" [%four] : !mercer.array<1xf32>
    %sums = mercer.accumulator "sums" [%four] : !mercer.array<1xf32>
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %s:2 = mercer.loop "j" %j from %zero to %four jam 4 group 8 [sum, argmin] -> (f32, i64) {
      mercer.store %v, %tile[%j] : f32, !mercer.array<1xf32>
      mercer.accumulate sum %v into %sums[%j] where %true : f32, !mercer.array<1xf32>
      mercer.yield %v, %true, %v, %true : f32, i1, f32, i1
    }
    mercer.store %s#0, %t[%i] : f32, !mercer.array<1xf32>
    mercer.accumulate max %v into %y[] : f32, !mercer.array<0xf32>
    %nan = mercer.apply ne(%v, %v) : (f32, f32) -> i1
    mercer.accumulate any %nan into %bad[] : i1, !mercer.array<0xi1>
  }
  mercer.fail 0 when %bad : !mercer.array<0xi1>
}
