// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule | FileCheck %s

// max(c, u(c) - sum(k, (x(i,k) - m(c,k))^2 exp(v(c,k)))) for each i: the weights, and a function of c alone, are computed once.
// CHECK-LABEL: mercer.plan @weights
// CHECK-DAG: %[[WEIGHTS:.*]] = mercer.allocate {{.*}} : <2xf32>
// CHECK-DAG: %[[LOGS:.*]] = mercer.allocate {{.*}} : <1xf32>
// CHECK: mercer.nest "c"
// CHECK: mercer.nest "i"
// CHECK-NOT: mercer.apply exp
// CHECK-NOT: mercer.apply log
// CHECK: mercer.store
mercer.program @weights(%x: !mercer.array<2xf32>, %m: !mercer.array<2xf32>, %v: !mercer.array<2xf32>, %u: !mercer.array<1xf32>) names ["x", "m", "v", "u"] {
  %n = mercer.size %x, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %classes = mercer.size %m, 0 : <2xf32>
  %i = mercer.index "i", %n
  %c = mercer.index "c", %classes
  %k = mercer.index "k", %d
  %xik = mercer.read %x[%i, %k] : <2xf32> -> f32
  %mck = mercer.read %m[%c, %k] : <2xf32> -> f32
  %vck = mercer.read %v[%c, %k] : <2xf32> -> f32
  %uc = mercer.read %u[%c] : <1xf32> -> f32
  %w = mercer.apply exp(%vck) : (f32) -> f32
  %l = mercer.apply log(%uc) : (f32) -> f32
  %0 = mercer.apply sub(%xik, %mck) : (f32, f32) -> f32
  %1 = mercer.apply square(%0) : (f32) -> f32
  %2 = mercer.apply mul(%1, %w) : (f32, f32) -> f32
  %3 = mercer.reduce sum over [%k] %2 : f32 -> f32
  %4 = mercer.apply sub(%l, %3) : (f32, f32) -> f32
  %best = mercer.reduce max over [%c] %4 : f32 -> f32
  mercer.output "best" [%i] %best : f32
}

// Left alone: exp(x(i,k)), which the loop over i needs once; u(j)^2, which is a few instructions.
// CHECK-LABEL: mercer.plan @alone
// CHECK-NOT: mercer.allocate
mercer.program @alone(%x: !mercer.array<2xf32>, %u: !mercer.array<1xf32>) names ["x", "u"] {
  %n = mercer.size %x, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %m = mercer.size %u, 0 at_most 256 : <1xf32>
  %i = mercer.index "i", %n
  %k = mercer.index "k", %d
  %j = mercer.index "j", %m
  %xik = mercer.read %x[%i, %k] : <2xf32> -> f32
  %uj = mercer.read %u[%j] : <1xf32> -> f32
  %w = mercer.apply exp(%xik) : (f32) -> f32
  %double = mercer.apply mul(%uj, %uj) : (f32, f32) -> f32
  %0 = mercer.apply mul(%w, %double) : (f32, f32) -> f32
  %1 = mercer.reduce sum over [%k] %0 : f32 -> f32
  %2 = mercer.reduce max over [%j] %1 : f32 -> f32
  mercer.output "own" [%i] %2 : f32
}
