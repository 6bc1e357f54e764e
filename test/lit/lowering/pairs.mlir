// RUN: mercer-opt %s --mercer-lower=pairs=vectors | FileCheck %s --check-prefixes=BOTH,VECTORS --implicit-check-not=llvm.x86.t
// RUN: mercer-opt %s --mercer-lower=pairs=tiles | FileCheck %s --check-prefixes=BOTH,TILES --implicit-check-not=dpbf16ps.512
// RUN: not mercer-opt %s --mercer-lower 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not mercer-opt %s --mercer-lower=pairs=some 2>&1 | FileCheck %s --check-prefix=SOME

// NONE: with pairs needs a target that has them, and a nest with 16 lanes
// SOME: 'pairs' must be none, vectors or tiles, but is 'some'

// A tile of bf16 has both elements of a pair in one word of a lane: every other 16 bits are written.
// BOTH: llvm.func internal @mercer_lse_nest0
// TILES: llvm.call_intrinsic "llvm.x86.ldtilecfg"
// BOTH: llvm.intr.masked.store {{.*}} : vector<32xi16>, vector<32xi1> into !llvm.ptr

// A pair of a row times a vector of pairs, for each row of a group.
// VECTORS: llvm.load {{.*}} -> i32
// VECTORS: vector.broadcast {{.*}} : i32 to vector<16xi32>
// VECTORS-COUNT-8: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"

// 64 rows at once into memory, from which the loop over rows takes its results.
// TILES-COUNT-4: llvm.call_intrinsic "llvm.x86.tilezero"
// TILES: llvm.call_intrinsic "llvm.x86.tileloadd64"
// TILES-COUNT-4: llvm.call_intrinsic "llvm.x86.tdpbf16ps"
// TILES-COUNT-4: llvm.call_intrinsic "llvm.x86.tilestored64"
// TILES-COUNT-8: llvm.load {{.*}} {alignment = 64 : i64} : !llvm.ptr -> vector<16xf32>
// TILES: llvm.call_intrinsic "llvm.x86.tilerelease"
mercer.plan @lse(%x: !mercer.array<2xbf16>, %y: !mercer.array<1xf32>) names ["x", "y"] inputs 1 {
  %n = mercer.size %x, 0 : <2xbf16>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %terms = mercer.constant 64 : i64
  %rows = mercer.allocate "rows"[%n, %terms] : <2xbf16>
  mercer.nest "i" %i below %n chunk 64 lanes 16 {
    %column = mercer.tile "column"[%terms] : <1xbf16>
    mercer.loop "k" %k from %zero to %terms [] {
      %v = mercer.read %x[%i, %k] : <2xbf16> -> f32
      mercer.store %v, %column[%k] : f32, <1xbf16>
      mercer.yield
    }
    %lse = mercer.loop "j" %j from %zero to %n jam 8 [logsumexp] -> f32 {
      %dot = mercer.loop "k" %k from %zero to %terms pairs [sum] -> f32 {
        %a = mercer.read %rows[%j, %k] : <2xbf16> -> f32
        %b = mercer.read %column[%k] : <1xbf16> -> f32
        %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
        mercer.yield %p, %true : f32, i1
      }
      mercer.yield %dot, %true : f32, i1
    }
    mercer.store %lse, %y[%i] : f32, <1xf32>
  }
}
