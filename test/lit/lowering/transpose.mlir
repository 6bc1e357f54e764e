// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | FileCheck %s

// Four rows side by side, lanes far apart in memory: the block is transposed in two steps, each lane's four elements are one store. Where
// some lanes do not exist they are written one by one.
// CHECK-LABEL: llvm.func internal @mercer_transposed_nest0
// CHECK: llvm.intr.vector.reduce.and
// CHECK: llvm.cond_br
// CHECK-COUNT-8: llvm.shufflevector {{.*}} {{\[(0, 16, 1, 17|8, 24, 9, 25),}}
// CHECK-COUNT-16: llvm.store {{.*}} : vector<4xf32>, !llvm.ptr
// CHECK-COUNT-4: llvm.intr.masked.scatter
mercer.plan @transposed(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "y", "z"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.loop "j" %j from %zero to %m jam 4 [] {
      %b = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
      mercer.store %p, %z[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}

// Not where the lanes are the neighbours, nor for two rows.
// CHECK-LABEL: llvm.func internal @mercer_in_order_nest0
// CHECK-NOT: [0, 16, 1, 17,
// CHECK-COUNT-4: llvm.intr.masked.store
// CHECK-LABEL: llvm.func internal @mercer_two_nest0
// CHECK-NOT: vector<2xf32>
// CHECK-COUNT-2: llvm.intr.masked.scatter
mercer.plan @in_order(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "y", "z"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.loop "j" %j from %zero to %m jam 4 [] {
      %b = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
      mercer.store %p, %z[%j, %i] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}
mercer.plan @two(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "y", "z"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.loop "j" %j from %zero to %m jam 2 [] {
      %b = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
      mercer.store %p, %z[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}

// Reads of a row's elements side by side: one load for each lane's row, of the last one's for lanes that do not exist, and no gather but for the elements
// left over.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK: %[[COUNT:.*]] = llvm.intr.ctpop(%{{.*}}) : (i16) -> i16
// CHECK: llvm.intr.smin
// CHECK-COUNT-16: llvm.load {{.*}} : !llvm.ptr -> vector<4xf32>
// CHECK-NOT: llvm.intr.masked.gather
// CHECK: llvm.shufflevector
// CHECK-COUNT-1: llvm.intr.masked.gather
mercer.plan @rows(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 at_most 256 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %row = mercer.tile "kept"[%m] : !mercer.array<1xf32>
    mercer.loop "k" %k from %zero to %m jam 4 [] {
      %a = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      mercer.store %a, %row[%k] : f32, !mercer.array<1xf32>
      mercer.yield
    }
    %most = mercer.loop "k" %k from %zero to %m [max] -> f32 {
      %a = mercer.read %row[%k] : !mercer.array<1xf32> -> f32
      mercer.yield %a, %true : f32, i1
    }
    mercer.store %most, %y[%i] : f32, !mercer.array<1xf32>
  }
}
