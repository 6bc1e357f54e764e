// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s
// Each program has the rewrite that it tests as its comment.

// log(exp(x)) -> x
// CHECK-LABEL: @log_exp
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: mercer.output "r"[%{{.*}}] %[[X0]]
mercer.program @log_exp(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// log(1 + exp(x)) -> softplus(x)
// CHECK-LABEL: @softplus
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply softplus(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @softplus(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply exp(%x0) : (f64) -> f64
  %2 = mercer.apply add(%0, %1) : (f64, f64) -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// log1p(exp(x)) -> softplus(x)
// CHECK-LABEL: @softplus_log1p
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply softplus(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @softplus_log1p(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply log1p(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// log(1 - exp(-x)) -> log1mexp(x)
// CHECK-LABEL: @log1mexp
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply log1mexp(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @log1mexp(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply neg(%x0) : (f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.apply sub(%0, %2) : (f64, f64) -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// log(1 + x) -> log1p(x)
// CHECK-LABEL: @log1p
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply log1p(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @log1p(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply add(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.apply log(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// log(2 + x): left alone
// CHECK-LABEL: @log_two
// CHECK: %[[V0:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply add(%[[X1]], %[[V0]])
// CHECK: %[[V3:.*]] = mercer.apply log(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @log_two(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 2.000000e+00 : f64
  %1 = mercer.apply add(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.apply log(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// log(sigmoid(x)) -> log_sigmoid(x)
// CHECK-LABEL: @log_sigmoid
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply log_sigmoid(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @log_sigmoid(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply sigmoid(%x0) : (f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// log(1 - sigmoid(x)) -> log_sigmoid(-x)
// CHECK-LABEL: @log_other
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply log_sigmoid(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @log_other(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply sigmoid(%x0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// log(exp(x) y) -> x + log(y)
// CHECK-LABEL: @log_product
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply log(%[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply add(%[[X0]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @log_product(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply mul(%0, %y0) : (f64, f64) -> f64
  %2 = mercer.apply log(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// log(x y): left alone
// CHECK-LABEL: @log_plain
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply mul(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply log(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @log_plain(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply mul(%x0, %y0) : (f64, f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// log(exp(x) + exp(y)), shifted by the larger
// CHECK-LABEL: @log_add
// CHECK: %[[V0:.*]] = mercer.constant 0xFFF0000000000000
// CHECK: %[[V1:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[V2:.*]] = mercer.constant -1.7976931348623157E+308
// CHECK: %[[V3:.*]] = mercer.constant 1.7976931348623157E+308
// CHECK: %[[X4:.*]] = mercer.read
// CHECK: %[[X5:.*]] = mercer.read
// CHECK: %[[V6:.*]] = mercer.apply maximum(%[[X4]], %[[X5]])
// CHECK: %[[V7:.*]] = mercer.apply minimum(%[[V6]], %[[V3]])
// CHECK: %[[V8:.*]] = mercer.apply maximum(%[[V7]], %[[V2]])
// CHECK: %[[V9:.*]] = mercer.apply stop_gradient(%[[V8]])
// CHECK: %[[V10:.*]] = mercer.apply sub(%[[X4]], %[[V9]])
// CHECK: %[[V11:.*]] = mercer.apply exp(%[[V10]])
// CHECK: %[[V12:.*]] = mercer.apply sub(%[[X5]], %[[V9]])
// CHECK: %[[V13:.*]] = mercer.apply exp(%[[V12]])
// CHECK: %[[V14:.*]] = mercer.apply add(%[[V11]], %[[V13]])
// CHECK: %[[V15:.*]] = mercer.apply eq(%[[V14]], %[[V1]])
// CHECK: %[[V16:.*]] = mercer.apply log(%[[V14]])
// CHECK: %[[V17:.*]] = mercer.apply add(%[[V9]], %[[V16]])
// CHECK: %[[V18:.*]] = mercer.apply select(%[[V15]], %[[V0]], %[[V17]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V18]]
mercer.program @log_add(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply exp(%y0) : (f64) -> f64
  %2 = mercer.apply add(%0, %1) : (f64, f64) -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// log(exp(x) - exp(y)) -> x + log1mexp(x - y)
// CHECK-LABEL: @log_difference
// CHECK: %[[V0:.*]] = mercer.constant 0xFFF0000000000000
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[X2:.*]] = mercer.read
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[X1]], %[[X2]])
// CHECK: %[[V4:.*]] = mercer.apply log1mexp(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply add(%[[X1]], %[[V4]])
// CHECK: %[[V6:.*]] = mercer.apply eq(%[[X2]], %[[V0]])
// CHECK: %[[V7:.*]] = mercer.apply select(%[[V6]], %[[X1]], %[[V5]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V7]]
mercer.program @log_difference(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply exp(%y0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  %3 = mercer.apply log(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// shifted by hand: left alone
// CHECK-LABEL: @by_hand
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply maximum(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[X0]], %[[V2]])
// CHECK: %[[V4:.*]] = mercer.apply exp(%[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply sub(%[[X1]], %[[V2]])
// CHECK: %[[V6:.*]] = mercer.apply exp(%[[V5]])
// CHECK: %[[V7:.*]] = mercer.apply add(%[[V4]], %[[V6]])
// CHECK: %[[V8:.*]] = mercer.apply log(%[[V7]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V8]]
mercer.program @by_hand(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply maximum(%x0, %y0) : (f64, f64) -> f64
  %1 = mercer.apply sub(%x0, %0) : (f64, f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.apply sub(%y0, %0) : (f64, f64) -> f64
  %4 = mercer.apply exp(%3) : (f64) -> f64
  %5 = mercer.apply add(%2, %4) : (f64, f64) -> f64
  %6 = mercer.apply log(%5) : (f64) -> f64
  mercer.output "r" [%i] %6 : f64
}

// x log(x) -> xlogx(x)
// CHECK-LABEL: @xlogx
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply xlogx(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @xlogx(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply log(%x0) : (f64) -> f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// x log(x / y) -> xlogy(x, x / y)
// CHECK-LABEL: @xlogy
// CHECK: %[[V0:.*]] = mercer.constant 0.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[X2:.*]] = mercer.read
// CHECK: %[[V3:.*]] = mercer.apply div(%[[X1]], %[[X2]])
// CHECK: %[[V4:.*]] = mercer.apply eq(%[[X1]], %[[V0]])
// CHECK: %[[V5:.*]] = mercer.apply eq(%[[X2]], %[[V0]])
// CHECK: %[[V6:.*]] = mercer.apply logical_and(%[[V4]], %[[V5]])
// CHECK: %[[V7:.*]] = mercer.apply xlogy(%[[X1]], %[[V3]])
// CHECK: %[[V8:.*]] = mercer.apply select(%[[V6]], %[[V0]], %[[V7]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V8]]
mercer.program @xlogy(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply div(%x0, %y0) : (f64, f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  %2 = mercer.apply mul(%x0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// x log(y): left alone
// CHECK-LABEL: @x_log_y
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply log(%[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[X0]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @x_log_y(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply log(%y0) : (f64) -> f64
  %1 = mercer.apply mul(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// softplus(x) - x -> softplus(-x)
// CHECK-LABEL: @softplus_difference
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply softplus(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @softplus_difference(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply softplus(%x0) : (f64) -> f64
  %1 = mercer.apply sub(%0, %x0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// log(cosh(x)) has two forms
// CHECK-LABEL: @log_cosh
// CHECK: %[[V0:.*]] = mercer.constant 1.000000e+00
// CHECK: %[[V1:.*]] = mercer.constant 0.69314718055994529
// CHECK: %[[V2:.*]] = mercer.constant -2.000000e+00
// CHECK: %[[V3:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[V4:.*]] = mercer.constant 5.000000e-01
// CHECK: %[[X5:.*]] = mercer.read
// CHECK: %[[V6:.*]] = mercer.apply abs(%[[X5]])
// CHECK: %[[V7:.*]] = mercer.apply mul(%[[V4]], %[[X5]])
// CHECK: %[[V8:.*]] = mercer.apply sinh(%[[V7]])
// CHECK: %[[V9:.*]] = mercer.apply square(%[[V8]])
// CHECK: %[[V10:.*]] = mercer.apply mul(%[[V3]], %[[V9]])
// CHECK: %[[V11:.*]] = mercer.apply log1p(%[[V10]])
// CHECK: %[[V12:.*]] = mercer.apply mul(%[[V2]], %[[V6]])
// CHECK: %[[V13:.*]] = mercer.apply softplus(%[[V12]])
// CHECK: %[[V14:.*]] = mercer.apply sub(%[[V6]], %[[V1]])
// CHECK: %[[V15:.*]] = mercer.apply add(%[[V14]], %[[V13]])
// CHECK: %[[V16:.*]] = mercer.apply lt(%[[V6]], %[[V0]])
// CHECK: %[[V17:.*]] = mercer.apply select(%[[V16]], %[[V11]], %[[V15]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V17]]
mercer.program @log_cosh(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply cosh(%x0) : (f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}
