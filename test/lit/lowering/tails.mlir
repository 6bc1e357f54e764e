// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s

// Whole vectors without masks, then at most one turn with a mask of the lanes that exist.
// CHECK-LABEL: llvm.func internal @mercer_double_nest0
// CHECK: %[[REST:.*]] = arith.remsi
// CHECK: %[[WHOLE:.*]] = arith.subi %[[END:.*]], %[[REST]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[WHOLE]] step %c16_i64
// CHECK-NOT: masked
// CHECK: llvm.load {{.*}} -> vector<16xf32>
// CHECK-NOT: masked
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: scf.for %{{.*}} = %[[WHOLE]] to %[[END]] step %c16_i64
// CHECK: %[[MASK:.*]] = arith.cmpi slt, {{.*}} : vector<16xi64>
// CHECK: llvm.intr.masked.load %{{.*}}, %[[MASK]]
// CHECK: llvm.intr.masked.store %{{.*}}, %{{.*}}, %[[MASK]]
mercer.plan @double(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %d = mercer.apply add(%v, %v) : (f32, f32) -> f32
    mercer.store %d, %y[%i] : f32, !mercer.array<1xf32>
  }
}
