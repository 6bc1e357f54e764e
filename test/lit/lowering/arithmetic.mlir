// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s --implicit-check-not=fastmath
// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | FileCheck %s --check-prefix=LLVM --implicit-check-not=fastmath

// RUN: mercer-opt %s --mercer-lower=fma=false | FileCheck %s --check-prefix=TWICE --implicit-check-not=math.fma

// A product that a sum alone uses is fused with it, here and on every target that has the instruction; one that is used again is rounded.
// CHECK-LABEL: llvm.func internal @mercer_sums_nest0
// CHECK: %[[FUSED:.*]] = math.fma
// CHECK-NOT: math.fma
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: arith.addf {{.*}}%[[PRODUCT]]
// CHECK-NOT: math.fma
// CHECK: llvm.store %[[FUSED]]
// TWICE-LABEL: llvm.func internal @mercer_sums_nest0
// TWICE: %[[FIRST:.*]] = arith.mulf
// TWICE: arith.addf {{.*}}%[[FIRST]]
// LLVM-LABEL: llvm.func internal @mercer_sums_nest0
// LLVM: llvm.intr.fma
// LLVM: llvm.fmul
// LLVM: llvm.fadd
mercer.plan @sums(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %fused: !mercer.array<1xf32>, %sum: !mercer.array<1xf32>, %product: !mercer.array<1xf32>) names ["x", "y", "fused", "sum", "product"] inputs 2 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %b = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    %ab = mercer.apply mul(%a, %b) : (f32, f32) -> f32
    %once = mercer.apply add(%ab, %a) : (f32, f32) -> f32
    %bb = mercer.apply mul(%b, %b) : (f32, f32) -> f32
    %again = mercer.apply add(%bb, %a) : (f32, f32) -> f32
    mercer.store %once, %fused[%i] : f32, !mercer.array<1xf32>
    mercer.store %again, %sum[%i] : f32, !mercer.array<1xf32>
    mercer.store %bb, %product[%i] : f32, !mercer.array<1xf32>
  }
}
