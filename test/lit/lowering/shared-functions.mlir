// RUN: mercer-opt --split-input-file --mercer-lower=avx512=true %s | FileCheck %s
// Long functions that would be most of the code are written once and called.

module {
  mercer.plan @many(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
    %n = mercer.size %x, 0 : <2xf32>
    %m = mercer.size %x, 1 : <2xf32>
    %zero = mercer.constant 0 : i64
    mercer.nest "i" %i below %n chunk 64 lanes 16 {
      mercer.loop "j" %j from %zero to %m jam 8 [] {
        %v = mercer.read %x[%i, %j] : <2xf32> -> f32
        %a = mercer.apply tanh(%v) : (f32) -> f32
        %b = mercer.apply tanh(%a) : (f32) -> f32
        mercer.store %b, %y[%i, %j] : f32, <2xf32>
        mercer.yield
      }
    }
  }
}
// CHECK-LABEL: llvm.func internal @mercer_many_nest0
// CHECK-COUNT-18: llvm.call @mercer_many_tanh_16xf32(
// CHECK-NOT:      llvm.call @mercer_many_tanh
// CHECK:       llvm.func internal @mercer_many_tanh_16xf32(%{{.*}}: vector<16xf32>) -> vector<16xf32>
// CHECK-SAME:    memory_effects = #llvm.memory_effects<other = none, argMem = none, inaccessibleMem = none

// -----
// A few are inlined.

module {
  mercer.plan @few(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
    %n = mercer.size %x, 0 : <2xf32>
    %m = mercer.size %x, 1 : <2xf32>
    %zero = mercer.constant 0 : i64
    mercer.nest "i" %i below %n chunk 64 lanes 16 {
      mercer.loop "j" %j from %zero to %m [] {
        %v = mercer.read %x[%i, %j] : <2xf32> -> f32
        %a = mercer.apply tanh(%v) : (f32) -> f32
        mercer.store %a, %y[%i, %j] : f32, <2xf32>
        mercer.yield
      }
    }
  }
}
// CHECK-LABEL: llvm.func internal @mercer_few_nest0
// CHECK-NOT:   llvm.call @mercer_few_tanh
// CHECK:       llvm.func @mercer_few(
