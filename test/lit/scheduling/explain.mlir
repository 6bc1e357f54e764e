// RUN: mercer-opt %s --mercer-explain 2>&1 | FileCheck %s

// Tiles, accumulators, bounds that depend on the nest's index, a table for each chunk.
// CHECK: plan of tiles
// CHECK-NEXT:   n = size 0 of x, m = size 1 of x
// CHECK-NEXT:   stores s[n] of f32
// CHECK-NEXT:   nest over i below n in parallel, 64 a chunk, 16 in a vector
// CHECK:     keeps row[m] of f32 in a tile
// CHECK:     sums up acc[4] of f32 in a tile
// CHECK:     loop over k below m
// CHECK-NEXT:       1 reads, 23 operations each time
// CHECK:     pass over j from i + 1 below n: sum
// CHECK:       pass over k below m: sum
// CHECK-NEXT:         2 reads, 2 operations each time
// CHECK:       adds to elements of g, in a table of each of at most 8 chunks, combined in order
// A sum over j > i of 2 m + 3, and of each row 2 m (m is exp: 25) and two more.
// CHECK:     n^2 m + 1.5 n^2 + 22 n m + 0.5 n operations, 4 n m bytes read, 8 n + 4 d + 4 bytes written
// Tables of sums and of what these have lost: of no more than 64 MiB, but one at least.
// CHECK:   memory at the peak 4 n m + 8 n + 16 ceil(n / 64) + 4 d + min(8 d min(ceil(n / 64), 8), max(8 d, 67108864)) + 4 bytes
// CHECK-SAME: tiles of each thread 64 m + 256 bytes
mercer.plan @tiles(%x: !mercer.array<2xf32>, %y: !mercer.array<1xf32>, %t: !mercer.array<0xf32>, %g: !mercer.array<1xf32>) names ["x", "y", "t", "g"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  %four = mercer.constant 4 : i64
  %true = mercer.constant true
  %s = mercer.allocate "s" [%n] : !mercer.array<1xf32>
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %row = mercer.tile "row" [%d] : !mercer.array<1xf32>
    %acc = mercer.accumulator "acc" [%four] : !mercer.array<1xf32>
    mercer.loop "k" %k from %zero to %d [] {
      %v = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
      %e = mercer.apply exp(%v) : (f32) -> f32
      mercer.store %e, %row[%k] : f32, !mercer.array<1xf32>
      mercer.yield
    }
    %next = mercer.apply add(%i, %one) : (i64, i64) -> i64
    %r = mercer.loop "j" %j from %next to %n [sum] -> f32 {
      %in = mercer.loop "k" %k from %zero to %d [sum] -> f32 {
        %a = mercer.read %row[%k] : !mercer.array<1xf32> -> f32
        %b = mercer.read %x[%j, %k] : !mercer.array<2xf32> -> f32
        %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
        mercer.yield %p, %true : f32, i1
      }
      mercer.accumulate sum %in into %acc[%zero] : f32, !mercer.array<1xf32>
      mercer.accumulate sum %in into %g[%j] : f32, !mercer.array<1xf32>
      mercer.yield %in, %true : f32, i1
    }
    mercer.store %r, %y[%i] : f32, !mercer.array<1xf32>
    mercer.store %r, %s[%i] : f32, !mercer.array<1xf32>
    mercer.accumulate sum %r into %t[] : f32, !mercer.array<0xf32>
  }
}

// Several reductions in one pass; bytes of a diagonal, of constant positions and of a data-dependent row.
// CHECK: plan of parts
// CHECK:   pass over j below m: sum argmax sum, 16 in a vector
// CHECK-NEXT:       1 reads, 6 operations each time
// CHECK-NEXT:     6 n m + n operations, 4 m min(k, n) + 8 n bytes read, 8 n bytes written
mercer.plan @parts(%x: !mercer.array<2xf32>, %table: !mercer.array<2xf32>, %label: !mercer.array<1xi32>, %y: !mercer.array<2xf32>) names ["x", "table", "label", "y"] inputs 3 {
  %n = mercer.size %label, 0 : !mercer.array<1xi32>
  %m = mercer.size %table, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  %true = mercer.constant true
  mercer.nest "i" %i below %n chunk 64 {
    %diagonal = mercer.read %x[%i, %i] : !mercer.array<2xf32> -> f32
    %l = mercer.read %label[%i] : !mercer.array<1xi32> -> i64
    %s:3 = mercer.loop "j" %j from %zero to %m lanes 16 [sum, argmax, sum] -> (f32, i64, f32) {
      %v = mercer.read %table[%l, %j] : !mercer.array<2xf32> -> f32
      %w = mercer.apply mul(%v, %v) : (f32, f32) -> f32
      mercer.yield %v, %true, %v, %true, %w, %true : f32, i1, f32, i1, f32, i1
    }
    %t = mercer.apply add(%s#0, %diagonal) : (f32, f32) -> f32
    mercer.store %t, %y[%i, %zero] : f32, !mercer.array<2xf32>
    mercer.store %s#2, %y[%i, %one] : f32, !mercer.array<2xf32>
  }
}
