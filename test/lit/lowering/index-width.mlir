// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | FileCheck %s
// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | not grep -E "llvm\.((add|sub|mul|sdiv|srem|shl|sext|zext).*i32|getelementptr.*xi32)"

// E4: offsets are computed in 64 bits throughout, in lanes too; 32 bits have only distances from the lanes, cut off beyond them.
// CHECK-LABEL: llvm.func internal @mercer_columns_nest0
// CHECK: llvm.mul {{.*}} : vector<16xi64>
// CHECK: llvm.getelementptr {{.*}}vector<16xi64>
mercer.plan @columns(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %s = mercer.loop "j" %j from %zero to %m [sum] -> f32 {
      %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      mercer.yield %v, %true : f32, i1
    }
    mercer.store %s, %y[%i] : f32, !mercer.array<1xf32>
  }
}
