// RUN: mercer-opt %s --mercer-symmetry | FileCheck %s

// K(i, h) = K(h, i): twice the lower half and the diagonal
// CHECK-LABEL: @symmetric
// CHECK: %[[V0:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply square(%[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V3:.*]] = mercer.apply neg(%[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply exp(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V6:.*]] = mercer.reduce sum over[%{{.*}}] %[[V4]] where %[[V5]]
// CHECK: %[[V7:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[V8:.*]] = mercer.apply mul(%[[V6]], %[[V7]])
// CHECK: %[[V9:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V10:.*]] = mercer.apply square(%[[V9]])
// CHECK: %[[V11:.*]] = mercer.reduce sum over[%{{.*}}] %[[V10]]
// CHECK: %[[V12:.*]] = mercer.apply neg(%[[V11]])
// CHECK: %[[V13:.*]] = mercer.apply exp(%[[V12]])
// CHECK: %[[V14:.*]] = mercer.apply add(%[[V8]], %[[V13]])
// CHECK: %[[V15:.*]] = mercer.reduce sum over[%{{.*}}] %[[V14]]
// CHECK: mercer.output "r"[] %[[V15]]
mercer.program @symmetric(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %h = mercer.index "h", %n
  %k = mercer.index "k", %m
  %xhk = mercer.read %x[%h, %k] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply sub(%xik, %xhk) : (f64, f64) -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.reduce sum over [%k] %1 : f64 -> f64
  %3 = mercer.apply neg(%2) : (f64) -> f64
  %4 = mercer.apply exp(%3) : (f64) -> f64
  %5 = mercer.reduce sum over [%h] %4 : f64 -> f64
  %6 = mercer.reduce sum over [%i] %5 : f64 -> f64
  mercer.output "r" [] %6 : f64
}

// without the diagonal
// CHECK-LABEL: @different_pairs
// CHECK: %[[V0:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply square(%[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V3:.*]] = mercer.apply neg(%[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply exp(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V6:.*]] = mercer.reduce sum over[%{{.*}}] %[[V4]] where %[[V5]]
// CHECK: %[[V7:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[V8:.*]] = mercer.apply mul(%[[V6]], %[[V7]])
// CHECK: %[[V9:.*]] = mercer.reduce sum over[%{{.*}}] %[[V8]]
// CHECK: mercer.output "r"[] %[[V9]]
mercer.program @different_pairs(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %h = mercer.index "h", %n
  %k = mercer.index "k", %m
  %xhk = mercer.read %x[%h, %k] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply sub(%xik, %xhk) : (f64, f64) -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.reduce sum over [%k] %1 : f64 -> f64
  %3 = mercer.apply neg(%2) : (f64) -> f64
  %4 = mercer.apply exp(%3) : (f64) -> f64
  %5 = mercer.apply ne(%i, %h) : (i64, i64) -> i1
  %6 = mercer.reduce sum over [%i, %h] %4 where %5 : f64 -> f64
  mercer.output "r" [] %6 : f64
}

// K(i, h) = w(i) (...): not symmetric
// CHECK-LABEL: @not_symmetric
// CHECK: %[[V0:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply square(%[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: %[[V3:.*]] = mercer.apply mul(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply exp(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.reduce sum over[%{{.*}}, %{{.*}}] %[[V4]]
// CHECK: mercer.output "r"[] %[[V5]]
mercer.program @not_symmetric(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %h = mercer.index "h", %n
  %k = mercer.index "k", %m
  %xhk = mercer.read %x[%h, %k] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sub(%xik, %xhk) : (f64, f64) -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.reduce sum over [%k] %1 : f64 -> f64
  %3 = mercer.apply mul(%wi, %2) : (f64, f64) -> f64
  %4 = mercer.apply exp(%3) : (f64) -> f64
  %5 = mercer.reduce sum over [%i, %h] %4 : f64 -> f64
  mercer.output "r" [] %5 : f64
}
