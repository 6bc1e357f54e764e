// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-opt %s --mercer-lower=avx512=true --cse | FileCheck %s --check-prefix=WIDE
// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [4, 5, 6]]' --input 'y=[5, 16]' --output 'sums=[2]' | FileCheck %s --check-prefix=VALUES

// A loop whose upper bound is its lower one where a condition does not hold: nothing is added up there. In lanes it runs if any lane wants it, with what the
// others add masked.
// CHECK-LABEL: llvm.func internal @mercer_occasion_nest0
// CHECK: %[[ANY:.*]] = vector.reduction <or>
// CHECK: %[[UPPER:.*]] = arith.select %[[ANY]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[UPPER]]
// CHECK: arith.select {{.*}} : vector<16xi1>, vector<16xf32>
// CHECK-LABEL: llvm.func @mercer_occasion
// VALUES: sums = [6, 0]
mercer.plan @occasion(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>, %sums: !mercer.array<1xf32>) names ["x", "y", "sums"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %ten = mercer.constant 10.0 : f32
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %v = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    %wanted = mercer.apply lt(%v, %ten) : (f32, f32) -> i1
    %upper = mercer.apply select(%wanted, %m, %zero) : (i1, i64, i64) -> i64
    %sum = mercer.loop "k" %k from %zero to %upper [sum] -> f32 {
      %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      mercer.yield %a, %true : f32, i1
    }
    mercer.store %sum, %sums[%i] : f32, !mercer.array<1xf32>
  }
}

// The same with the loop in lanes.
// CHECK-LABEL: llvm.func internal @mercer_row_nest0
// CHECK: %[[UPPER:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i64
// CHECK: scf.for
// CHECK: vector.shuffle
mercer.plan @row(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>, %sums: !mercer.array<1xf32>) names ["x", "y", "sums"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %ten = mercer.constant 10.0 : f32
  mercer.nest "i" %i below %n chunk 64 {
    %v = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    %wanted = mercer.apply lt(%v, %ten) : (f32, f32) -> i1
    %upper = mercer.apply select(%wanted, %m, %zero) : (i1, i64, i64) -> i64
    %sum = mercer.loop "k" %k from %zero to %upper lanes 16 [sum] -> f32 {
      %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      mercer.yield %a, %true : f32, i1
    }
    mercer.store %sum, %sums[%i] : f32, !mercer.array<1xf32>
  }
}

// Where the result is chosen or not, there is no mask: all that is done on occasion stands in a branch.
// CHECK-LABEL: llvm.func internal @mercer_choice_nest0
// CHECK: %[[ANY:.*]] = vector.reduction <or>
// CHECK: scf.if %[[ANY]] -> (vector<16xf32>) {
// CHECK: scf.for
// CHECK-NOT: arith.select {{.*}} vector<16xf32>
// CHECK: scf.yield
// CHECK: arith.select
// CHECK: } else {
mercer.plan @choice(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>, %chosen: !mercer.array<1xf32>) names ["x", "y", "chosen"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 at_most 32 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %ten = mercer.constant 10.0 : f32
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %v = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    %good = mercer.apply gt(%v, %ten) : (f32, f32) -> i1
    %bad = mercer.apply logical_not(%good) : (i1) -> i1
    %upper = mercer.apply select(%bad, %m, %zero) : (i1, i64, i64) -> i64
    %sum = mercer.loop "k" %k from %zero to %upper [sum] -> f32 {
      %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      mercer.yield %a, %true : f32, i1
    }
    %r = mercer.apply select(%good, %v, %sum) : (i1, f32, f32) -> f32
    mercer.store %r, %chosen[%i] : f32, !mercer.array<1xf32>
  }
}

// Of iterations side by side and lanes of two vectors: what holds of all of a vector's lanes is one mask, which each comparison is added to.
// WIDE-LABEL: llvm.func internal @mercer_wide_nest0
// WIDE-COUNT-2: arith.cmpf ogt, %{{.*}} : vector<32xf32>
// WIDE: %[[A:.*]] = vector.shuffle {{.*}} [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<32xi1>
// WIDE: %[[B:.*]] = vector.shuffle {{.*}} [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<32xi1>
// WIDE: %[[ALL:.*]] = arith.andi %[[A]], %[[B]] : vector<16xi1>
// WIDE: arith.xori %[[ALL]], %{{.*}} : vector<16xi1>
// WIDE: %[[FIRST:.*]] = arith.andi %{{.*}}, %{{.*}} : vector<16xi1>
// WIDE: %[[SECOND:.*]] = arith.andi %{{.*}}, %{{.*}} : vector<16xi1>
// WIDE: arith.xori %[[SECOND]]
// WIDE: vector.reduction <or>, %{{.*}} : vector<16xi1>
// WIDE: scf.if
mercer.plan @wide(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>, %wide: !mercer.array<1xf32>) names ["x", "y", "wide"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 at_most 32 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 lanes 32 {
    %v = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    %s = mercer.loop "j" %j from %zero to %m jam 2 [sum] -> f32 {
      %w = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      %good = mercer.apply gt(%v, %w) : (f32, f32) -> i1
      %bad = mercer.apply logical_not(%good) : (i1) -> i1
      %upper = mercer.apply select(%bad, %m, %zero) : (i1, i64, i64) -> i64
      %sum = mercer.loop "k" %k from %zero to %upper [sum] -> f32 {
        %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
        mercer.yield %a, %true : f32, i1
      }
      %r = mercer.apply select(%good, %v, %sum) : (i1, f32, f32) -> f32
      mercer.yield %r, %true : f32, i1
    }
    mercer.store %s, %wide[%i] : f32, !mercer.array<1xf32>
  }
}
