// RUN: mercer-opt %s --mercer-schedule --split-input-file --verify-diagnostics
// RUN: not mercer-opt %s --mercer-schedule=lanes=12 --split-input-file 2>&1 | FileCheck %s

// RUN: not mercer-opt %s --mercer-schedule=plan=jam --split-input-file 2>&1 | FileCheck %s --check-prefix=SIDE

// CHECK: mercer-schedule: 'lanes' must be a power of two of at most 64, but is 12
// SIDE: mercer-schedule: 'plan': 'jam' is no decision=option

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.gradient' op must be expanded before scheduling, by mercer-differentiate}}
  %g = mercer.gradient %v by %x : f32, !mercer.array<1xf32> -> !mercer.array<1xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  // expected-error@+1 {{'mercer.check' op must be made a value before scheduling, by mercer-checks-to-values}}
  mercer.check "x", 0, "n" [] %n below %n
  mercer.output "y" [] %n : i64
}

// -----

mercer.program @p(%x: !mercer.array<2xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
  // expected-error@+1 {{'mercer.reduce' op must be over one index before scheduling, by mercer-split-reductions}}
  %s = mercer.reduce sum over [%i, %j] %v : f32 -> f32
  mercer.output "y" [] %s : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
  // expected-error@+1 {{'mercer.reduce' op must be stored before scheduling, by mercer-store-reductions}}
  %s = mercer.reduce sum over [%i] %v : f32 -> f32
  mercer.output "y" [] %s : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.array' op without indices must be of a reduction before scheduling}}
  %a = mercer.array "a" [] %v : f32 -> !mercer.array<0xf32>
  mercer.output "y" [] %v : f32
}
