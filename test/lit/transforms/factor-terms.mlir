// RUN: mercer-opt %s --mercer-factor | FileCheck %s

// sum(j, exp(x(i,j)) - l(i)) -> sum(j, exp(x(i,j))) - m l(i), 0 where m is 0: l(i), which needs x, is not needed for the sum.
// CHECK-LABEL: @without_index
// CHECK: %[[L:.*]] = mercer.reduce logsumexp
// CHECK: %[[E:.*]] = mercer.apply exp
// CHECK: %[[S:.*]] = mercer.reduce sum over[%{{.*}}] %[[E]]
// CHECK: %[[N:.*]] = mercer.apply to_real
// CHECK: %[[M:.*]] = mercer.apply mul(%[[L]], %[[N]])
// CHECK: %[[C:.*]] = mercer.apply select(%{{.*}}, %[[M]], %{{.*}})
// CHECK: %[[R:.*]] = mercer.apply sub(%[[S]], %[[C]])
// CHECK: mercer.output "r"[%{{.*}}] %[[R]]
mercer.program @without_index(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %l = mercer.reduce logsumexp over [%j] %xij : f64 -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.apply sub(%0, %l) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// The data tell how many terms there are: they are counted where l(i) needs a pass over j before.
// CHECK-LABEL: @counted
// CHECK: %[[S:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[P:[0-9]+]] : f64
// CHECK: %[[N:.*]] = mercer.reduce sum over[%{{.*}}] %{{.*}} where %[[P]] : i64
// CHECK: mercer.apply to_real(%[[N]])
// CHECK: %[[R:.*]] = mercer.apply sub(%[[S]], %{{.*}})
// CHECK: mercer.output "r"[%{{.*}}] %[[R]]
mercer.program @counted(%x: !mercer.array<2xf64>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %zero = mercer.constant 0.0 : f64
  %p = mercer.apply gt(%xij, %zero) : (f64, f64) -> i1
  %l = mercer.reduce logsumexp over [%j] %xij : f64 -> f64
  %0 = mercer.apply exp(%xij) : (f64) -> f64
  %1 = mercer.apply sub(%0, %l) : (f64, f64) -> f64
  %2 = mercer.reduce sum over [%j] %1 where %p : f64 -> f64
  mercer.output "r" [%i] %2 : f64
}

// sum(k, (x(i,k) - m(c,k))^2 + v(c,k) + 2) -> sum(k, (x - m)^2) + sum(k, v(c,k) + 2): the latter is one for all i.
// CHECK-LABEL: @fewer_indices
// CHECK: %[[Q:.*]] = mercer.apply square
// CHECK: %[[S:.*]] = mercer.reduce sum over[%{{.*}}] %[[Q]]
// CHECK: %[[V:.*]] = mercer.apply add(%{{.*}}, %{{.*}})
// CHECK: %[[T:.*]] = mercer.reduce sum over[%{{.*}}] %[[V]]
// CHECK: %[[R:.*]] = mercer.apply add(%[[S]], %[[T]])
// CHECK: mercer.output "r"[%{{.*}}, %{{.*}}] %[[R]]
mercer.program @fewer_indices(%x: !mercer.array<2xf64>, %m: !mercer.array<2xf64>, %v: !mercer.array<2xf64>) names ["x", "m", "v"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %d = mercer.size %x, 1 : !mercer.array<2xf64>
  %classes = mercer.size %m, 0 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %c = mercer.index "c", %classes
  %k = mercer.index "k", %d
  %xik = mercer.read %x[%i, %k] : !mercer.array<2xf64> -> f64
  %mck = mercer.read %m[%c, %k] : !mercer.array<2xf64> -> f64
  %vck = mercer.read %v[%c, %k] : !mercer.array<2xf64> -> f64
  %two = mercer.constant 2.0 : f64
  %0 = mercer.apply sub(%xik, %mck) : (f64, f64) -> f64
  %1 = mercer.apply square(%0) : (f64) -> f64
  %2 = mercer.apply add(%vck, %1) : (f64, f64) -> f64
  %3 = mercer.apply add(%2, %two) : (f64, f64) -> f64
  %4 = mercer.reduce sum over [%k] %3 : f64 -> f64
  mercer.output "r" [%i, %c] %4 : f64
}

// Left alone: x(i,j) - mean(i) is small where x and the mean are not, and then nearly exact; a sum that would still depend on i
// and c; terms that only the data count, where one loop is enough.
// CHECK-LABEL: @alone
// CHECK-COUNT-4: mercer.reduce sum
// CHECK-NOT: mercer.reduce
mercer.program @alone(%x: !mercer.array<2xf64>, %w: !mercer.array<1xf64>) names ["x", "w"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf64>
  %m = mercer.size %x, 1 : !mercer.array<2xf64>
  %i = mercer.index "i", %n
  %c = mercer.index "c", %n
  %j = mercer.index "j", %m
  %xij = mercer.read %x[%i, %j] : !mercer.array<2xf64> -> f64
  %xcj = mercer.read %x[%c, %j] : !mercer.array<2xf64> -> f64
  %wi = mercer.read %w[%i] : !mercer.array<1xf64> -> f64
  %total = mercer.reduce sum over [%j] %xij : f64 -> f64
  %size = mercer.apply to_real(%m) : (i64) -> f64
  %mean = mercer.apply div(%total, %size) : (f64, f64) -> f64
  %0 = mercer.apply sub(%xij, %mean) : (f64, f64) -> f64
  %1 = mercer.reduce sum over [%j] %0 : f64 -> f64
  mercer.output "deviations" [%i] %1 : f64
  %2 = mercer.apply exp(%xij) : (f64) -> f64
  %3 = mercer.apply mul(%xij, %xcj) : (f64, f64) -> f64
  %4 = mercer.apply add(%2, %3) : (f64, f64) -> f64
  %p = mercer.apply lt(%xij, %xcj) : (f64, f64) -> i1
  %5 = mercer.reduce sum over [%j] %4 where %p : f64 -> f64
  mercer.output "picked" [%i, %c] %5 : f64
  %6 = mercer.apply exp(%wi) : (f64) -> f64
  %7 = mercer.apply sub(%3, %6) : (f64, f64) -> f64
  %8 = mercer.reduce sum over [%j] %7 where %p : f64 -> f64
  mercer.output "one_loop" [%i, %c] %8 : f64
}
