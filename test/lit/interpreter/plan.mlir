// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [4, 5, 6]]' --output 's=[2]' | FileCheck %s
// RUN: not mercer-interpret %s --input 'x=[[1, 2, 3], [4, 5, 6]]' --output 's=[1]' 2>&1 | FileCheck %s --check-prefix=SMALL

// Row sums into an output, columns into an accumulated array, then the largest column.
// CHECK: s = [6, 15]
// CHECK-NEXT: best = 9
// SMALL: error: 'mercer.store' has subscript 1 in dimension 0 of size 1
mercer.plan @rows(%x: !mercer.array<2xf32>, %s: !mercer.array<1xf32>, %best: !mercer.array<0xf32>) names ["x", "s", "best"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %m = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %true = mercer.constant true
  %columns = mercer.allocate "columns" [%m] : !mercer.array<1xf32>
  mercer.nest "rows" %i below %n chunk 1 {
    %sum = mercer.loop "j" %j from %zero to %m [sum] -> f32 {
      %v = mercer.read %x[%i, %j] : !mercer.array<2xf32> -> f32
      mercer.accumulate sum %v into %columns[%j] : f32, !mercer.array<1xf32>
      mercer.yield %v, %true : f32, i1
    }
    mercer.store %sum, %s[%i] : f32, !mercer.array<1xf32>
  }
  mercer.nest "best" %k below %m chunk 1 {
    %c = mercer.read %columns[%k] : !mercer.array<1xf32> -> f32
    mercer.accumulate max %c into %best[] : f32, !mercer.array<0xf32>
  }
}
