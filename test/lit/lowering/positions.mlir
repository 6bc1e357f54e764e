// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s

// Positions below a bound are as wide as the values that they belong to, until the end.
// CHECK-LABEL: llvm.func internal @mercer_nearest_nest0
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xi32>)
// CHECK-NOT: vector<16xi64>
// CHECK: arith.select %{{.*}}, %{{.*}}, %{{.*}} : vector<16xi1>, vector<16xi32>
// CHECK: scf.yield
// CHECK: arith.extsi %{{.*}} : vector<16xi32> to vector<16xi64>

// Of a loop that has no bound, in 64 bits.
// CHECK-LABEL: llvm.func internal @mercer_nearest_nest1
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xi64>)
// CHECK-NOT: arith.extsi

// Of four iterations side by side the best are found in pairs, and only the best of all is compared with those before, which may be none.
// CHECK-LABEL: llvm.func internal @mercer_nearest_nest2
// CHECK: scf.for
// CHECK: %[[A:.*]] = arith.mulf
// CHECK: %[[B:.*]] = arith.mulf
// CHECK: %[[LESS:.*]] = arith.cmpf ult, %[[B]], %[[A]]
// CHECK: %[[NUMBER:.*]] = arith.cmpf ord, %[[A]], %[[A]]
// CHECK: %[[BETTER:.*]] = arith.andi %[[LESS]], %[[NUMBER]]
// CHECK: arith.select %[[BETTER]], %[[B]], %[[A]]
// CHECK: arith.select %[[BETTER]], %{{.*}}, %{{.*}} : vector<16xi1>, vector<16xi32>
// CHECK-COUNT-2: arith.cmpf ult
// CHECK-NOT: arith.cmpf ult
// CHECK: arith.cmpi slt, %{{.*}} : vector<16xi32>
// CHECK: scf.yield
mercer.plan @nearest(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %few: !mercer.array<1xi64>, %many: !mercer.array<1xi64>)
    names ["x", "y", "few", "many"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 at_most 256 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "few" %i below %n chunk 16 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %p = mercer.loop "j" %j from %zero to %m [argmin] -> i64 {
      %w = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %d = mercer.apply mul(%v, %w) : (f32, f32) -> f32
      mercer.yield %d, %true : f32, i1
    }
    mercer.store %p, %few[%i] : i64, !mercer.array<1xi64>
  }
  mercer.nest "many" %i below %n chunk 16 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %p = mercer.loop "j" %j from %zero to %n [argmin] -> i64 {
      %w = mercer.read %x[%j] : !mercer.array<1xf32> -> f32
      %d = mercer.apply mul(%v, %w) : (f32, f32) -> f32
      mercer.yield %d, %true : f32, i1
    }
    mercer.store %p, %many[%i] : i64, !mercer.array<1xi64>
  }
  mercer.nest "side by side" %i below %n chunk 16 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %p = mercer.loop "j" %j from %zero to %m jam 4 [argmin] -> i64 {
      %w = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %d = mercer.apply mul(%v, %w) : (f32, f32) -> f32
      mercer.yield %d, %true : f32, i1
    }
    mercer.store %p, %few[%i] : i64, !mercer.array<1xi64>
  }
}
