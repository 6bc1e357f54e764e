// RUN: mercer-opt %s --mercer-lower="avx512=false" --mercer-to-llvm | FileCheck %s

// Without AVX-512 ten columns are blocks of eight and two, read and stored without masks. In the tail each row that exists is stored as a whole:
// a scatter would be a branch for each lane of each column.
// CHECK-LABEL: llvm.func internal @mercer_columns_nest0
// CHECK-NOT: masked.{{store|scatter}}
// CHECK-COUNT-8: llvm.load {{.*}} -> vector<8xf32>
// CHECK-NOT: masked.{{store|scatter}}
// CHECK-COUNT-8: llvm.load {{.*}} -> vector<2xf32>
// CHECK-NOT: masked.{{store|scatter}}
// CHECK-COUNT-8: llvm.store {{.*}} : vector<8xf32>, !llvm.ptr
// CHECK-NOT: masked.{{store|scatter}}
// CHECK-COUNT-8: llvm.store {{.*}} : vector<2xf32>, !llvm.ptr
// CHECK-COUNT-10: llvm.intr.masked.gather
// CHECK-NOT: masked.{{store|scatter}}
// CHECK: %[[ROWS:.*]] = llvm.intr.ctpop
// CHECK: llvm.icmp "sgt"
// CHECK: llvm.cond_br
// CHECK: llvm.store {{.*}} : vector<8xf32>, !llvm.ptr
// CHECK-NOT: masked.{{store|scatter}}
// CHECK: llvm.return
mercer.plan @columns(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %0 = mercer.constant 0 : i64
  %1 = mercer.constant 1 : i64
  %2 = mercer.constant 2 : i64
  %3 = mercer.constant 3 : i64
  %4 = mercer.constant 4 : i64
  %5 = mercer.constant 5 : i64
  %6 = mercer.constant 6 : i64
  %7 = mercer.constant 7 : i64
  %8 = mercer.constant 8 : i64
  %9 = mercer.constant 9 : i64
  mercer.nest "i" %i below %n chunk 512 lanes 8 {
    %v0 = mercer.read %x[%i, %0] : !mercer.array<2xf32> -> f32
    %v1 = mercer.read %x[%i, %1] : !mercer.array<2xf32> -> f32
    %v2 = mercer.read %x[%i, %2] : !mercer.array<2xf32> -> f32
    %v3 = mercer.read %x[%i, %3] : !mercer.array<2xf32> -> f32
    %v4 = mercer.read %x[%i, %4] : !mercer.array<2xf32> -> f32
    %v5 = mercer.read %x[%i, %5] : !mercer.array<2xf32> -> f32
    %v6 = mercer.read %x[%i, %6] : !mercer.array<2xf32> -> f32
    %v7 = mercer.read %x[%i, %7] : !mercer.array<2xf32> -> f32
    %v8 = mercer.read %x[%i, %8] : !mercer.array<2xf32> -> f32
    %v9 = mercer.read %x[%i, %9] : !mercer.array<2xf32> -> f32
    %s0 = mercer.apply square(%v0) : (f32) -> f32
    mercer.store %s0, %y[%i, %0] : f32, !mercer.array<2xf32>
    %s1 = mercer.apply square(%v1) : (f32) -> f32
    mercer.store %s1, %y[%i, %1] : f32, !mercer.array<2xf32>
    %s2 = mercer.apply square(%v2) : (f32) -> f32
    mercer.store %s2, %y[%i, %2] : f32, !mercer.array<2xf32>
    %s3 = mercer.apply square(%v3) : (f32) -> f32
    mercer.store %s3, %y[%i, %3] : f32, !mercer.array<2xf32>
    %s4 = mercer.apply square(%v4) : (f32) -> f32
    mercer.store %s4, %y[%i, %4] : f32, !mercer.array<2xf32>
    %s5 = mercer.apply square(%v5) : (f32) -> f32
    mercer.store %s5, %y[%i, %5] : f32, !mercer.array<2xf32>
    %s6 = mercer.apply square(%v6) : (f32) -> f32
    mercer.store %s6, %y[%i, %6] : f32, !mercer.array<2xf32>
    %s7 = mercer.apply square(%v7) : (f32) -> f32
    mercer.store %s7, %y[%i, %7] : f32, !mercer.array<2xf32>
    %s8 = mercer.apply square(%v8) : (f32) -> f32
    mercer.store %s8, %y[%i, %8] : f32, !mercer.array<2xf32>
    %s9 = mercer.apply square(%v9) : (f32) -> f32
    mercer.store %s9, %y[%i, %9] : f32, !mercer.array<2xf32>
  }
}
