// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s

// 1 - cos(x) -> 2 sin(x / 2)^2
// CHECK-LABEL: @one_minus_cos
// CHECK: %[[V0:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[V1:.*]] = mercer.constant 5.000000e-01
// CHECK: %[[X2:.*]] = mercer.read
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[V1]], %[[X2]])
// CHECK: %[[V4:.*]] = mercer.apply sin(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply square(%[[V4]])
// CHECK: %[[V6:.*]] = mercer.apply mul(%[[V0]], %[[V5]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V6]]
mercer.program @one_minus_cos(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply cos(%x0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// 2 - cos(x): left alone
// CHECK-LABEL: @two_minus_cos
// CHECK: %[[V0:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply cos(%[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[V0]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @two_minus_cos(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 2.000000e+00 : f64
  %1 = mercer.apply cos(%x0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// sqrt(x + 1) - sqrt(x) -> 1 / (sqrt(x + 1) + sqrt(x))
// CHECK-LABEL: @roots
// CHECK: %[[V0:.*]] = mercer.constant 1.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply add(%[[X1]], %[[V0]])
// CHECK: %[[V3:.*]] = mercer.apply sqrt(%[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply sqrt(%[[X1]])
// CHECK: %[[V5:.*]] = mercer.apply add(%[[V3]], %[[V4]])
// CHECK: %[[V6:.*]] = mercer.apply div(%[[V0]], %[[V5]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V6]]
mercer.program @roots(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply add(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.apply sqrt(%1) : (f64) -> f64
  %3 = mercer.apply sqrt(%x0) : (f64) -> f64
  %4 = mercer.apply sub(%2, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// sqrt(x) - sqrt(y): left alone
// CHECK-LABEL: @other_roots
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply sqrt(%[[X0]])
// CHECK: %[[V3:.*]] = mercer.apply sqrt(%[[X1]])
// CHECK: %[[V4:.*]] = mercer.apply sub(%[[V2]], %[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @other_roots(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sqrt(%x0) : (f64) -> f64
  %1 = mercer.apply sqrt(%y0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// |x|^2 + |w|^2 - 2 x.w -> |x - w|^2
// CHECK-LABEL: @distance
// CHECK: %[[V0:.*]] = mercer.apply sub(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply square(%[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %[[V1]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @distance(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply square(%wj) : (f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply add(%1, %3) : (f64, f64) -> f64
  %5 = mercer.constant 2.000000e+00 : f64
  %6 = mercer.apply mul(%xij, %wj) : (f64, f64) -> f64
  %7 = mercer.reduce sum over [%j] %6 : f64 -> f64
  %8 = mercer.apply mul(%5, %7) : (f64, f64) -> f64
  %9 = mercer.apply sub(%4, %8) : (f64, f64) -> f64
  mercer.output "r" [%i] %9 : f64
}

// |x|^2 + |w|^2 - x.w: left alone
// CHECK-LABEL: @no_distance
// CHECK: %[[V0:.*]] = mercer.apply square(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %[[V0]]
// CHECK: %[[V2:.*]] = mercer.apply square(%{{.*}})
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V2]]
// CHECK: %[[V4:.*]] = mercer.apply add(%[[V1]], %[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V6:.*]] = mercer.reduce sum over[%{{.*}}] %[[V5]]
// CHECK: %[[V7:.*]] = mercer.apply sub(%[[V4]], %[[V6]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V7]]
mercer.program @no_distance(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply square(%wj) : (f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply add(%1, %3) : (f64, f64) -> f64
  %5 = mercer.apply mul(%xij, %wj) : (f64, f64) -> f64
  %6 = mercer.reduce sum over [%j] %5 : f64 -> f64
  %7 = mercer.apply sub(%4, %6) : (f64, f64) -> f64
  mercer.output "r" [%i] %7 : f64
}

// exp(x) (1 / sum(exp(x))) -> exp(x - logsumexp(x))
// CHECK-LABEL: @softmax_by_reciprocal
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply sub(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V2]]
mercer.program @softmax_by_reciprocal(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xik) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %2 = mercer.apply exp(%xij) : (f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply div(%1, %3) : (f64, f64) -> f64
  %5 = mercer.apply mul(%0, %4) : (f64, f64) -> f64
  mercer.output "r" [%i, %k] %5 : f64
}
