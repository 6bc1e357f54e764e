// RUN: mercer-opt %s --mercer-lower --mercer-to-llvm | FileCheck %s

// An output stored in order has two versions of the loop over whole vectors: past the caches if it has more than 32 MiB and begins at a
// multiple of 64 bytes, with a fence at the end of the chunk.
// CHECK-LABEL: llvm.func internal @mercer_in_order_nest0
// CHECK: %[[LARGE:.*]] = llvm.icmp "sgt" %{{.*}}, %{{.*}} : i64
// CHECK: llvm.and %{{.*}}, %[[LARGE]] : i1
// CHECK: llvm.cond_br
// CHECK: llvm.store {{.*}} {alignment = 64 : i64, nontemporal} : vector<16xf32>
// CHECK: llvm.store {{.*}} {alignment = 4 : i64} : vector<16xf32>
// CHECK-NOT: nontemporal
// CHECK: llvm.intr.masked.store
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"
mercer.plan @in_order(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    %b = mercer.apply neg(%a) : (f32) -> f32
    mercer.store %b, %y[%i] : f32, !mercer.array<1xf32>
  }
}

// So has a loop for each row, with the sum that it carries.
// CHECK-LABEL: llvm.func internal @mercer_rows_nest0
// CHECK: llvm.store {{.*}} nontemporal} : vector<16xf32>
// CHECK: llvm.store {{.*}} {alignment = 4 : i64} : vector<16xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.sse.sfence"
mercer.plan @rows(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>, %s: !mercer.array<1xf32>) names ["x", "y", "s"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 {
    %sum = mercer.loop "j" %j from %zero to %m lanes 16 [sum] -> f32 {
      %a = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      %b = mercer.apply neg(%a) : (f32) -> f32
      mercer.store %b, %y[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield %b, %true : f32, i1
    }
    mercer.store %sum, %s[%i] : f32, !mercer.array<1xf32>
  }
}

// Not an output that is read later, nor one whose vectors lie apart or begin elsewhere.
// CHECK-LABEL: llvm.func internal @mercer_read_later_nest0
// CHECK-NOT: nontemporal
// CHECK-NOT: sfence
mercer.plan @read_later(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>, %z: !mercer.array<2xf32>) names ["x", "y", "z"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<1xf32>
  %one = mercer.constant 1 : i64
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %x[%i] : !mercer.array<1xf32> -> f32
    mercer.store %a, %y[%i] : f32, !mercer.array<1xf32>
    mercer.store %a, %z[%i, %one] : f32, !mercer.array<2xf32>
    %next = mercer.apply add(%i, %one) : (i64, i64) -> i64
    mercer.store %a, %z[%one, %next] : f32, !mercer.array<2xf32>
  }
  mercer.nest "i" %i below %n chunk 512 lanes 16 {
    %a = mercer.read %y[%i] : !mercer.array<1xf32> -> f32
    mercer.store %a, %z[%i, %i] : f32, !mercer.array<2xf32>
  }
}

// Nor what is small by the classes of its extents, for which no second version is made.
// CHECK-LABEL: llvm.func internal @mercer_small_nest0
// CHECK-NOT: nontemporal
// CHECK-LABEL: llvm.func internal @mercer_large_nest0
// CHECK: nontemporal
mercer.plan @small(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 at_most 2048 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 at_most 4096 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 {
    mercer.loop "j" %j from %zero to %m lanes 16 [] {
      %a = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      mercer.store %a, %y[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}
mercer.plan @large(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 at_most 2049 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 at_most 4096 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  mercer.nest "i" %i below %n chunk 64 {
    mercer.loop "j" %j from %zero to %m lanes 16 [] {
      %a = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      mercer.store %a, %y[%i, %j] : f32, !mercer.array<2xf32>
      mercer.yield
    }
  }
}
