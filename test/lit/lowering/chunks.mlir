// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-opt %s --mercer-lower=accumulate-in-f64=true --cse | FileCheck %s --check-prefix=WIDE

// A chunk leaves its value in memory; the entry combines them in order, whoever computed them.
// CHECK-LABEL: llvm.func internal @mercer_total_nest0
// CHECK: llvm.store {{.*}} : f32
// CHECK: llvm.return
// CHECK-LABEL: llvm.func @mercer_total
// CHECK: llvm.mlir.addressof @mercer_total_nest0
// CHECK: llvm.call
// CHECK: scf.for
// CHECK: llvm.load {{.*}} -> f32
// CHECK: arith.addf
// CHECK: llvm.store {{.*}} : f32

// WIDE-LABEL: llvm.func internal @mercer_total_nest0
// WIDE: arith.extf {{.*}} : vector<16xf32> to vector<16xf64>
// WIDE: arith.addf {{.*}} : vector<16xf64>
mercer.plan @total(%x: !mercer.array<1xf32>, %t: !mercer.array<0xf32>) names ["x", "t"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.accumulate sum %v into %t[] : f32, !mercer.array<0xf32>
  }
}
