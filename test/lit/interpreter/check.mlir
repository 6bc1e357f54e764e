// RUN: not mercer-interpret %s --input 'w=[1, 2, 3]' --input 'label=[2, -1, 3]' 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: mercer-interpret %s --input 'w=[1, 2, 3]' --input 'label=[2, -1, 0]' | FileCheck %s
// RUN: not mercer-interpret %s --input 'w=[1, 2, 3]' 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not mercer-interpret %s --input 'w=[[1], [2, 3]]' 2>&1 | FileCheck %s --check-prefix=RAGGED

// A label of -1 is not read.
// CHECK: y = [3, 0, 1]
// BAD: error: tensor 'w', dimension 0: subscript 'label(i)' is 3 at i = 2, but the size is 3
// MISSING: error: 'label' is not given
// RAGGED: error: 'w' is not an array of rank 1
mercer.program @gather(%w: !mercer.array<1xf32>, %label: !mercer.array<1xi64>) names ["w", "label"] {
  %n = mercer.size %label, 0 : !mercer.array<1xi64>
  %m = mercer.size %w, 0 : !mercer.array<1xf32>
  %i = mercer.index "i", %n
  %l = mercer.read %label[%i] : !mercer.array<1xi64> -> i64
  %none = mercer.constant -1 : i64
  %used = mercer.apply ne(%l, %none) : (i64, i64) -> i1
  mercer.check "w", 0, "label(i)" [%i] %l below %m if %used
  %v = mercer.read %w[%l] if %used : !mercer.array<1xf32> -> f32
  mercer.output "y" [%i] %v : f32
}
