// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s

// A product of the segment between two long loops that is added after the second: computed there, fused, so that its factors, and
// not it alone, are kept for each panel.
// CHECK-LABEL: llvm.func internal @mercer_shared_nest0
// CHECK: arith.mulf
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK-LABEL: llvm.func @mercer_shared
mercer.plan @shared(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %o: !mercer.array<1xf32>) names ["x", "y", "o"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %m = mercer.size %y, 0 : !mercer.array<1xf32>
  %zero = mercer.constant 0 : i64
  %half = mercer.constant 0.5 : f32
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 lanes 16 panels 4 {
    %v = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %first = mercer.loop "j" %j from %zero to %m [sum] -> f32 {
      %w = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %term = mercer.apply maximum(%v, %w) : (f32, f32) -> f32
      mercer.yield %term, %true : f32, i1
    }
    %product = mercer.apply mul(%half, %first) : (f32, f32) -> f32
    %second = mercer.loop "j" %j from %zero to %m [max] -> f32 {
      %w = mercer.read %y[%j] : !mercer.array<1xf32> -> f32
      %term = mercer.apply mul(%v, %w) : (f32, f32) -> f32
      mercer.yield %term, %true : f32, i1
    }
    %sum = mercer.apply add(%second, %product) : (f32, f32) -> f32
    mercer.store %sum, %o[%i] : f32, !mercer.array<1xf32>
  }
}
