// RUN: mercer-opt %s --split-input-file --mercer-lower --cse | FileCheck %s
// RUN: mercer-opt %s --split-input-file --mercer-lower --cse | FileCheck %s --check-prefix=COUNT

// Nests that do the same to other arrays, with other numbers, have one function, and one that runs it as the entry would. Both take words of
// their own: first the numbers, then the frame's words, in the order in which they are asked for. For each nest the entry sets them.
module {
  mercer.plan @steps(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %a: !mercer.array<1xf32>, %b: !mercer.array<1xf32>) names ["x", "y", "a", "b"] inputs 2 {
    %n = mercer.size %x, 0 : <1xf32>
    %m = mercer.size %y, 0 : <1xf32>
    %half = mercer.constant 0.5 : f32
    %quarter = mercer.constant 0.25 : f32
    %s = mercer.allocate "s" [%n] : <1xf32>
    mercer.nest "i" %i below %n chunk 64 {
      %v = mercer.read %x[%i] : <1xf32> -> f32
      %w = mercer.apply mul(%v, %half) : (f32, f32) -> f32
      mercer.store %w, %a[%i] : f32, <1xf32>
    }
    mercer.nest "j" %j below %m chunk 64 {
      %v = mercer.read %y[%j] : <1xf32> -> f32
      %w = mercer.apply mul(%v, %quarter) : (f32, f32) -> f32
      mercer.store %w, %b[%j] : f32, <1xf32>
    }
    // Into an allocation, whose strides and address are found otherwise; a number where the function is not one that takes it from memory; two
    // arrays where the first has one: functions of their own.
    mercer.nest "k" %k below %n chunk 64 {
      %v = mercer.read %x[%k] : <1xf32> -> f32
      %w = mercer.apply mul(%v, %half) : (f32, f32) -> f32
      mercer.store %w, %s[%k] : f32, <1xf32>
    }
    mercer.nest "l" %l below %n chunk 64 {
      %v = mercer.read %x[%l] : <1xf32> -> f32
      %w = mercer.apply pow(%v, %half) : (f32, f32) -> f32
      mercer.store %w, %a[%l] : f32, <1xf32>
    }
    mercer.nest "p" %p below %n chunk 64 {
      %v = mercer.read %x[%p] : <1xf32> -> f32
      %w = mercer.apply pow(%v, %quarter) : (f32, f32) -> f32
      mercer.store %w, %a[%p] : f32, <1xf32>
    }
    mercer.nest "q" %q below %n chunk 64 {
      %v = mercer.read %x[%q] : <1xf32> -> f32
      %u = mercer.read %x[%q] : <1xf32> -> f32
      %w = mercer.apply mul(%v, %u) : (f32, f32) -> f32
      mercer.store %w, %a[%q] : f32, <1xf32>
    }
    mercer.nest "r" %r below %n chunk 64 {
      %v = mercer.read %x[%r] : <1xf32> -> f32
      %u = mercer.read %y[%r] : <1xf32> -> f32
      %w = mercer.apply mul(%v, %u) : (f32, f32) -> f32
      mercer.store %w, %a[%r] : f32, <1xf32>
    }
  }
}
// The number is the first of its words, x's size the second.
// CHECK-LABEL: llvm.func internal @mercer_steps_nest0(
// CHECK-SAME:    %[[OWN:[a-z0-9]+]]: !llvm.ptr
// CHECK-DAG:     %[[SIZE:.*]] = llvm.getelementptr %[[OWN]][1]
// CHECK-DAG:     llvm.load %[[SIZE]]
// CHECK-DAG:     %[[FIRST:.*]] = llvm.getelementptr %[[OWN]][0]
// CHECK-DAG:     %[[BITS:.*]] = llvm.load %[[FIRST]] {{.*}} -> i64
// CHECK-DAG:     %[[NARROW:.*]] = arith.trunci %[[BITS]] : i64 to i32
// CHECK-DAG:     %[[NUMBER:.*]] = arith.bitcast %[[NARROW]] : i32 to f32
// CHECK:         arith.mulf %{{.*}}, %[[NUMBER]] : f32

// CHECK-LABEL: llvm.func internal @mercer_steps_nest0_run(
// CHECK-SAME:    %[[CONTEXT:[a-z0-9]+]]: !llvm.ptr, %[[OWN:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK-DAG:     %[[BODY:.*]] = llvm.mlir.addressof @mercer_steps_nest0 : !llvm.ptr
// CHECK:         llvm.call %{{.*}}(%[[CONTEXT]], %[[BODY]], %[[OWN]], %{{.*}}, %{{.*}}) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64) -> i32

// The arguments have 12 words, s the next one; the function's own begin after that.
// CHECK-LABEL: llvm.func @mercer_steps(
// CHECK-SAME:    %[[FRAME:[a-z0-9]+]]: !llvm.ptr, %[[CONTEXT:[a-z0-9]+]]: !llvm.ptr
// CHECK-DAG:     %[[FIRST:.*]] = arith.constant 13 : i64
// CHECK-DAG:     %[[OWN:.*]] = llvm.getelementptr %[[FRAME]][%[[FIRST]]]
// CHECK:         %[[HALF:.*]] = arith.constant 1056964608 : i64
// CHECK:         %[[PLACE:.*]] = llvm.getelementptr %[[FRAME]][13]
// CHECK:         llvm.store %[[HALF]], %[[PLACE]]
// CHECK:         %[[WORDS:.*]] = llvm.mlir.addressof @mercer_steps_words0
// CHECK:         llvm.call @mercer_steps_copy_words(%{{.*}}, %[[FRAME]], %[[WORDS]], %{{.*}})
// CHECK:         %[[FAILED:.*]] = llvm.call @mercer_steps_nest0_run(%[[CONTEXT]], %[[OWN]])
// CHECK:         llvm.return %[[FAILED]] : i32
// CHECK:         %[[QUARTER:.*]] = arith.constant 1048576000 : i64
// CHECK:         llvm.store %[[QUARTER]], %[[PLACE]]
// CHECK:         llvm.mlir.addressof @mercer_steps_words1
// CHECK:         llvm.call @mercer_steps_nest0_run(%[[CONTEXT]], %[[OWN]])

// x's size, x and a; y's size, y and b.
// CHECK:       llvm.mlir.global internal constant @mercer_steps_words0(dense<[1, 0, 6]> : tensor<3xi32>)
// CHECK:       llvm.mlir.global internal constant @mercer_steps_words1(dense<[4, 3, 9]> : tensor<3xi32>)

// COUNT:     llvm.func internal @mercer_steps_nest0
// COUNT-NOT: llvm.func internal @mercer_steps_nest1
// COUNT:     llvm.func internal @mercer_steps_nest2
// COUNT:     llvm.func internal @mercer_steps_nest3
// COUNT:     llvm.func internal @mercer_steps_nest4
// COUNT:     llvm.func internal @mercer_steps_nest5
// COUNT:     llvm.func internal @mercer_steps_nest6

// -----
// Known sizes are part of the code: two of these three have the same. Whose size an extent is does not matter.

module {
  mercer.plan @known(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>, %z: !mercer.array<2xf32>, %a: !mercer.array<1xf32>, %b: !mercer.array<1xf32>, %c: !mercer.array<1xf32>) names ["x", "y", "z", "a", "b", "c"] inputs 3 attributes {mercer.known_sizes = [array<i64: -1, 3>, array<i64: -1, 4>, array<i64: -1, 3>]} {
    %n = mercer.size %x, 0 : <2xf32>
    %one = mercer.constant 1 : i64
    mercer.nest "i" %i below %n chunk 64 {
      %v = mercer.read %x[%i, %one] : <2xf32> -> f32
      mercer.store %v, %a[%i] : f32, <1xf32>
    }
    mercer.nest "j" %j below %n chunk 64 {
      %v = mercer.read %y[%j, %one] : <2xf32> -> f32
      mercer.store %v, %b[%j] : f32, <1xf32>
    }
    mercer.nest "k" %k below %n chunk 64 {
      %v = mercer.read %z[%k, %one] : <2xf32> -> f32
      mercer.store %v, %c[%k] : f32, <1xf32>
    }
  }
}
// COUNT:     llvm.func internal @mercer_known_nest0
// COUNT:     llvm.func internal @mercer_known_nest1
// COUNT-NOT: llvm.func internal @mercer_known_nest2
// COUNT:     llvm.func @mercer_known(

// -----
// A number that a call computes outside of the nests is a word, however it is computed: that of the second nest takes long. The constants'
// product is written into the code.
module {
  mercer.plan @computed(%x: !mercer.array<1xf32>, %s: !mercer.array<0xf32>, %a: !mercer.array<1xf32>, %b: !mercer.array<1xf32>) names ["x", "s", "a", "b"] inputs 2 {
    %n = mercer.size %x, 0 : <1xf32>
    %two = mercer.constant 2.0 : f32
    %four = mercer.apply square(%two) : (f32) -> f32
    %v = mercer.read %s[] : <0xf32> -> f32
    %w = mercer.apply exp(%v) : (f32) -> f32
    mercer.nest "i" %i below %n chunk 64 {
      %e = mercer.read %x[%i] : <1xf32> -> f32
      %f = mercer.apply mul(%e, %v) : (f32, f32) -> f32
      %g = mercer.apply mul(%f, %four) : (f32, f32) -> f32
      mercer.store %g, %a[%i] : f32, <1xf32>
    }
    mercer.nest "j" %j below %n chunk 64 {
      %e = mercer.read %x[%j] : <1xf32> -> f32
      %f = mercer.apply mul(%e, %w) : (f32, f32) -> f32
      %g = mercer.apply mul(%f, %four) : (f32, f32) -> f32
      mercer.store %g, %b[%j] : f32, <1xf32>
    }
  }
}
// COUNT:     llvm.func internal @mercer_computed_nest0
// COUNT-NOT: math.fma
// COUNT:     arith.mulf %{{.*}}, %{{.*}} : f32
// COUNT-NOT: llvm.func internal @mercer_computed_nest1
// COUNT:     llvm.func @mercer_computed(
// COUNT:     math.fma
