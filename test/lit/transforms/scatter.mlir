// RUN: mercer-opt %s --mercer-scatter | FileCheck %s
// RUN: mercer-interpret %s --input 'x=[[1, 2], [3, 4], [5, 6], [7, 8]]' --input 'label=[1, 0, 1, 9]' --input 'scale=[2, 3]' --input 'size=[0, 0, 0]' | FileCheck %s --check-prefix=VALUES
// RUN: mercer-opt %s --mercer-scatter | mercer-interpret - --input 'x=[[1, 2], [3, 4], [5, 6], [7, 8]]' --input 'label=[1, 0, 1, 9]' --input 'scale=[2, 3]' --input 'size=[0, 0, 0]' | FileCheck %s --check-prefix=VALUES

// VALUES: rows = {{\[\[}}3, 4], [6, 8]]
// VALUES-NEXT: own = [6, 18]
// VALUES-NEXT: few = [3, 6]
// VALUES-NEXT: solved = [1, 4, 9]

mercer.program @sums(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi64>, %scale: !mercer.array<1xf32>, %size: !mercer.array<1xf32>) names ["x", "label", "scale", "size"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %m = mercer.size %scale, 0 : !mercer.array<1xf32>
  %p = mercer.size %size, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %k = mercer.index "k", %d
  %c = mercer.index "c", %m
  %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
  %is = mercer.apply eq(%l, %c) : (i64, i64) -> i1
  %zero = mercer.constant 0 : i64

  // Terms where the label is in range, rows last.
  // CHECK-DAG: %[[LEAST:.*]] = mercer.apply ge(%[[L:.*]], %{{.*}})
  // CHECK-DAG: %[[MOST:.*]] = mercer.apply lt(%[[L]], %{{.*}})
  // CHECK: %[[ROWS:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where
  // CHECK: %[[ARRAY:.*]] = mercer.array "stored"[%[[C:.*]], %[[K:.*]]] %[[ROWS]] {mercer.scattered}
  // CHECK: %[[ELEMENT:.*]] = mercer.read %[[ARRAY]][%[[C]], %[[K]]]
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %rows = mercer.reduce sum over [%i] %v where %is : f32 -> f32

  // What depends on the class is that of the term's class: it is read where the label is in range.
  // CHECK: %[[SCALE:.*]] = mercer.read %{{.*}}[%{{.*}}] if %{{.*}} : <1xf32>
  // CHECK: %[[OWN:.*]] = mercer.apply mul(%{{.*}}, %[[SCALE]])
  // CHECK: mercer.reduce sum over[%{{.*}}] %[[OWN]]
  // CHECK: {mercer.scattered}
  %first = mercer.read %x[%i, %zero] : !mercer.array<2xf32> -> f32
  %s = mercer.read %scale[%c] : !mercer.array<1xf32> -> f32
  %scaled = mercer.apply mul(%first, %s) : (f32, f32) -> f32
  %own = mercer.reduce sum over [%i] %scaled where %is : f32 -> f32

  // Two classes: two masked sums are cheaper.
  // CHECK-NOT: mercer.array
  // CHECK: mercer.output "rows"[%[[C]], %[[K]]] %[[ELEMENT]]
  %two = mercer.constant 2 : i64
  %e = mercer.index "e", %two
  %in = mercer.apply eq(%l, %e) : (i64, i64) -> i1
  %few = mercer.reduce sum over [%i] %first where %in : f32 -> f32

  // i + j == q is a bound of the loop over j.
  %q = mercer.index "q", %p
  %both = mercer.apply add(%i, %j) : (i64, i64) -> i64
  %at = mercer.apply eq(%both, %q) : (i64, i64) -> i1
  %inner = mercer.reduce sum over [%j] %first where %at : f32 -> f32
  %solved = mercer.reduce sum over [%i] %inner : f32 -> f32

  mercer.output "rows" [%c, %k] %rows : f32
  mercer.output "own" [%c] %own : f32
  mercer.output "few" [%e] %few : f32
  mercer.output "solved" [%q] %solved : f32
}
