// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s

// log(sum(exp(x))) -> logsumexp(x)
// CHECK-LABEL: @logsumexp
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: mercer.output "r"[%{{.*}}] %[[V0]]
mercer.program @logsumexp(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply log(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// log(sum(exp(x) where p)) -> logsumexp(x where p)
// CHECK-LABEL: @masked
// CHECK: %[[V0:.*]] = mercer.apply ne(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}} where %[[V0]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @masked(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.apply ne(%j, %i) : (i64, i64) -> i1
  %2 = mercer.reduce sum over [%j] %0 where %1 : f64 -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// log(sum(3 exp(x))) -> logsumexp(x) + log(3)
// CHECK-LABEL: @scaled
// CHECK: %[[V0:.*]] = mercer.constant 1.0986122886681098
// CHECK: %[[V1:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V2:.*]] = mercer.apply add(%[[V1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @scaled(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.constant 3.000000e+00 : f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.apply mul(%0, %1) : (f64, f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// log(sum(w exp(x))), shifted by the largest that counts
// CHECK-LABEL: @weighted
// CHECK: %[[V0:.*]] = mercer.constant 0xFFF0000000000000
// CHECK: %[[V1:.*]] = mercer.constant -1.7976931348623157E+308
// CHECK: %[[V2:.*]] = mercer.constant 1.7976931348623157E+308
// CHECK: %[[V3:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V4:.*]] = mercer.apply ne(%{{.*}}, %[[V3]])
// CHECK: %[[V5:.*]] = mercer.reduce max over[%{{.*}}] %{{.*}} where %[[V4]]
// CHECK: %[[V6:.*]] = mercer.apply minimum(%[[V5]], %[[V2]])
// CHECK: %[[V7:.*]] = mercer.apply maximum(%[[V6]], %[[V1]])
// CHECK: %[[V8:.*]] = mercer.apply stop_gradient(%[[V7]])
// CHECK: %[[V9:.*]] = mercer.apply sub(%{{.*}}, %[[V8]])
// CHECK: %[[V10:.*]] = mercer.apply exp(%[[V9]])
// CHECK: %[[V11:.*]] = mercer.apply mul(%{{.*}}, %[[V10]])
// CHECK: %[[V12:.*]] = mercer.reduce sum over[%{{.*}}] %[[V11]]
// CHECK: %[[V13:.*]] = mercer.apply eq(%[[V12]], %[[V3]])
// CHECK: %[[V14:.*]] = mercer.apply log(%[[V12]])
// CHECK: %[[V15:.*]] = mercer.apply add(%[[V8]], %[[V14]])
// CHECK: %[[V16:.*]] = mercer.apply select(%[[V13]], %[[V0]], %[[V15]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V16]]
mercer.program @weighted(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.apply mul(%wj, %0) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// log of a mean of exponentials
// CHECK-LABEL: @mean
// CHECK: %[[V0:.*]] = mercer.apply to_real(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V2:.*]] = mercer.apply log(%[[V0]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[V1]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @mean(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply to_real(%m) : (i64) -> f64
  %3 = mercer.apply div(%1, %2) : (f64, f64) -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// log(1 + sum(exp(x))) -> softplus(logsumexp(x))
// CHECK-LABEL: @one_more
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply softplus(%[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @one_more(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.apply add(%0, %2) : (f64, f64) -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// softmax
// CHECK-LABEL: @softmax
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply sub(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V2]]
mercer.program @softmax(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xik) : (f64) -> f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.apply div(%0, %2) : (f64, f64) -> f64
  mercer.output "r" [%i, %k] %3 : f64
}

// log(softmax)
// CHECK-LABEL: @log_softmax
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply sub(%{{.*}}, %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[V1]]
mercer.program @log_softmax(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply exp(%xik) : (f64) -> f64
  %1 = mercer.apply exp(%xij) : (f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.apply div(%0, %2) : (f64, f64) -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i, %k] %4 : f64
}

// sum(w exp(x)) / sum(exp(x)) -> sum(w exp(x - logsumexp(x)))
// CHECK-LABEL: @attention
// CHECK: %[[V0:.*]] = mercer.reduce logsumexp over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply sub(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: %[[V3:.*]] = mercer.apply mul(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.reduce sum over[%{{.*}}] %[[V3]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @attention(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.apply mul(%wj, %0) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  %3 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %4 = mercer.apply div(%2, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// shifted by hand: left alone
// CHECK-LABEL: @by_hand
// CHECK: %[[V0:.*]] = mercer.reduce max over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply sub(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V2]]
// CHECK: %[[V4:.*]] = mercer.apply log(%[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @by_hand(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %0 = mercer.reduce max over [%k] %xik : f64 -> f64
  %1 = mercer.apply sub(%xij, %0) : (f64, f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.reduce sum over [%j] %2 : f64 -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// log(sum(x)): left alone
// CHECK-LABEL: @plain
// CHECK: %[[V0:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply log(%[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @plain(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.reduce sum over [%j] %xij : f64 -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}
