// RUN: mercer-opt %s --mercer-stabilize | FileCheck %s

// c - (1 + d) c -> -d c
// CHECK-LABEL: @like_terms_cancel
// CHECK: %[[C:.*]] = mercer.read
// CHECK: %[[X:.*]] = mercer.read
// CHECK: %[[D:.*]] = mercer.apply abs(%[[X]])
// CHECK: %[[CD:.*]] = mercer.apply mul(%[[C]], %[[D]])
// CHECK: %[[R:.*]] = mercer.apply neg(%[[CD]])
// CHECK: mercer.output "r"[%{{.*}}] %[[R]]
mercer.program @like_terms_cancel(%c: !mercer.array<1xf64>, %x: !mercer.array<1xf64>) names ["c", "x"] {
  %n = mercer.size %c, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %c0 = mercer.read %c[%i] : !mercer.array<1xf64> -> f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %d = mercer.apply abs(%x0) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %p = mercer.apply add(%1, %d) : (f64, f64) -> f64
  %pc = mercer.apply mul(%p, %c0) : (f64, f64) -> f64
  %r = mercer.apply sub(%c0, %pc) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
}

// c + 2 d c - (1 + d + d^2) c -> c d (1 - d), in Horner's scheme
// CHECK-LABEL: @whole_sum
// CHECK: %[[ONE:.*]] = mercer.constant 1.000000e+00
// CHECK: %[[C:.*]] = mercer.read
// CHECK: %[[X:.*]] = mercer.read
// CHECK: %[[D:.*]] = mercer.apply abs(%[[X]])
// CHECK: %[[S:.*]] = mercer.apply sub(%[[ONE]], %[[D]])
// CHECK: mercer.apply mul(%{{.*}}, %[[S]])
// CHECK-NOT: mercer.apply {{add|sub}}
// CHECK: mercer.output
mercer.program @whole_sum(%c: !mercer.array<1xf64>, %x: !mercer.array<1xf64>) names ["c", "x"] {
  %n = mercer.size %c, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %c0 = mercer.read %c[%i] : !mercer.array<1xf64> -> f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %d = mercer.apply abs(%x0) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %2 = mercer.constant 2.000000e+00 : f64
  %dd = mercer.apply square(%d) : (f64) -> f64
  %p1 = mercer.apply add(%1, %d) : (f64, f64) -> f64
  %p = mercer.apply add(%p1, %dd) : (f64, f64) -> f64
  %pc = mercer.apply mul(%p, %c0) : (f64, f64) -> f64
  %q1 = mercer.apply mul(%2, %d) : (f64, f64) -> f64
  %q = mercer.apply mul(%q1, %c0) : (f64, f64) -> f64
  %s = mercer.apply add(%c0, %q) : (f64, f64) -> f64
  %r = mercer.apply sub(%s, %pc) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
}

// c - (1 + x) c: left alone, for 1 + x may be far smaller than 1
// CHECK-LABEL: @any_sign
// CHECK: %[[C:.*]] = mercer.read
// CHECK: %[[P:.*]] = mercer.apply add
// CHECK: %[[PC:.*]] = mercer.apply mul(%[[P]], %[[C]])
// CHECK: mercer.apply sub(%[[C]], %[[PC]])
mercer.program @any_sign(%c: !mercer.array<1xf64>, %x: !mercer.array<1xf64>) names ["c", "x"] {
  %n = mercer.size %c, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %c0 = mercer.read %c[%i] : !mercer.array<1xf64> -> f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %p = mercer.apply add(%1, %x0) : (f64, f64) -> f64
  %pc = mercer.apply mul(%p, %c0) : (f64, f64) -> f64
  %r = mercer.apply sub(%c0, %pc) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
}

// c + (1 + d) c, and d - (1 + d): no terms of opposite signs, no factor in common
// CHECK-LABEL: @left_alone
// CHECK: %[[P:.*]] = mercer.apply add
// CHECK: %[[PC:.*]] = mercer.apply mul(%[[P]],
// CHECK: mercer.apply add(%{{.*}}, %[[PC]])
// CHECK: mercer.apply sub(%{{.*}}, %[[P]])
mercer.program @left_alone(%c: !mercer.array<1xf64>, %x: !mercer.array<1xf64>) names ["c", "x"] {
  %n = mercer.size %c, 0 : !mercer.array<1xf64>
  %i = mercer.index "i", %n
  %c0 = mercer.read %c[%i] : !mercer.array<1xf64> -> f64
  %x0 = mercer.read %x[%i] : !mercer.array<1xf64> -> f64
  %d = mercer.apply abs(%x0) : (f64) -> f64
  %1 = mercer.constant 1.000000e+00 : f64
  %p = mercer.apply add(%1, %d) : (f64, f64) -> f64
  %pc = mercer.apply mul(%p, %c0) : (f64, f64) -> f64
  %r = mercer.apply add(%c0, %pc) : (f64, f64) -> f64
  %s = mercer.apply sub(%d, %p) : (f64, f64) -> f64
  mercer.output "r" [%i] %r : f64
  mercer.output "s" [%i] %s : f64
}

// All terms cancel, but what is NaN stays NaN.
// CHECK-LABEL: @nothing_left
// CHECK: %[[A:.*]] = mercer.apply mul
// CHECK: %[[B:.*]] = mercer.apply mul
// CHECK: %[[R:.*]] = mercer.apply sub(%[[A]], %[[B]])
// CHECK: mercer.output "r"[%{{.*}}] %[[R]]
mercer.program @nothing_left(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %0 = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  %1 = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
  %2 = mercer.apply mul(%0, %1) : (f32, f32) -> f32
  %3 = mercer.apply mul(%1, %0) : (f32, f32) -> f32
  %4 = mercer.apply sub(%2, %3) : (f32, f32) -> f32
  mercer.output "r" [%i] %4 : f32
}
