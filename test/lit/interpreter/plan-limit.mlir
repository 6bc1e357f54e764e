// RUN: not mercer-interpret %s --output y=0 2>&1 | FileCheck %s

// A plan that would run for years ends with an error.
// CHECK: error: the interpreter runs at most 67108864 iterations of a plan
mercer.plan @endless(%y: !mercer.array<0xf32>) names ["y"] inputs 0 {
  %n = mercer.constant 9223372036854775807 : i64
  mercer.nest "i" %i below %n chunk 8 {
    mercer.loop "j" %j from %i to %n [] {
      mercer.yield
    }
  }
}
