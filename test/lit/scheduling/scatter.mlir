// RUN: mercer-opt %s --mercer-scatter --mercer-store-reductions --mercer-schedule | FileCheck %s
// RUN: mercer-opt %s --mercer-scatter --mercer-store-reductions --mercer-schedule | mercer-interpret - --input 'x=[[1, 2], [3, 4], [5, 6]]' --input 'label=[1, 9, 1]' --input 'size=[0, 0]' --output 'sums=[2, 2]' --output 'means=[2, 2]' | FileCheck %s --check-prefix=VALUES

// One nest over the terms: each adds its row to that of its class, with as many columns at once as a vector has, directly into the
// output; what is counted needs no loop. What uses the sums comes after them.
// CHECK: %[[COUNTS:.*]] = mercer.allocate
// CHECK: mercer.nest "i" %[[I:.*]] below
// CHECK:   %[[L:.*]] = mercer.read %arg1[%[[I]]]
// CHECK:   mercer.accumulate sum %{{.*}} into %[[COUNTS]][%[[L]]] where
// CHECK:   mercer.loop "k" %[[K:.*]] from %{{.*}} to %{{.*}} lanes 16 []
// CHECK:     mercer.accumulate sum %{{.*}} into %arg3[%[[L]], %[[K]]] where
// CHECK: mercer.nest "c" %[[C:.*]] below
// CHECK:   mercer.loop "k" %[[K:.*]] from
// CHECK:     mercer.read %arg3[%[[C]], %[[K]]]
// CHECK:     mercer.store %{{.*}}, %arg4[%[[C]], %[[K]]]

// VALUES: sums = {{\[\[}}0, 0], [6, 8]]
// VALUES-NEXT: means = {{\[\[}}0, 0], [3, 4]]
mercer.program @classes(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi64>, %size: !mercer.array<1xf32>) names ["x", "label", "size"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %m = mercer.size %size, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %d
  %c = mercer.index "c", %m
  %one = mercer.constant 1.0 : f32
  %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
  %is = mercer.apply eq(%l, %c) : (i64, i64) -> i1
  %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
  %sum = mercer.reduce sum over [%i] %v where %is : f32 -> f32
  %count = mercer.reduce sum over [%i] %one where %is : f32 -> f32
  %some = mercer.apply maximum(%count, %one) : (f32, f32) -> f32
  %mean = mercer.apply div(%sum, %some) : (f32, f32) -> f32
  mercer.output "sums" [%c, %k] %sum : f32
  mercer.output "means" [%c, %k] %mean : f32
}
