// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [4, 5, 6]]' --output 'sums=[2, 3]' | FileCheck %s --check-prefix=VALUES

// An accumulator outside of the loop in lanes: vectors are added in order, the lanes that exist. The loop has loops inside:
// one copy of it, with a mask throughout. Sums over a block are short: their parts are added without rounding errors.
// CHECK-LABEL: llvm.func internal @mercer_blocks_nest0
// CHECK: scf.for %[[K:.*]] = %{{.*}} step %c16_i64
// CHECK: %[[MASK:.*]] = arith.cmpi slt, {{.*}} : vector<16xi32>
// CHECK: llvm.intr.masked.load %{{.*}}, %[[MASK]]
// CHECK: scf.yield
// CHECK: arith.addf
// CHECK-NEXT: scf.yield
// CHECK: %[[OLD:.*]] = llvm.intr.masked.load %{{.*}}, %[[MASK]]
// CHECK: arith.addf %[[OLD]]
// CHECK: llvm.intr.masked.store %{{.*}}, %{{.*}}, %[[MASK]]
// CHECK: llvm.intr.masked.store %{{.*}}, %{{.*}}, %[[MASK]]
// CHECK-LABEL: llvm.func @mercer_blocks

// VALUES: sums = {{\[\[}}5, 7, 9], [10, 14, 18]]
mercer.plan @blocks(%x: !mercer.array<2xf32>, %sums: !mercer.array<2xf32>) names ["x", "sums"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %m = mercer.size %sums, 0 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  %length = mercer.constant 64 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %m chunk 1 {
    %s = mercer.accumulator "sums" [%one, %d] : !mercer.array<2xf32>
    %times = mercer.apply add(%i, %one) : (i64, i64) -> i64
    mercer.loop "time" %t from %zero to %times [] {
      %lower = mercer.apply mul(%zero, %length) : (i64, i64) -> i64
      %end = mercer.apply add(%lower, %length) : (i64, i64) -> i64
      %upper = mercer.apply minimum(%end, %n) : (i64, i64) -> i64
      mercer.loop "k" %k from %zero to %d lanes 16 [] {
        mercer.loop "row" %r from %zero to %one jam 2 [] {
          %v = mercer.loop "j" %j from %lower to %upper [sum] -> f32 {
            %e = mercer.read %x[%j, %k] : !mercer.array<2xf32> -> f32
            mercer.yield %e, %true : f32, i1
          }
          mercer.accumulate sum %v into %s[%zero, %k] : f32, !mercer.array<2xf32>
          mercer.yield
        }
        mercer.yield
      }
      mercer.yield
    }
    mercer.loop "k" %k from %zero to %d lanes 16 [] {
      %v = mercer.read %s[%zero, %k] : !mercer.array<2xf32> -> f32
      mercer.store %v, %sums[%i, %k] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}
