// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s

// A check that fails ends the call with 1 + its position, before the nests that come after it; no memory with -1.
// CHECK-LABEL: llvm.func @mercer_checked(
// CHECK: %[[NONE:.*]] = arith.constant -1 : i32
// CHECK: llvm.return %[[NONE]]
// CHECK: %[[CODE:.*]] = arith.constant 3 : i32
// CHECK: llvm.return %[[CODE]]
// CHECK: llvm.mlir.addressof @mercer_checked_nest0
mercer.plan @checked(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  %none = mercer.apply eq(%n, %zero) : (i64, i64) -> i1
  %flag = mercer.allocate "empty" [] : !mercer.array<0xi1>
  mercer.store %none, %flag[] : i1, !mercer.array<0xi1>
  mercer.fail 2 when %flag : !mercer.array<0xi1>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.store %v, %y[%i] : f32, !mercer.array<1xf32>
  }
}
