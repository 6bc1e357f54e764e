// RUN: mercer-opt %s --mercer-factor | FileCheck %s

// sum(j, 3 x) -> 3 sum(j, x)
// CHECK-LABEL: @constant
// CHECK: %[[V0:.*]] = mercer.constant 3.000000e+00
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[V1]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @constant(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.constant 3.000000e+00 : f64
  %1 = mercer.apply mul(%0, %xij) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// sum(j, w(i) x) -> w(i) sum(j, x), and 0 of no terms even when w is NaN
// CHECK-LABEL: @factor
// CHECK: %[[V0:.*]] = mercer.constant 0
// CHECK: %[[V1:.*]] = mercer.apply gt(%{{.*}}, %[[V0]])
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V3:.*]] = mercer.apply mul(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V5:.*]] = mercer.apply select(%[[V1]], %[[V3]], %[[V4]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V5]]
mercer.program @factor(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%wi, %xij) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  mercer.output "r" [%i] %1 : f64
}

// sum(j, x / w(i)), one index left out: there is a term unless it is the only one
// CHECK-LABEL: @left_out
// CHECK: %[[V0:.*]] = mercer.apply ne(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.constant 0
// CHECK: %[[V2:.*]] = mercer.apply maximum(%{{.*}}, %[[V1]])
// CHECK: %[[V3:.*]] = mercer.constant 1
// CHECK: %[[V4:.*]] = mercer.apply ge(%{{.*}}, %[[V1]])
// CHECK: %[[V5:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V6:.*]] = mercer.apply logical_and(%[[V4]], %[[V5]])
// CHECK: %[[V7:.*]] = mercer.apply select(%[[V6]], %[[V3]], %[[V1]])
// CHECK: %[[V8:.*]] = mercer.apply sub(%[[V2]], %[[V7]])
// CHECK: %[[V9:.*]] = mercer.apply gt(%[[V8]], %[[V1]])
// CHECK: %[[V10:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[V0]]
// CHECK: %[[V11:.*]] = mercer.apply reciprocal(%{{.*}})
// CHECK: %[[V12:.*]] = mercer.apply mul(%[[V10]], %[[V11]])
// CHECK: %[[V13:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V14:.*]] = mercer.apply select(%[[V9]], %[[V12]], %[[V13]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V14]]
mercer.program @left_out(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply div(%xij, %wi) : (f64, f64) -> f64
  %1 = mercer.apply ne(%j, %i) : (i64, i64) -> i1
  %2 = mercer.reduce sum over [%j] %0 where %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// sum(j, w(i) x where a condition on data): left alone, for it is not known whether there are terms
// CHECK-LABEL: @unknown
// CHECK: %[[V0:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.apply gt(%{{.*}}, %{{.*}})
// CHECK: %[[V3:.*]] = mercer.apply logical_and(%[[V1]], %[[V2]])
// CHECK: %[[V4:.*]] = mercer.reduce sum over[%{{.*}}] %[[V0]] where %[[V3]]
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @unknown(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%wi, %xij) : (f64, f64) -> f64
  %1 = mercer.apply lt(%j, %i) : (i64, i64) -> i1
  %2 = mercer.apply gt(%xij, %wi) : (f64, f64) -> i1
  %3 = mercer.apply logical_and(%1, %2) : (i1, i1) -> i1
  %4 = mercer.reduce sum over [%j] %0 where %3 : f64 -> f64
  mercer.output "r" [%i] %4 : f64
}

// sum(j, x where j == i) -> the term, where i is in range
// CHECK-LABEL: @single
// CHECK: %[[V0:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.read %{{.*}}[%{{.*}}, %{{.*}}] if %[[V0]]
// CHECK: %[[V2:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V3:.*]] = mercer.apply select(%[[V0]], %[[V1]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @single(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply eq(%j, %i) : (i64, i64) -> i1
  %1 = mercer.reduce sum over [%j] %xij where %0 : f64 -> f64
  mercer.output "r" [%i] %1 : f64
}

// sum(j, (x - select(j == i, 3, 0)) w(j)) -> sum(j, x w(j)) - 3 w(i)
// CHECK-LABEL: @corrected
// CHECK: %[[V0:.*]] = mercer.constant 3.000000e+00
// CHECK: %[[V1:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V2:.*]] = mercer.apply mul(%{{.*}}, %{{.*}})
// CHECK: %[[V3:.*]] = mercer.reduce sum over[%{{.*}}] %[[V2]]
// CHECK: %[[V4:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V5:.*]] = mercer.read %{{.*}}[%{{.*}}] if %[[V4]]
// CHECK: %[[V6:.*]] = mercer.apply mul(%[[V5]], %[[V0]])
// CHECK: %[[V7:.*]] = mercer.apply neg(%[[V6]])
// CHECK: %[[V8:.*]] = mercer.apply select(%[[V4]], %[[V7]], %[[V1]])
// CHECK: %[[V9:.*]] = mercer.apply add(%[[V3]], %[[V8]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V9]]
mercer.program @corrected(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %wj = mercer.read %w[%j] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply eq(%j, %i) : (i64, i64) -> i1
  %1 = mercer.constant 3.000000e+00 : f64
  %2 = mercer.constant 0.000000e+00 : f64
  %3 = mercer.apply select(%0, %1, %2) : (i1, f64, f64) -> f64
  %4 = mercer.apply sub(%xij, %3) : (f64, f64) -> f64
  %5 = mercer.apply mul(%4, %wj) : (f64, f64) -> f64
  %6 = mercer.reduce sum over [%j] %5 : f64 -> f64
  mercer.output "r" [%i] %6 : f64
}

// sum(j, x where i < 3 && j < i): the outer condition leaves
// CHECK-LABEL: @outer_condition
// CHECK: %[[V0:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V1:.*]] = mercer.apply lt(%{{.*}}, %{{.*}})
// CHECK: %[[V2:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[V1]]
// CHECK: %[[V3:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V4:.*]] = mercer.apply select(%[[V0]], %[[V2]], %[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @outer_condition(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply lt(%i, %m) : (i64, i64) -> i1
  %1 = mercer.apply lt(%j, %i) : (i64, i64) -> i1
  %2 = mercer.apply logical_and(%0, %1) : (i1, i1) -> i1
  %3 = mercer.reduce sum over [%j] %xij where %2 : f64 -> f64
  mercer.output "r" [%i] %3 : f64
}
