// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-opt %s --mercer-lower=contiguous=false --cse | FileCheck %s --check-prefix=STRIDED

// What a false guard protects is not read: the guard is the mask of the gather, and the value 0.
// CHECK-LABEL: llvm.func internal @mercer_pick_nest0
// CHECK: %[[GUARD:.*]] = arith.cmpi sge, {{.*}} : vector<16xi64>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: llvm.intr.masked.gather %{{.*}}, %[[GUARD]], %[[ZERO]]

// In order only where the last subscript steps by one element: a view of unknown stride is gathered.
// STRIDED-LABEL: llvm.func internal @mercer_pick_nest0
// STRIDED-NOT: llvm.load {{.*}} -> vector<16xi64>
// STRIDED: llvm.intr.masked.gather {{.*}} vector<16xi64>
mercer.plan @pick(%x: !mercer.array<1xf32>, %label: !mercer.array<1xi64>, %y: !mercer.array<1xf32>) names ["x", "label", "y"] inputs 2 {
  %n = mercer.size %label, 0 : !mercer.array<1xi64>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
    %used = mercer.apply ge(%l, %zero) : (i64, i64) -> i1
    %v = mercer.read %x[%l] if %used : !mercer.array<1xf32> -> f32
    mercer.store %v, %y[%i] : f32, !mercer.array<1xf32>
  }
}
