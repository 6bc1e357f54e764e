// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [4, 5, 6], [7, 8, 9]]' --input 'label=[1, 3, 1]' --output 'sums=[2, 3]' --output 'counts=[2]' --output 'columns=[3]' | FileCheck %s --check-prefix=VALUES

// A table for each chunk, cleared; rows are added in order, where the label is in range; then the tables, in order of the
// chunks, as many elements at once as a vector has.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK: scf.for
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: scf.if
// CHECK: llvm.load {{.*}} -> vector<16xf32>
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0_table0
// CHECK: scf.for
// CHECK: scf.for
// CHECK: llvm.intr.masked.store {{.*}} : vector<16xf32>
// CHECK-LABEL: llvm.func @mercer_rows
// At most 8 chunks, at most 64 MiB, and no more than 1 + terms / (2 positions).
// CHECK: %[[BYTES:.*]] = arith.constant 67108864
// CHECK: arith.divui %[[BYTES]]
// CHECK: %[[TWICE:.*]] = arith.muli %c2_i64
// CHECK: arith.divui %{{.*}}, %{{.*}}
// CHECK: %[[WORTH:.*]] = arith.addi %c1_i64
// CHECK: arith.minsi %{{.*}}, %[[WORTH]]
// CHECK: llvm.mlir.addressof @mercer_rows_nest0
// CHECK: llvm.mlir.addressof @mercer_rows_nest0_table0

// VALUES: sums = {{\[\[}}0, 0, 0], [8, 10, 12]]
// VALUES-NEXT: counts = [0, 2]
// VALUES-NEXT: columns = [12, 15, 18]
mercer.plan @rows(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi32>, %sums: !mercer.array<2xf32>, %counts: !mercer.array<1xi64>, %columns: !mercer.array<1xf32>) names ["x", "label", "sums", "counts", "columns"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %c = mercer.size %sums, 0 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  mercer.nest "i" %i below %n chunk 64 {
    %l = mercer.read %label[%i] : !mercer.array<1xi32> -> i64
    %least = mercer.apply ge(%l, %zero) : (i64, i64) -> i1
    %most = mercer.apply lt(%l, %c) : (i64, i64) -> i1
    %in = mercer.apply logical_and(%least, %most) : (i1, i1) -> i1
    mercer.accumulate sum %one into %counts[%l] where %in : i64, !mercer.array<1xi64>
    mercer.loop "k" %k from %zero to %d lanes 16 [] {
      %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      mercer.accumulate sum %v into %sums[%l, %k] where %in : f32, !mercer.array<2xf32>
      mercer.accumulate sum %v into %columns[%k] : f32, !mercer.array<1xf32>
      mercer.yield
    }
  }
}

// Lanes of the nest: all add into one element, or each into its own, one after the other.
// CHECK-LABEL: llvm.func internal @mercer_lanes_nest0
// CHECK: vector.shuffle
// CHECK: arith.select
// CHECK-COUNT-8: vector.extract {{.*}} : i64 from vector<8xi64>
mercer.plan @lanes(%x: !mercer.array<1xf64>, %label: !mercer.array<1xi32>, %a: !mercer.array<1xf64>, %b: !mercer.array<1xf64>) names ["x", "label", "a", "b"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 lanes 8 {
    %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
    %l = mercer.read %label[%i] : !mercer.array<1xi32> -> i64
    %in = mercer.apply ge(%l, %zero) : (i64, i64) -> i1
    mercer.accumulate sum %v into %a[%zero] : f64, !mercer.array<1xf64>
    mercer.accumulate sum %v into %b[%l] where %in : f64, !mercer.array<1xf64>
  }
}
