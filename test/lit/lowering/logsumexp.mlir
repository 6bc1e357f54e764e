// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s

// The running sum is kept against a reference that lags behind: it moves, and the sums are scaled, only when a term of some lane is
// far above it. Each term costs one power of 2.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK: scf.for
// CHECK: %[[LIMIT:.*]] = arith.constant dense<{{[46].000000e\+01}}> : vector<16xf32>
// CHECK: %[[REACHED:.*]] = arith.addf %{{.*}}, %[[LIMIT]]
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %{{.*}}, %[[REACHED]]
// CHECK: %[[ANY:.*]] = vector.reduction <or>, %[[ABOVE]]
// CHECK: scf.if %[[ANY]]
// CHECK: scalef
// CHECK: } else {
// CHECK-NOT: scalef
// CHECK: }
// Terms that would be denormal are 0.
// CHECK: %[[LEAST:.*]] = arith.constant dense<-1.260000e+02>
// CHECK: %[[TINY:.*]] = arith.cmpf olt, %{{.*}}, %[[LEAST]]
// CHECK: scalef
// CHECK-NOT: scalef
// CHECK: arith.select %[[TINY]]
// CHECK: scf.yield
// The references of lanes become one by halves.
// CHECK: %[[LOW:.*]] = vector.shuffle %[[REFERENCES:.*]], %[[REFERENCES]] [0, 1, 2, 3, 4, 5, 6, 7]
// CHECK: %[[HIGH:.*]] = vector.shuffle %[[REFERENCES]], %[[REFERENCES]] [8, 9, 10, 11, 12, 13, 14, 15]
// CHECK: %[[HIGHER:.*]] = arith.cmpf ogt, %[[LOW]], %[[HIGH]]
// CHECK: arith.select %[[HIGHER]], %[[LOW]], %[[HIGH]]
// CHECK-NOT: vector.reduction
// CHECK: vector.extract
mercer.plan @rows(%x: !mercer.array<1xf32>, %y: !mercer.array<0xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.accumulate logsumexp %v into %y[] : f32, !mercer.array<0xf32>
  }
}
