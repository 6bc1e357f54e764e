// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-opt %s --mercer-lower=contiguous=false --cse | FileCheck %s --check-prefix=STRIDED

// Two rows side by side: where the size of a row is known, one address and a displacement of one row. The sum of a row is one
// block: nothing is added to it afterwards.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK: %[[SIX:.*]] = arith.constant 6 : i64
// CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %[[SIX]] : i64
// CHECK: %[[START:.*]] = arith.addi %{{.*}}, %[[ROW]] : i64
// CHECK: %[[PLACE:.*]] = arith.addi %[[START]], %{{.*}} : i64
// CHECK: %[[FIRST:.*]] = llvm.getelementptr %{{.*}}[%[[PLACE]]]
// CHECK-NEXT: llvm.load %[[FIRST]]
// CHECK-NEXT: %[[A:.*]] = arith.addf
// CHECK-NEXT: %[[SECOND:.*]] = llvm.getelementptr %[[FIRST]][%[[SIX]]]
// CHECK-NEXT: llvm.load %[[SECOND]]
// CHECK-NEXT: %[[B:.*]] = arith.addf
// CHECK-NEXT: scf.yield %[[A]], {{.*}}%[[B]]
// CHECK-NEXT: }
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: arith.maximumf

// Of a stride that is not known: each row has its own address.
// STRIDED-LABEL: llvm.func internal @mercer_rows_nest0
// STRIDED: %[[ONE:.*]] = arith.constant 1 : i64
// STRIDED: scf.for
// STRIDED: scf.for %[[J:[^ ]*]] = 
// STRIDED: %[[NEXT:.*]] = arith.addi %[[J]], %[[ONE]] : i64
// STRIDED: llvm.load
// STRIDED: %[[ROW:.*]] = arith.muli %[[NEXT]], %{{.*}} : i64
// STRIDED: llvm.getelementptr
// STRIDED: llvm.load
mercer.plan @rows(%x: !mercer.array<2xf32>, %y: !mercer.array<0xf32>) names ["x", "y"] inputs 1 attributes {mercer.known_sizes = [array<i64: -1, 6>]} {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  %six = mercer.constant 6 : i64
  %true = mercer.constant true
  mercer.nest "all" %i below %one chunk 1 {
    %m = mercer.loop "j" %j from %zero to %n jam 2 [max] -> f32 {
      %s = mercer.loop "k" %k from %zero to %six [sum] -> f32 {
        %v = mercer.read %x[%j, %k] : !mercer.array<2xf32> -> f32
        mercer.yield %v, %true : f32, i1
      }
      mercer.yield %s, %true : f32, i1
    }
    mercer.store %m, %y[] : f32, !mercer.array<0xf32>
  }
}
