// RUN: mercer-opt %s --mercer-lower | FileCheck %s

// Three sums over the lanes of one loop share the steps of the tree, the third one beside itself: two steps of two vectors, then one of all, and one more.
// Halves of 128 bits and halves within them are one instruction each.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK-COUNT-8: vector.shuffle %{{.*}}, %{{.*}} [{{0, 1, 2, 3, 8, 9, 10, 11|4, 5, 6, 7, 12, 13, 14, 15}}] : vector<8xf32>, vector<8xf32>
// CHECK: vector.shuffle %[[A:.*]], %[[B:.*]] [0, 1, 8, 9, 4, 5, 12, 13] : vector<8xf32>, vector<8xf32>
// CHECK: vector.shuffle %[[A]], %[[B]] [2, 3, 10, 11, 6, 7, 14, 15] : vector<8xf32>, vector<8xf32>
// CHECK-COUNT-2: vector.shuffle {{.*}} : vector<8xf32>, vector<8xf32>
// CHECK: vector.shuffle %[[C:.*]], %[[C]] [0, 2, 4, 6] : vector<8xf32>, vector<8xf32>
// CHECK: vector.shuffle %[[C]], %[[C]] [1, 3, 5, 7] : vector<8xf32>, vector<8xf32>
// CHECK-COUNT-2: vector.shuffle {{.*}} : vector<8xf32>, vector<8xf32>
// CHECK-NOT: vector.shuffle
// CHECK: %[[FIRST:.*]] = vector.extract %[[SUMS:.*]][0] : f32 from vector<4xf32>
// CHECK: %[[SECOND:.*]] = vector.extract %[[SUMS]][2] : f32 from vector<4xf32>
// CHECK: %[[THIRD:.*]] = vector.extract %[[SUMS]][3] : f32 from vector<4xf32>
// CHECK: %[[TWO:.*]] = arith.addf %[[FIRST]], %[[SECOND]] : f32
// CHECK: arith.addf %[[TWO]], %[[THIRD]] : f32
mercer.plan @rows(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 32 {
    %s:3 = mercer.loop "k" %k from %zero to %m lanes 8 [sum, sum, sum] -> (f32, f32, f32) {
      %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      %b = mercer.apply square(%a) : (f32) -> f32
      %c = mercer.apply mul(%a, %b) : (f32, f32) -> f32
      mercer.yield %a, %true, %b, %true, %c, %true : f32, i1, f32, i1, f32, i1
    }
    %t = mercer.apply add(%s#0, %s#1) : (f32, f32) -> f32
    %u = mercer.apply add(%t, %s#2) : (f32, f32) -> f32
    mercer.store %u, %y[%i] : f32, !mercer.array<1xf32>
  }
}
