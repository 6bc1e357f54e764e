// RUN: mercer-opt %s --mercer-lower --split-input-file --verify-diagnostics

// expected-error@+1 {{has no mercer.plan to lower}}
module {
}

// -----

module {
  llvm.func @mercer_p()
  // expected-error@+1 {{'mercer.plan' op lowers to a function named 'mercer_p', which is there already}}
  mercer.plan @p() names [] inputs 0 {
  }
}

// -----

mercer.plan @p(%o: !mercer.array<1xi64>) names ["o"] inputs 0 {
  %n = mercer.constant 3 : i64
  mercer.nest "i" %i below %n chunk 16 lanes 16 {
    %next = mercer.apply add(%i, %n) : (i64, i64) -> i64
    // expected-error@+1 {{'mercer.loop' op stores, and has bounds that differ from lane to lane, which is not lowered}}
    mercer.loop "j" %j from %next to %n [] {
      mercer.store %j, %o[%i] : i64, !mercer.array<1xi64>
      mercer.yield
    }
  }
}

// -----

mercer.plan @p(%g: !mercer.array<0xf32>) names ["g"] inputs 0 {
  %n = mercer.constant 3 : i64
  %v = mercer.constant 1.0 : f32
  mercer.nest "i" %i below %n chunk 1 {
    mercer.loop "j" %j from %n to %n [] {
      // expected-error@+1 {{'mercer.accumulate' op into an array of rank 0 of the plan is lowered only directly in a nest}}
      mercer.accumulate sum %v into %g[] : f32, !mercer.array<0xf32>
      mercer.yield
    }
  }
}
