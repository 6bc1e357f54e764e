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
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulator' op elements are f32, f64 or i64, but not 'i8'}}
    %a = mercer.accumulator "a" [%n] : !mercer.array<1xi8>
  }
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
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op has 1 reductions and 1 results; it must yield a value and a predicate for each}}
    %s = mercer.loop "j" %j from %n to %n [sum] -> f32 {
      mercer.yield %v : f32
    }
  }
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'arith.constant' op is no op of a program}}
  %c = arith.constant 1 : i64
  mercer.output "y" [] %v : f32
}

// -----

// expected-error@+1 {{'mercer.program' op 'mercer.sizes' must list an input and a dimension for each dimension of each input}}
mercer.program @p(%x: !mercer.array<1xf32>) names ["x"] attributes {mercer.sizes = [array<i64: 0, 1>]} {
  %v = mercer.constant 1.0 : f32
  mercer.output "y" [] %v : f32
}

// -----

// expected-error@+1 {{'mercer.program' op 'mercer.sizes' must list an input and a dimension for each dimension of each input}}
mercer.program @p() names [] attributes {mercer.sizes = 3} {
  %v = mercer.constant 1.0 : f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  // expected-error@+1 {{'mercer.constant' op the value must be one number, but is "one" : f32}}
  %v = "mercer.constant"() {value = "one" : f32} : () -> f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.index' op index 'i' is free in the extent}}
  %j = mercer.index "j", %i
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.reduce' op has no index to reduce over}}
  %s = mercer.reduce sum over [] %v : f32 -> f32
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.reduce' op 'sum' of 'f32' cannot give 'i64'}}
  %s = mercer.reduce sum over [%i] %v : f32 -> i64
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.array' op indices must be results of mercer.index}}
  %a = mercer.array "a" [%n] %v : f32 -> !mercer.array<1xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.array' op values of type 'f32' cannot be elements of '!mercer.array<0xi64>'}}
  %a = mercer.array "a" [] %v : f32 -> !mercer.array<0xi64>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.array' op index 'i' is free in the value}}
  %a = mercer.array "a" [] %i : i64 -> !mercer.array<0xi64>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %a = mercer.array "a" [] %v : f32 -> !mercer.array<0xf32>
  // expected-error@+1 {{'mercer.tangent' op the variables must be inputs of the program}}
  %t = mercer.tangent %v along [%a] by [%a] : f32, !mercer.array<0xf32> by !mercer.array<0xf32>
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.check' op indices must be results of mercer.index}}
  mercer.check "x", 0, "i" [%n] %i below %n
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.check' op indices name an index twice}}
  mercer.check "x", 0, "i" [%i, %i] %i below %n
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  // expected-error@+1 {{'mercer.check' op index 'i' is free in the check}}
  mercer.check "x", 0, "i" [] %i below %n
  mercer.output "y" [] %v : f32
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.output' op indices must be results of mercer.index}}
  mercer.output "y" [%n] %n : i64
}

// -----

mercer.program @p() names [] {
  %n = mercer.constant 3 : i64
  %i = mercer.index "i", %n
  %one = mercer.apply add(%i, %n) : (i64, i64) -> i64
  // expected-error@+1 {{'mercer.output' op index 'i' is free in the value}}
  mercer.output "y" [] %one : i64
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant true
  // expected-error@+1 {{'mercer.output' op 'mercer.check' must be the position of a check, but is -1 : i64}}
  mercer.output "y" [] %v {mercer.check = -1 : i64} : i1
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant true
  // expected-error@+1 {{'mercer.output' op 'mercer.round' must be a number below 2^31, but is 2147483648 : i64}}
  mercer.output "y" [] %v {mercer.check = 0 : i64, mercer.round = 2147483648 : i64} : i1
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant true
  // expected-error@+1 {{'mercer.output' op 'mercer.element' must be a type of real numbers of an output of such, but is bf16}}
  mercer.output "y" [] %v {mercer.element = bf16} : i1
}

// -----

mercer.program @p() names [] {
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.output' op stands for a check, so it must be a truth value without indices}}
  mercer.output "y" [] %v {mercer.check = 0 : i64} : f32
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.index' op expects parent op 'mercer.program'}}
  %i = mercer.index "i", %n
}

// -----

mercer.program @p() names [] {
  // expected-error@+1 {{operand #0 does not dominate this use}}
  %a = mercer.apply neg(%b) : (f32) -> f32
  // expected-note@+1 {{operand defined here (op in the same block)}}
  %b = mercer.apply neg(%a) : (f32) -> f32
  mercer.output "y" [] %b : f32
}

// -----

// expected-error@+1 {{'mercer.plan' op has 1 arguments, but 0 names}}
mercer.plan @p(%x: !mercer.array<1xf32>) names [] inputs 0 {

}

// -----

mercer.plan @p() names [] inputs 0 {
  // expected-error@+1 {{'arith.constant' op is no op of a plan}}
  %c = arith.constant 1 : i64
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.nest' op takes one block argument of type i64}}
  "mercer.nest"(%n) <{chunk = 1 : i64, name = "n"}> ({
  ^bb0:
  }) : (i64) -> ()
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.nest' op a chunk of 12 is no multiple of 8 lanes}}
  mercer.nest "n" %i below %n chunk 12 lanes 8 {
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.nest' op has 4 panels of 8 lanes in a chunk of 16}}
  mercer.nest "n" %i below %n chunk 16 lanes 8 panels 4 {
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'arith.constant' op is no op of a nest}}
    %c = arith.constant 1 : i64
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.nest' op expects parent op 'mercer.plan'}}
    mercer.nest "m" %j below %n chunk 1 {
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.nest' op attribute 'chunk' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  mercer.nest "n" %i below %n chunk 0 {
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.tile' op an array of rank 0 takes 0 sizes, but got 1}}
    %t = mercer.tile "t" [%n] : !mercer.array<0xf32>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulator' op an array of rank 0 takes 0 sizes, but got 1}}
    %t = mercer.accumulator "t" [%n] : !mercer.array<0xf32>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.tile' op expects parent op to be one of 'mercer.nest, mercer.loop'}}
  %t = mercer.tile "t" [%n] : !mercer.array<1xf32>
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op takes one block argument of type i64}}
    "mercer.loop"(%n, %n) <{kinds = [], name = "j"}> ({
    ^bb0(%j: f32):
      "mercer.yield"() : () -> ()
    }) : (i64, i64) -> ()
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op expects a non-empty block}}
    mercer.loop "j" %j from %n to %n [] {
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op the predicate of reduction 0 must be i1}}
    %s = mercer.loop "j" %j from %n to %n [sum] -> f32 {
      mercer.yield %v, %v : f32, f32
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    %true = mercer.constant true
    // expected-error@+1 {{'mercer.loop' op 'logsumexp' does not take values of type 'i64'}}
    %s = mercer.loop "j" %j from %n to %n [logsumexp] -> i64 {
      mercer.yield %j, %true : i64, i1
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    %true = mercer.constant true
    // expected-error@+1 {{'mercer.loop' op 'argmax' of 'f32' cannot give 'f32'}}
    %s = mercer.loop "j" %j from %n to %n [argmax] -> f32 {
      mercer.yield %v, %true : f32, i1
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op lanes must be 0 or a power of two of at most 64, but are 128}}
    mercer.loop "j" %j from %n to %n lanes 128 [] {
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op jam must be a power of two of at most 16, but is 3}}
    mercer.loop "j" %j from %n to %i jam 3 [] {
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op group must be a power of two from jam to 16, but is 2}}
    mercer.loop "j" %j from %n to %i jam 4 group 2 [] {
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 32 : i64
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %rows = mercer.allocate "rows"[%n, %n] : <2xbf16>
  mercer.nest "i" %i below %n chunk 16 lanes 16 {
    %column = mercer.tile "column"[%n] : <1xbf16>
    mercer.loop "j" %j from %zero to %n [sum] -> f32 {
      // expected-error@+1 {{'mercer.loop' op with pairs must add up products of a row and a column of bf16, as long as the loop, and nothing else}}
      %s = mercer.loop "k" %k from %zero to %n pairs [sum] -> f32 {
        %a = mercer.read %rows[%j, %k] : <2xbf16> -> f32
        %b = mercer.read %column[%k] : <1xbf16> -> f32
        %p = mercer.apply add(%a, %b) : (f32, f32) -> f32
        mercer.yield %p, %true : f32, i1
      }
      mercer.yield %s, %true : f32, i1
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 32 : i64
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %rows = mercer.allocate "rows"[%n, %n] : <2xbf16>
  mercer.nest "i" %i below %n chunk 16 lanes 16 {
    %column = mercer.tile "column"[%n] : <1xbf16>
    mercer.loop "j" %j from %zero to %n [sum] -> f32 {
      // expected-error@+1 {{'mercer.loop' op with pairs must add up products of a row and a column of bf16, as long as the loop, and nothing else}}
      %s = mercer.loop "k" %k from %zero to %j pairs [sum] -> f32 {
        %a = mercer.read %rows[%j, %k] : <2xbf16> -> f32
        %b = mercer.read %column[%k] : <1xbf16> -> f32
        %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
        mercer.yield %p, %true : f32, i1
      }
      mercer.yield %s, %true : f32, i1
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %least = mercer.constant -9223372036854775808 : i64
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.loop' op where loops are in a jammed loop, it has no lanes, and their bounds do not depend on its index but by a condition}}
    mercer.loop "j" %j from %least to %n jam 2 [] {
      mercer.loop "k" %k from %n to %j [] {
        mercer.yield
      }
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'vector' is not a kind of reduction}}
    mercer.loop "j" %j from %n to %n [vector] {
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    mercer.loop "j" %j from %n to %n [] {
      // expected-error@+1 {{'arith.constant' op is no op of a nest}}
      %c = arith.constant 1 : i64
      mercer.yield
    }
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  // expected-error@+1 {{'mercer.loop' op expects parent op to be one of 'mercer.nest, mercer.loop'}}
  mercer.loop "j" %j from %n to %n [] {
    mercer.yield
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.yield' op expects parent op 'mercer.loop'}}
    mercer.yield
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulate' op an array of rank 1 takes 1 subscripts, but got 0}}
    mercer.accumulate sum %v into %a[] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 1 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulate' op combines into an accumulator, an allocation or an output only}}
    mercer.accumulate sum %v into %a[%n] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    %t = mercer.tile "t" [%n] : !mercer.array<1xf32>
    // expected-error@+1 {{'mercer.accumulate' op combines into an accumulator, an allocation or an output only}}
    mercer.accumulate sum %v into %t[%n] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xi64>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulate' op 'argmax' is combined into arrays of the plan of rank 0 only}}
    mercer.accumulate argmax %v into %a[%n] : f32, !mercer.array<1xi64>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    mercer.accumulate max %v into %a[%n] : f32, !mercer.array<1xf32>
    // expected-error@-1 {{'mercer.accumulate' op combines by 'max' where another op combines by 'sum'}}
    mercer.accumulate sum %v into %a[%n] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    %t = mercer.accumulator "t" [] : !mercer.array<0xi64>
    // expected-error@+1 {{'mercer.accumulate' op 'argmax' is combined into arrays of the plan of rank 0 only}}
    mercer.accumulate argmax %v into %t[] : f32, !mercer.array<0xi64>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf64>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulate' op 'sum' of 'f32' cannot give 'f64'}}
    mercer.accumulate sum %v into %a[%n] : f32, !mercer.array<1xf64>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 8 lanes 8 {
    %t = mercer.accumulator "t" [%n] : !mercer.array<1xf32>
    %next = mercer.apply add(%i, %n) : (i64, i64) -> i64
    // expected-error@+1 {{'mercer.accumulate' op a subscript into an accumulator depends on an index with lanes}}
    mercer.accumulate sum %v into %t[%next] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.accumulate' op a subscript is the nest's own index}}
    mercer.accumulate sum %v into %a[%i] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<0xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  // expected-error@+1 {{'mercer.nest' op accumulates into an array of rank 0 of the plan by two ops}}
  mercer.nest "n" %i below %n chunk 1 {
    mercer.accumulate sum %v into %a[] : f32, !mercer.array<0xf32>
    mercer.accumulate sum %v into %a[] : f32, !mercer.array<0xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.store' op an array of rank 1 takes 1 subscripts, but got 2}}
    mercer.store %v, %a[%i, %i] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 1 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.store' op writes to a tile, an allocation or an output only}}
    mercer.store %v, %a[%i] : f32, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p() names [] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    %t = mercer.accumulator "t" [] : !mercer.array<0xf32>
    // expected-error@+1 {{'mercer.store' op writes to a tile, an allocation or an output only}}
    mercer.store %v, %t[] : f32, !mercer.array<0xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "n" %i below %n chunk 1 {
    // expected-error@+1 {{'mercer.store' op values of type 'i64' cannot be elements of '!mercer.array<1xf32>'}}
    mercer.store %i, %a[%i] : i64, !mercer.array<1xf32>
  }
}

// -----

mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 0 {
  // expected-error@+1 {{'mercer.fail' op the flag must be an array<0xi1>, but is '!mercer.array<1xf32>'}}
  mercer.fail 0 when %a : !mercer.array<1xf32>
}

// -----

mercer.plan @p() names [] inputs 0 {
  %f = mercer.allocate "f" [] : !mercer.array<0xi1>
  // expected-error@+1 {{'mercer.fail' op the position of a check must be 0 to 2147483647}}
  mercer.fail -1 when %f : !mercer.array<0xi1>
}

// -----

// expected-error@+1 {{expected '<'}}
module attributes {a = #mercer.function exp} {
}

// -----

// expected-error@+1 {{'gamma' is not an elementwise function}}
module attributes {a = #mercer.function<gamma>} {
}

// -----

// expected-error@+1 {{'middle' is not a kind of reduction}}
module attributes {a = #mercer.reduction<middle>} {
}

// -----

// expected-error@+1 {{'mercer.plan' op 'mercer.sizes' must list an input and a dimension for each dimension of each input}}
mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 1 attributes {mercer.sizes = [array<i64: 1, 0>]} {
}

// -----

// expected-error@+1 {{'mercer.plan' op 'mercer.known_sizes' must list the size, or -1, of each dimension of each input}}
mercer.plan @p(%a: !mercer.array<1xf32>) names ["a"] inputs 1 attributes {mercer.known_sizes = [array<i64: 3, 4>]} {
}
