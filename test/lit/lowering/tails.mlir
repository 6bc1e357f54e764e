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
// CHECK: arith.minsi
// CHECK: %[[DISTANCE:.*]] = arith.trunci {{.*}} : i64 to i32
// CHECK: %[[LIMIT:.*]] = vector.broadcast %[[DISTANCE]]
// CHECK: %[[MASK:.*]] = arith.cmpi slt, {{.*}}, %[[LIMIT]] : vector<16xi32>
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

// A row's log-sum-exp, several vectors of it at once, with one look at the reference for all; then vector by vector.
// CHECK-LABEL: llvm.func internal @mercer_row_nest0
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c64_i64
// CHECK-COUNT-4: llvm.load {{.*}} -> vector<16xf32>
// CHECK-NOT: llvm.load
// CHECK: vector.reduction <or>
// CHECK-NOT: vector.reduction <or>
// CHECK: scf.for {{.*}} step %c16_i64
// CHECK: llvm.load {{.*}} -> vector<16xf32>
// CHECK: vector.reduction <or>
// CHECK: scf.for {{.*}} step %c16_i64
// CHECK: llvm.intr.masked.load
mercer.plan @row(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 {
    %s = mercer.loop "j" %j from %zero to %m lanes 16 jam 4 [logsumexp] -> f32 {
      %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      mercer.yield %v, %true : f32, i1
    }
    mercer.store %s, %y[%i] : f32, !mercer.array<1xf32>
  }
}

// Lanes where an index is a datum: the distance from the first lane, cut off just beyond the lanes, in 32 bits.
// CHECK-LABEL: llvm.func internal @mercer_hit_nest0
// CHECK: scf.for
// CHECK: %[[MOST:.*]] = arith.maxsi
// CHECK: %[[NEAR:.*]] = arith.minsi %[[MOST]]
// CHECK: %[[DISTANCE:.*]] = arith.subi %[[NEAR]]
// CHECK: %[[NARROW:.*]] = arith.trunci %[[DISTANCE]] : i64 to i32
// CHECK: %[[ALL:.*]] = vector.broadcast %[[NARROW]] : i32 to vector<16xi32>
// CHECK: arith.cmpi eq, %{{.*}}, %[[ALL]] : vector<16xi32>
mercer.plan @hit(%x: !mercer.array<1xf32>, %label: !mercer.array<0xi64>, %y: !mercer.array<1xf32>) names ["x", "label", "y"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %l = mercer.read %label[] : !mercer.array<0xi64> -> i64
  %zero = mercer.constant 0.0 : f32
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %hit = mercer.apply eq(%l, %i) : (i64, i64) -> i1
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %k = mercer.apply select(%hit, %v, %zero) : (i1, f32, f32) -> f32
    mercer.store %k, %y[%i] : f32, !mercer.array<1xf32>
  }
}

// All lanes but that of a datum: a bit of a mask.
// CHECK-LABEL: llvm.func internal @mercer_others_nest0
// CHECK: scf.for
// CHECK: %[[MOST:.*]] = arith.maxsi
// CHECK: %[[NEAR:.*]] = arith.minsi %[[MOST]]
// CHECK: %[[DISTANCE:.*]] = arith.subi %[[NEAR]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[DISTANCE]], %c1_i64
// CHECK: %[[HIGH:.*]] = arith.shli %c1_i64, %[[NEXT]]
// CHECK: %[[BIT:.*]] = arith.shrui %[[HIGH]], %c1_i64
// CHECK: %[[OTHERS:.*]] = arith.xori %[[BIT]], %c-1_i64
// CHECK: %[[BITS:.*]] = arith.trunci %[[OTHERS]] : i64 to i16
// CHECK: llvm.bitcast %[[BITS]] : i16 to vector<16xi1>
mercer.plan @others(%x: !mercer.array<1xf32>, %label: !mercer.array<0xi64>, %y: !mercer.array<1xf32>) names ["x", "label", "y"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %l = mercer.read %label[] : !mercer.array<0xi64> -> i64
  %zero = mercer.constant 0.0 : f32
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %other = mercer.apply ne(%l, %i) : (i64, i64) -> i1
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %k = mercer.apply select(%other, %v, %zero) : (i1, f32, f32) -> f32
    mercer.store %k, %y[%i] : f32, !mercer.array<1xf32>
  }
}

// A position that a comparison singles out: the vectors before and after that of it have no comparison.
// CHECK-LABEL: llvm.func internal @mercer_single_nest0
// CHECK: %[[LABEL:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i64
// CHECK: scf.for %[[TURN:.*]] = %c0_i64 to %c2_i64
// CHECK: scf.for
// CHECK-NOT: vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: scf.for
// CHECK: arith.cmpi eq, {{.*}} : vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: scf.for
// CHECK: arith.cmpi eq, {{.*}} : vector<16xi32>
// CHECK: llvm.intr.masked.store
mercer.plan @single(%x: !mercer.array<2xf32>, %label: !mercer.array<1xi64>, %y: !mercer.array<2xf32>) names ["x", "label", "y"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %none = mercer.constant 0.0 : f32
  mercer.nest "i" %i below %n chunk 64 {
    %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
    mercer.loop "j" %j from %zero to %m lanes 16 [] {
      %hit = mercer.apply eq(%l, %j) : (i64, i64) -> i1
      %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      %k = mercer.apply select(%hit, %none, %v) : (i1, f32, f32) -> f32
      mercer.store %k, %y[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}
