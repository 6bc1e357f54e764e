// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s

// exp(x) - 1 -> expm1(x)
// CHECK-LABEL: @expm1
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply expm1(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @expm1(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// 1 - exp(x) -> -expm1(x)
// CHECK-LABEL: @negative
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply expm1(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply neg(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @negative(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply exp(%x0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// exp(x) - 2: left alone
// CHECK-LABEL: @minus_two
// CHECK: %[[V0:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply sub(%[[V2]], %[[V0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @minus_two(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.constant 2.000000e+00 : f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// 1 / (1 + exp(-x)) -> sigmoid(x)
// CHECK-LABEL: @sigmoid
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply sigmoid(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @sigmoid(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply neg(%x0) : (f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.apply add(%0, %2) : (f64, f64) -> f64
  %4 = mercer.apply div(%0, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// exp(x) / (1 + exp(x)) -> sigmoid(x)
// CHECK-LABEL: @sigmoid_quotient
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply sigmoid(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @sigmoid_quotient(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %2 = mercer.apply add(%1, %0) : (f64, f64) -> f64
  %3 = mercer.apply div(%0, %2) : (f64, f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// 1 / (2 + exp(x)): left alone
// CHECK-LABEL: @not_sigmoid
// CHECK: %[[V0:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[V1:.*]] = mercer.constant 1.000000e+00
// CHECK: %[[X2:.*]] = mercer.read
// CHECK: %[[V3:.*]] = mercer.apply exp(%[[X2]])
// CHECK: %[[V4:.*]] = mercer.apply add(%[[V0]], %[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply div(%[[V1]], %[[V4]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V5]]
mercer.program @not_sigmoid(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.constant 2.000000e+00 : f64
  %2 = mercer.apply exp(%x0) : (f64) -> f64
  %3 = mercer.apply add(%1, %2) : (f64, f64) -> f64
  %4 = mercer.apply div(%0, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// 1 - sigmoid(x) -> sigmoid(-x)
// CHECK-LABEL: @complement
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply sigmoid(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @complement(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 1.000000e+00 : f64
  %1 = mercer.apply sigmoid(%x0) : (f64) -> f64
  %2 = mercer.apply sub(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// exp(x) / exp(y) -> exp(x - y)
// CHECK-LABEL: @quotient
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply sub(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply exp(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @quotient(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply exp(%y0) : (f64) -> f64
  %2 = mercer.apply div(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// exp(x) / exp(2 x) -> exp(-x)
// CHECK-LABEL: @multiples
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @multiples(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.constant 2.000000e+00 : f64
  %2 = mercer.apply mul(%1, %x0) : (f64, f64) -> f64
  %3 = mercer.apply exp(%2) : (f64) -> f64
  %4 = mercer.apply div(%0, %3) : (f64, f64) -> f64
  mercer.output "r" [%i] %4 : f64
}

// exp(x) exp(y) -> exp(x + y)
// CHECK-LABEL: @product
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply add(%[[X0]], %[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply exp(%[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @product(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply exp(%y0) : (f64) -> f64
  %2 = mercer.apply mul(%0, %1) : (f64, f64) -> f64
  mercer.output "r" [%i] %2 : f64
}

// x / exp(y): left alone
// CHECK-LABEL: @no_exp_above
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[X1]])
// CHECK: %[[V3:.*]] = mercer.apply div(%[[X0]], %[[V2]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @no_exp_above(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%y0) : (f64) -> f64
  %1 = mercer.apply div(%x0, %0) : (f64, f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// (exp(x) - exp(-x)) / (exp(x) + exp(-x)) -> tanh(x)
// CHECK-LABEL: @tanh
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply tanh(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @tanh(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply neg(%x0) : (f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.apply sub(%0, %2) : (f64, f64) -> f64
  %4 = mercer.apply add(%0, %2) : (f64, f64) -> f64
  %5 = mercer.apply div(%3, %4) : (f64, f64) -> f64
  mercer.output "r" [%i] %5 : f64
}

// (exp(2 x) - 1) / (exp(2 x) + 1) -> tanh(x)
// CHECK-LABEL: @tanh_of_half
// CHECK: %[[V0:.*]] = mercer.constant 5.000000e-01
// CHECK: %[[V1:.*]] = mercer.constant 2.000000e+00
// CHECK: %[[X2:.*]] = mercer.read
// CHECK: %[[V3:.*]] = mercer.apply mul(%[[V1]], %[[X2]])
// CHECK: %[[V4:.*]] = mercer.apply mul(%[[V0]], %[[V3]])
// CHECK: %[[V5:.*]] = mercer.apply tanh(%[[V4]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V5]]
mercer.program @tanh_of_half(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.constant 2.000000e+00 : f64
  %1 = mercer.apply mul(%0, %x0) : (f64, f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.constant 1.000000e+00 : f64
  %4 = mercer.apply sub(%2, %3) : (f64, f64) -> f64
  %5 = mercer.apply add(%2, %3) : (f64, f64) -> f64
  %6 = mercer.apply div(%4, %5) : (f64, f64) -> f64
  mercer.output "r" [%i] %6 : f64
}

// (exp(x) + exp(-x)) / 2 -> cosh(x)
// CHECK-LABEL: @cosh
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply cosh(%[[X0]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V1]]
mercer.program @cosh(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply exp(%x0) : (f64) -> f64
  %1 = mercer.apply neg(%x0) : (f64) -> f64
  %2 = mercer.apply exp(%1) : (f64) -> f64
  %3 = mercer.apply add(%0, %2) : (f64, f64) -> f64
  %4 = mercer.constant 2.000000e+00 : f64
  %5 = mercer.apply div(%3, %4) : (f64, f64) -> f64
  mercer.output "r" [%i] %5 : f64
}

// exp(log(x^2) y) -> pow(x^2, y)
// CHECK-LABEL: @power
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[X1:.*]] = mercer.read
// CHECK: %[[V2:.*]] = mercer.apply square(%[[X0]])
// CHECK: %[[V3:.*]] = mercer.apply pow(%[[V2]], %[[X1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V3]]
mercer.program @power(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply square(%x0) : (f64) -> f64
  %1 = mercer.apply log(%0) : (f64) -> f64
  %2 = mercer.apply mul(%1, %y0) : (f64, f64) -> f64
  %3 = mercer.apply exp(%2) : (f64) -> f64
  mercer.output "r" [%i] %3 : f64
}

// exp(log(x)), x of either sign: left alone
// CHECK-LABEL: @log_of_any
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[V1:.*]] = mercer.apply log(%[[X0]])
// CHECK: %[[V2:.*]] = mercer.apply exp(%[[V1]])
// CHECK: mercer.output "r"[%{{.*}}] %[[V2]]
mercer.program @log_of_any(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply log(%x0) : (f64) -> f64
  %1 = mercer.apply exp(%0) : (f64) -> f64
  mercer.output "r" [%i] %1 : f64
}

// A choice between two calls of one function is one call of a choice; then 1 - exp(log_sigmoid(z)) -> --sigmoid(-z).
// CHECK-LABEL: @choice
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: %[[N1:.*]] = mercer.apply neg(%[[X0]])
// CHECK: %[[Z2:.*]] = mercer.apply select(%{{.*}}, %[[X0]], %[[N1]])
// CHECK: %[[V3:.*]] = mercer.apply log_sigmoid(%[[Z2]])
// CHECK: %[[V4:.*]] = mercer.apply neg(%[[Z2]])
// CHECK: %[[V5:.*]] = mercer.apply sigmoid(%[[V4]])
// CHECK: %[[V6:.*]] = mercer.apply neg(%[[V5]])
// CHECK: %[[V7:.*]] = mercer.apply neg(%[[V6]])
// CHECK: mercer.apply mul(%[[V3]], %[[V7]])
mercer.program @choice(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%i] : !mercer.array<1xf64> -> f64
  %c = mercer.apply gt(%y0, %x0) : (f64, f64) -> i1
  %0 = mercer.apply log_sigmoid(%x0) : (f64) -> f64
  %1 = mercer.apply neg(%x0) : (f64) -> f64
  %2 = mercer.apply log_sigmoid(%1) : (f64) -> f64
  %3 = mercer.apply select(%c, %0, %2) : (i1, f64, f64) -> f64
  %4 = mercer.apply exp(%3) : (f64) -> f64
  %5 = mercer.constant 1.000000e+00 : f64
  %6 = mercer.apply sub(%5, %4) : (f64, f64) -> f64
  %7 = mercer.apply mul(%3, %6) : (f64, f64) -> f64
  mercer.output "r" [%i] %7 : f64
}

// Calls over fewer indices than the choice are fewer than its elements; a call that others need stays.
// CHECK-LABEL: @calls_stay
// CHECK-COUNT-4: mercer.apply tanh
// CHECK-NOT: tanh
mercer.program @calls_stay(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %m = mercer.size %y, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %y0 = mercer.read %y[%j] : !mercer.array<1xf64> -> f64
  %c = mercer.apply gt(%y0, %x0) : (f64, f64) -> i1
  %0 = mercer.apply tanh(%x0) : (f64) -> f64
  %1 = mercer.apply tanh(%y0) : (f64) -> f64
  %2 = mercer.apply select(%c, %0, %1) : (i1, f64, f64) -> f64
  mercer.output "r" [%i, %j] %2 : f64
  %3 = mercer.apply neg(%x0) : (f64) -> f64
  %d = mercer.apply gt(%x0, %3) : (f64, f64) -> i1
  %4 = mercer.apply tanh(%3) : (f64) -> f64
  %5 = mercer.apply square(%x0) : (f64) -> f64
  %6 = mercer.apply tanh(%5) : (f64) -> f64
  %7 = mercer.apply select(%d, %4, %6) : (i1, f64, f64) -> f64
  %8 = mercer.apply mul(%4, %7) : (f64, f64) -> f64
  mercer.output "s" [%i] %8 : f64
}

// expm1(-softplus(x)) -> -sigmoid(x);  expm1(log(x)) -> x - 1 where x is not negative
// CHECK-LABEL: @expm1_of_log
// CHECK: %[[X0:.*]] = mercer.read
// CHECK: mercer.apply sigmoid(%[[X0]])
// CHECK: %[[Q:.*]] = mercer.apply square(%[[X0]])
// CHECK: mercer.apply sub(%[[Q]],
// CHECK-NOT: log(%[[Q]])
// CHECK: %[[L:.*]] = mercer.apply log(%[[X0]])
// CHECK: mercer.apply expm1(%[[L]])
mercer.program @expm1_of_log(%x: !mercer.array<1xf64>, %y: !mercer.array<1xf64>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %0 = mercer.apply softplus(%x0) : (f64) -> f64
  %1 = mercer.apply neg(%0) : (f64) -> f64
  %2 = mercer.apply expm1(%1) : (f64) -> f64
  mercer.output "r" [%i] %2 : f64
  %3 = mercer.apply square(%x0) : (f64) -> f64
  %4 = mercer.apply log(%3) : (f64) -> f64
  %5 = mercer.apply expm1(%4) : (f64) -> f64
  mercer.output "s" [%i] %5 : f64
  %6 = mercer.apply log(%x0) : (f64) -> f64
  %7 = mercer.apply expm1(%6) : (f64) -> f64
  mercer.output "t" [%i] %7 : f64
}

// exp(-log1p(x) / 2) -> rsqrt(1 + x) for x >= 0
// CHECK-LABEL: @power_of_one_plus
// CHECK: %[[SQUARE:.*]] = mercer.apply square
// CHECK: %[[BASE:.*]] = mercer.apply add(%{{.*}}, %[[SQUARE]])
// CHECK: %[[R:.*]] = mercer.apply rsqrt(%[[BASE]])
// CHECK: mercer.output "r"[%{{.*}}] %[[R]]
mercer.program @power_of_one_plus(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %s = mercer.apply square(%x0) : (f64) -> f64
  %l = mercer.apply log1p(%s) : (f64) -> f64
  %h = mercer.constant -5.000000e-01 : f64
  %p = mercer.apply mul(%h, %l) : (f64, f64) -> f64
  %r = mercer.apply exp(%p) : (f64) -> f64
  mercer.output "r" [%i] %r : f64
}

// 1 - exp(-log1p(x)): expm1, which does not cancel; of x of any sign: left alone
// CHECK-LABEL: @power_less_one
// CHECK: mercer.apply expm1
// CHECK: mercer.apply exp(
mercer.program @power_less_one(%x: !mercer.array<1xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %s = mercer.apply square(%x0) : (f64) -> f64
  %l = mercer.apply log1p(%s) : (f64) -> f64
  %m = mercer.apply neg(%l) : (f64) -> f64
  %e = mercer.apply exp(%m) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %r = mercer.apply sub(%1, %e) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
  %k = mercer.apply log1p(%x0) : (f64) -> f64
  %o = mercer.apply neg(%k) : (f64) -> f64
  %f = mercer.apply exp(%o) : (f64) -> f64
  mercer.output "s" [%i] %f : f64
}
