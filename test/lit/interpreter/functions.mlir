// RUN: mercer-interpret %s --digits=10 --input 'x=[0.5, 3, 20, 3.7e-7]' | FileCheck %s
// RUN: mercer-interpret %s --digits=10 --bits=200 --input 'x=[0.5, 3, 20, 3.7e-7]' | FileCheck %s

// Functions and their derivatives, where the textbook formula is inexact too. log_normal_cdf at -x. Values by mpmath with 60 digits.

// CHECK-LABEL: start = 0
// CHECK-NEXT: sigmoid = [0.6224593312, 0.9525741268, 0.9999999979, 0.5000000925]
// CHECK-NEXT: d_sigmoid = [0.2350037122, 0.04517665973, 2.061153614e-09, 0.25]
// CHECK-NEXT: log_sigmoid = [-0.4740769842, -0.04858735157, -2.06115362e-09, -0.6931469956]
// CHECK-NEXT: d_log_sigmoid = [0.3775406688, 0.04742587318, 2.061153618e-09, 0.4999999075]
// CHECK-NEXT: softplus = [0.9740769842, 3.048587352, 20, 0.6931473656]
// CHECK-NEXT: d_softplus = [0.6224593312, 0.9525741268, 0.9999999979, 0.5000000925]
// CHECK-NEXT: log1mexp = [-0.9327521296, -0.05106918094, -2.061153625e-09, -14.80976302]
// CHECK-NEXT: d_log1mexp = [1.541494083, 0.05239569649, 2.061153627e-09, 2702702.203]
// CHECK-NEXT: normal_cdf = [0.6914624613, 0.998650102, 1, 0.5000001476]
// CHECK-NEXT: d_normal_cdf = [0.3520653268, 0.004431848412, 5.520948362e-88, 0.3989422804]
// CHECK-NEXT: log_normal_cdf = [-1.175911762, -6.607726222, -203.9171554, -0.6931474758]
// CHECK-NEXT: d_log_normal_cdf = [1.14107777, 3.283098655, 20.04975307, 0.7978847964]
// CHECK-NEXT: erf = [0.5204998778, 0.9999779095, 1, 4.175002918e-07]
// CHECK-NEXT: d_erf = [0.8787825789, 0.0001392530519, 2.161037474e-174, 1.128379167]
// CHECK-NEXT: erfc = [0.4795001222, 2.2090497e-05, 5.395865612e-176, 0.9999995825]
// CHECK-NEXT: d_erfc = [-0.8787825789, -0.0001392530519, -2.161037474e-174, -1.128379167]
// CHECK-NEXT: expm1 = [0.6487212707, 19.08553692, 485165194.4, 3.700000685e-07]
// CHECK-NEXT: d_expm1 = [1.648721271, 20.08553692, 485165195.4, 1.00000037]
// CHECK-NEXT: log1p = [0.4054651081, 1.386294361, 3.044522438, 3.699999316e-07]
// CHECK-NEXT: d_log1p = [0.6666666667, 0.25, 0.04761904762, 0.99999963]
// CHECK-NEXT: cbrt = [0.793700526, 1.44224957, 2.714417617, 0.007179054352]
// CHECK-NEXT: d_cbrt = [0.529133684, 0.1602499523, 0.04524029361, 6467.616533]
// CHECK-NEXT: rsqrt = [1.414213562, 0.5773502692, 0.2236067977, 1643.989873]
// CHECK-NEXT: d_rsqrt = [-1.414213562, -0.09622504486, -0.005590169944, -2221607937]
// CHECK-NEXT: xlogx = [-0.3465735903, 3.295836866, 59.91464547, -5.479612248e-06]
// CHECK-NEXT: d_xlogx = [0.3068528194, 2.098612289, 3.995732274, -13.80976283]
// CHECK-NEXT: tanh = [0.4621171573, 0.9950547537, 1, 3.7e-07]
// CHECK-NEXT: d_tanh = [0.786447733, 0.009866037165, 1.699341702e-17, 1]
// CHECK-NEXT: asinh = [0.4812118251, 1.818446459, 3.689503869, 3.7e-07]
// CHECK-NEXT: d_asinh = [0.894427191, 0.316227766, 0.04993761694, 1]
// CHECK-NEXT: atan = [0.463647609, 1.249045772, 1.520837931, 3.7e-07]
// CHECK-NEXT: d_atan = [0.8, 0.1, 0.002493765586, 1]
// CHECK-NEXT: exp2 = [1.414213562, 8, 1048576, 1.000000256]
// CHECK-NEXT: d_exp2 = [0.9802581435, 5.545177444, 726817.498, 0.6931473583]
// CHECK-NEXT: log2 = [-1, 1.584962501, 4.321928095, -21.36597139]
// CHECK-NEXT: d_log2 = [2.885390082, 0.480898347, 0.07213475204, 3899175.786]
mercer.program @functions(%x: !mercer.array<1xf64>) names ["x"] {
  %zero = mercer.constant 0 : i64
  mercer.output "start" [] %zero : i64
  %n = mercer.size %x, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %negative = mercer.apply neg(%v) : (f64) -> f64
  %sigmoid = mercer.apply sigmoid(%v) : (f64) -> f64
  mercer.output "sigmoid" [%i] %sigmoid : f64
  %g_sigmoid = mercer.gradient %sigmoid by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_sigmoid = mercer.read %g_sigmoid[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_sigmoid" [%i] %d_sigmoid : f64
  %log_sigmoid = mercer.apply log_sigmoid(%v) : (f64) -> f64
  mercer.output "log_sigmoid" [%i] %log_sigmoid : f64
  %g_log_sigmoid = mercer.gradient %log_sigmoid by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_log_sigmoid = mercer.read %g_log_sigmoid[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_log_sigmoid" [%i] %d_log_sigmoid : f64
  %softplus = mercer.apply softplus(%v) : (f64) -> f64
  mercer.output "softplus" [%i] %softplus : f64
  %g_softplus = mercer.gradient %softplus by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_softplus = mercer.read %g_softplus[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_softplus" [%i] %d_softplus : f64
  %log1mexp = mercer.apply log1mexp(%v) : (f64) -> f64
  mercer.output "log1mexp" [%i] %log1mexp : f64
  %g_log1mexp = mercer.gradient %log1mexp by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_log1mexp = mercer.read %g_log1mexp[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_log1mexp" [%i] %d_log1mexp : f64
  %normal_cdf = mercer.apply normal_cdf(%v) : (f64) -> f64
  mercer.output "normal_cdf" [%i] %normal_cdf : f64
  %g_normal_cdf = mercer.gradient %normal_cdf by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_normal_cdf = mercer.read %g_normal_cdf[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_normal_cdf" [%i] %d_normal_cdf : f64
  %log_normal_cdf = mercer.apply log_normal_cdf(%negative) : (f64) -> f64
  mercer.output "log_normal_cdf" [%i] %log_normal_cdf : f64
  %g_log_normal_cdf = mercer.gradient %log_normal_cdf by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %r_log_normal_cdf = mercer.read %g_log_normal_cdf[%i] : !mercer.array<1xf64> -> f64
  %d_log_normal_cdf = mercer.apply neg(%r_log_normal_cdf) : (f64) -> f64
  mercer.output "d_log_normal_cdf" [%i] %d_log_normal_cdf : f64
  %erf = mercer.apply erf(%v) : (f64) -> f64
  mercer.output "erf" [%i] %erf : f64
  %g_erf = mercer.gradient %erf by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_erf = mercer.read %g_erf[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_erf" [%i] %d_erf : f64
  %erfc = mercer.apply erfc(%v) : (f64) -> f64
  mercer.output "erfc" [%i] %erfc : f64
  %g_erfc = mercer.gradient %erfc by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_erfc = mercer.read %g_erfc[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_erfc" [%i] %d_erfc : f64
  %expm1 = mercer.apply expm1(%v) : (f64) -> f64
  mercer.output "expm1" [%i] %expm1 : f64
  %g_expm1 = mercer.gradient %expm1 by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_expm1 = mercer.read %g_expm1[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_expm1" [%i] %d_expm1 : f64
  %log1p = mercer.apply log1p(%v) : (f64) -> f64
  mercer.output "log1p" [%i] %log1p : f64
  %g_log1p = mercer.gradient %log1p by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_log1p = mercer.read %g_log1p[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_log1p" [%i] %d_log1p : f64
  %cbrt = mercer.apply cbrt(%v) : (f64) -> f64
  mercer.output "cbrt" [%i] %cbrt : f64
  %g_cbrt = mercer.gradient %cbrt by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_cbrt = mercer.read %g_cbrt[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_cbrt" [%i] %d_cbrt : f64
  %rsqrt = mercer.apply rsqrt(%v) : (f64) -> f64
  mercer.output "rsqrt" [%i] %rsqrt : f64
  %g_rsqrt = mercer.gradient %rsqrt by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_rsqrt = mercer.read %g_rsqrt[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_rsqrt" [%i] %d_rsqrt : f64
  %xlogx = mercer.apply xlogx(%v) : (f64) -> f64
  mercer.output "xlogx" [%i] %xlogx : f64
  %g_xlogx = mercer.gradient %xlogx by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_xlogx = mercer.read %g_xlogx[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_xlogx" [%i] %d_xlogx : f64
  %tanh = mercer.apply tanh(%v) : (f64) -> f64
  mercer.output "tanh" [%i] %tanh : f64
  %g_tanh = mercer.gradient %tanh by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_tanh = mercer.read %g_tanh[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_tanh" [%i] %d_tanh : f64
  %asinh = mercer.apply asinh(%v) : (f64) -> f64
  mercer.output "asinh" [%i] %asinh : f64
  %g_asinh = mercer.gradient %asinh by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_asinh = mercer.read %g_asinh[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_asinh" [%i] %d_asinh : f64
  %atan = mercer.apply atan(%v) : (f64) -> f64
  mercer.output "atan" [%i] %atan : f64
  %g_atan = mercer.gradient %atan by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_atan = mercer.read %g_atan[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_atan" [%i] %d_atan : f64
  %exp2 = mercer.apply exp2(%v) : (f64) -> f64
  mercer.output "exp2" [%i] %exp2 : f64
  %g_exp2 = mercer.gradient %exp2 by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_exp2 = mercer.read %g_exp2[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_exp2" [%i] %d_exp2 : f64
  %log2 = mercer.apply log2(%v) : (f64) -> f64
  mercer.output "log2" [%i] %log2 : f64
  %g_log2 = mercer.gradient %log2 by %x : f64, !mercer.array<1xf64> -> !mercer.array<1xf64>
  %d_log2 = mercer.read %g_log2[%i] : !mercer.array<1xf64> -> f64
  mercer.output "d_log2" [%i] %d_log2 : f64
}
