// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | FileCheck %s

// Five columns of the lanes' rows, one of them twice: a masked load for each row and three steps of shuffles of whole vectors, no gather. Of the
// results, which lie four apart, each row is stored as a whole. In the tail, where rows are missing, each column for itself.
// CHECK-LABEL: llvm.func internal @mercer_columns_nest0
// CHECK-NOT: gather
// CHECK-COUNT-16: llvm.intr.masked.load {{.*}} -> vector<8xf32>
// CHECK-NOT: masked.load
// CHECK-COUNT-24: llvm.shufflevector {{.*}} {{\[(0, 2, 4, 6|1, 3, 5, 7), .*}} : vector<16xf32>
// CHECK: llvm.fadd
// CHECK-COUNT-8: llvm.shufflevector {{.*}} {{\[(0, 16, 1, 17|8, 24, 9, 25),}}
// CHECK-COUNT-16: llvm.store {{.*}} : vector<4xf32>, !llvm.ptr
// CHECK-NOT: masked.store
// CHECK: llvm.br
// CHECK-COUNT-6: llvm.intr.masked.gather
// CHECK-COUNT-4: llvm.intr.masked.scatter
mercer.plan @columns(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %0 = mercer.constant 0 : i64
  %1 = mercer.constant 1 : i64
  %2 = mercer.constant 2 : i64
  %3 = mercer.constant 3 : i64
  %4 = mercer.constant 4 : i64
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %x[%i, %4] : !mercer.array<2xf32> -> f32
    %b = mercer.read %x[%i, %0] : !mercer.array<2xf32> -> f32
    %c = mercer.read %x[%i, %1] : !mercer.array<2xf32> -> f32
    %d = mercer.read %x[%i, %2] : !mercer.array<2xf32> -> f32
    %e = mercer.read %x[%i, %3] : !mercer.array<2xf32> -> f32
    %f = mercer.read %x[%i, %0] : !mercer.array<2xf32> -> f32
    %s = mercer.apply add(%a, %f) : (f32, f32) -> f32
    mercer.store %b, %y[%i, %0] : f32, !mercer.array<2xf32>
    mercer.store %s, %y[%i, %1] : f32, !mercer.array<2xf32>
    mercer.store %d, %y[%i, %2] : f32, !mercer.array<2xf32>
    %t = mercer.apply add(%c, %e) : (f32, f32) -> f32
    mercer.store %t, %y[%i, %3] : f32, !mercer.array<2xf32>
  }
}

// Three columns are gathered, and so are columns far apart.
// CHECK-LABEL: llvm.func internal @mercer_few_nest0
// CHECK-NOT: llvm.shufflevector {{.*}} [0, 2, 4, 6,
// CHECK-COUNT-5: llvm.intr.masked.gather
// CHECK-LABEL: llvm.func @mercer_few
mercer.plan @few(%x: !mercer.array<2xf32>, %z: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "z", "y"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %0 = mercer.constant 0 : i64
  %1 = mercer.constant 1 : i64
  %2 = mercer.constant 2 : i64
  %9 = mercer.constant 99 : i64
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %x[%i, %0] : !mercer.array<2xf32> -> f32
    %b = mercer.read %x[%i, %1] : !mercer.array<2xf32> -> f32
    %c = mercer.read %x[%i, %2] : !mercer.array<2xf32> -> f32
    %d = mercer.read %z[%i, %0] : !mercer.array<2xf32> -> f32
    %e = mercer.read %z[%i, %9] : !mercer.array<2xf32> -> f32
    %p = mercer.apply add(%a, %b) : (f32, f32) -> f32
    %q = mercer.apply add(%c, %d) : (f32, f32) -> f32
    %r = mercer.apply add(%p, %q) : (f32, f32) -> f32
    %s = mercer.apply add(%r, %e) : (f32, f32) -> f32
    mercer.store %s, %y[%i] : f32, !mercer.array<1xf32>
  }
}
