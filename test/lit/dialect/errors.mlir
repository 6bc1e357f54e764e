// RUN: mercer-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{'mercer.program' op has 1 arguments, but 2 names}}
mercer.program @p(%x: !mercer.array<0xf32>) names ["x", "y"] {
  %v = mercer.read %x[] : !mercer.array<0xf32> -> f32
  mercer.output "y" [] %v : f32
}

// -----

// expected-error@+1 {{'mercer.program' op argument 0 must be an array, but is 'f32'}}
mercer.program @p(%x: f32) names ["x"] {
  mercer.output "y" [] %x : f32
}

// -----

// expected-error@+1 {{'mercer.program' op has no output}}
mercer.program @p() names [] {
}

// -----

// expected-error@+1 {{'mercer.program' op output 'y' occurs twice}}
mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  mercer.output "y" [] %v : f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  // expected-error@+1 {{'mercer.size' op dimension 1 is not below the rank, 1}}
  %n = mercer.size %x, 1 : !mercer.array<1xf32>
  mercer.output "y" [] %n : i64
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.apply' op 'add' takes 2 operands, but got 1}}
  %a = mercer.apply add(%v) : (f32) -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.apply' op 'exp' does not take ('f32') to 'f64'}}
  %a = mercer.apply exp(%v) : (f32) -> f64
  mercer.output "y" [] %a : f64
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'gamma' is not an elementwise function}}
  %a = mercer.apply gamma(%v) : (f32) -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  // expected-error@+1 {{'mercer.read' op an array of rank 1 takes 1 subscripts, but got 0}}
  %v = mercer.read %x[] : !mercer.array<1xf32> -> f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<0xi8>) names ["x"] {
  // expected-error@+1 {{'mercer.read' op reading elements of type 'i8' cannot give 'f32'}}
  %v = mercer.read %x[] : !mercer.array<0xi8> -> f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op reduced indices must be results of mercer.index}}
  %a = mercer.reduce sum over [%n] %v : f32 -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op reduced indices name an index twice}}
  %a = mercer.reduce sum over [%i, %i] %v : f32 -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op 'any' does not take values of type 'f32'}}
  %a = mercer.reduce any over [%i] %v : f32 -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %j = mercer.index "j", %n
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op 'argmin' takes one index, but got 2}}
  %a = mercer.reduce argmin over [%i, %j] %v : f32 -> i64
  mercer.output "y" [] %a : i64
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op 'argmin' of 'f32' cannot give 'f32'}}
  %a = mercer.reduce argmin over [%i] %v : f32 -> f32
  mercer.output "y" [] %a : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.array' op has 0 indices, but rank 1}}
  %a = mercer.array "a" [] %v : f32 -> !mercer.array<1xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<0xi64>) names ["x"] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.gradient' op the variable's elements must be real, but are 'i64'}}
  %g = mercer.gradient %v by %x : f32, !mercer.array<0xi64> -> !mercer.array<0xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.gradient' op the derivative of 'f32' by '!mercer.array<1xf32>' cannot be '!mercer.array<0xf32>'}}
  %g = mercer.gradient %v by %x : f32, !mercer.array<1xf32> -> !mercer.array<0xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p(%x: !mercer.array<1xf32>, %d: !mercer.array<0xf32>) names ["x", "d"] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.tangent' op takes a real tangent of equal rank for each variable}}
  %t = mercer.tangent %v along [%x] by [%d] : f32, !mercer.array<1xf32> by !mercer.array<0xf32>
  mercer.output "y" [] %t : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.output' op index 'i' is free in the value}}
  mercer.output "y" [] %i : i64
}

// -----

// expected-error@+1 {{rank 17 is more than 16}}
mercer.program @p(%x: !mercer.array<17xf32>) names ["x"] {
}

// -----

// expected-error@+1 {{elements are f64, f32, f16, bf16, i64, i32, i8 or i1, but not 'i16'}}
mercer.program @p(%x: !mercer.array<1xi16>) names ["x"] {
}

// -----

// expected-error@+1 {{an array type has a rank and an element type, as in array<2xf32>}}
mercer.program @p(%x: !mercer.array<f32>) names ["x"] {
}

// -----

// expected-error@+1 {{'mercer.plan' op has 2 inputs, but 1 arguments}}
mercer.plan @p(%x: !mercer.array<1xf32>) names ["x"] inputs 2 {
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.nest' op lanes must be 0 or a power of two of at most 64, but are 3}}
  mercer.nest "n" %i below %n chunk 3 lanes 3 {
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.allocate' op an array of rank 1 takes 1 sizes, but got 0}}
  %t = mercer.allocate "t" [] : !mercer.array<1xf32>
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.accumulator' op elements are f32, f64 or i64, but not 'i8'}}
  %a = mercer.accumulator "a" [%n] : !mercer.array<1xi8>
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %true = mercer.constant true
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 8 lanes 8 {
    // expected-error@+1 {{'mercer.loop' op has lanes inside of another index with lanes}}
    %s = mercer.loop "j" %j from %n to %n lanes 8 [sum] -> f32 {
      mercer.yield %v, %true : f32, i1
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.loop' op has 1 reductions and 1 results; it must yield a value and a predicate for each}}
  %s = mercer.loop "j" %j from %n to %n [sum] -> f32 {
    mercer.yield %v : f32
  }
}
