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
