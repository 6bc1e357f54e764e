// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s

// sqrt(x^2) -> abs(x)
// CHECK-LABEL: @abs
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply abs(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @abs(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%x0) : (f64) -> f64
  %1 = mercer.apply sqrt(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// sqrt(x^2 + y^2) -> root
// CHECK-LABEL: @root
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply square(%[[X0]])
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[X1]], %[[X1]])
// CHECK: %[[V4:.*]] = mercer.apply add(%[[V2]], %[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply root(%[[V4]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V5]]
mercer.program @root(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%x0) : (f64) -> f64
  %1 = mercer.apply mul(%y0, %y0) : (f64, f64) -> f64
  %2 = mercer.apply add(%0, %1) : (f64, f64) -> f64
  %3 = mercer.apply sqrt(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// sqrt(x^2 + y): left alone
// CHECK-LABEL: @sqrt
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply square(%[[X0]])
// CHECK: %[[V3:.*]] = mercer.apply add(%[[V2]], %[[X1]])
// CHECK: %[[V4:.*]] = mercer.apply sqrt(%[[V3]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V4]]
mercer.program @sqrt(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%x0) : (f64) -> f64
  %1 = mercer.apply add(%0, %y0) : (f64, f64) -> f64
  %2 = mercer.apply sqrt(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// sqrt(sum(x^2)) -> root(sum(x^2))
// CHECK-LABEL: @norm
// CHECK: %[[V0:.*]] = mercer.apply square(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %[[V0]]
// CHECK: %[[V2:.*]] = mercer.apply root(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @norm(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply sqrt(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// sqrt(max(sum of squares)) and sqrt(x^2 + y^2 + 0) have no slope at 0 either
// CHECK-LABEL: @farthest
// CHECK: %[[V0:.*]] = mercer.reduce max over[%{{.*}}] %{{.*}}
// CHECK: %[[V1:.*]] = mercer.apply root(%[[V0]])
// CHECK: mercer.output "r"[] %[[V1]]
// CHECK: %[[V2:.*]] = mercer.apply root(
// CHECK: mercer.output "s"[%{{.*}}] %[[V2]]
mercer.program @farthest(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %none = mercer.constant 0.0 : f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.reduce max over [%i] %1 : f64 -> f64
  %3 = mercer.apply sqrt(%2) : (f64) -> f64
  mercer.output "r" [] %3 : f64
  %first = mercer.constant 0 : i64
  %xi = mercer.read %x[%i, %first] : !mercer.array<2xf64> -> f64
  %4 = mercer.apply square(%xi) : (f64) -> f64
  %5 = mercer.apply add(%4, %1) : (f64, f64) -> f64
  %6 = mercer.apply add(%5, %none) : (f64, f64) -> f64
  %7 = mercer.apply sqrt(%6) : (f64) -> f64
  mercer.output "s" [%i] %7 : f64
}

// mean(x^2) - mean(x)^2 -> mean((x - mean(x))^2)
// CHECK-LABEL: @variance
// CHECK: %[[V0:.*]] = mercer.apply to_real(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V2:.*]] = mercer.apply div(%[[V1]], %[[V0]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%{{.*}}, %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply square(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.reduce sum over[%{{.*}}] %[[V4]]
// CHECK: %[[V6:.*]] = mercer.apply div(%[[V5]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V6]]
mercer.program @variance(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply to_real(%m) : (i64) -> f64
  %3 = mercer.apply div(%1, %2) : (f64, f64) -> f64
  %4 = mercer.reduce sum over [%j] %xij : f64 -> f64
  %5 = mercer.apply div(%4, %2) : (f64, f64) -> f64
  %6 = mercer.apply square(%5) : (f64) -> f64
  %7 = mercer.apply sub(%3, %6) : (f64, f64) -> f64
  mercer.output "r" [%i] %7 : f64
}

// another number than that of the terms: left alone
// CHECK-LABEL: @weights
// CHECK: %[[V0:.*]] = mercer.apply square(%{{.*}})
// CHECK: %[[V1:.*]] = mercer.reduce sum over[%{{.*}}] %[[V0]]
// CHECK: %[[V2:.*]] = mercer.apply to_real(%{{.*}})
// CHECK: %[[V3:.*]] = mercer.apply div(%[[V1]], %[[V2]])
// CHECK: %[[V4:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}}
// CHECK: %[[V5:.*]] = mercer.apply div(%[[V4]], %[[V2]])
// CHECK: %[[V6:.*]] = mercer.apply square(%[[V5]])
// CHECK: %[[V7:.*]] = mercer.apply sub(%[[V3]], %[[V6]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V7]]
mercer.program @weights(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %0 = mercer.apply square(%xij) : (f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  %2 = mercer.apply to_real(%n) : (i64) -> f64
  %3 = mercer.apply div(%1, %2) : (f64, f64) -> f64
  %4 = mercer.reduce sum over [%j] %xij : f64 -> f64
  %5 = mercer.apply div(%4, %2) : (f64, f64) -> f64
  %6 = mercer.apply square(%5) : (f64) -> f64
  %7 = mercer.apply sub(%3, %6) : (f64, f64) -> f64
  mercer.output "r" [%i] %7 : f64
}
