// RUN: mercer-opt %s --mercer-lower --cse | FileCheck %s
// RUN: mercer-interpret %s --input 'x=[[1, 2, 3], [4, 0, 6]]' --output 'rows=[2]' --output 'logs=[3]' --output 'most=[3]' --output 'least=[1]' | FileCheck %s --check-prefix=VALUES

// Log-sum-exps, maxima and minima into elements. The state of a log-sum-exp has three parts, that of the others one: tables are cleared to
// what no terms give, a value is one more term, tables are combined in order of the chunks.
// CHECK-LABEL: llvm.func internal @mercer_kinds_nest0
// CHECK-DAG: %[[LOW:.*]] = arith.constant -3.40282347E+38 : f32
// CHECK-DAG: vector.broadcast %[[LOW]] : f32 to vector<16xf32>
// CHECK-DAG: %[[NONE:.*]] = arith.constant 0xFF800000 : f32
// CHECK-DAG: vector.broadcast %[[NONE]] : f32 to vector<16xf32>
// A vector of rows from the second element on: in order.
// CHECK-COUNT-3: llvm.intr.masked.load {{.*}} -> vector<16xf32>
// CHECK: math.fma
// CHECK-COUNT-3: llvm.intr.masked.store {{.*}} vector<16xf32>
// CHECK-LABEL: llvm.func internal @mercer_kinds_nest0_table
// CHECK: scf.for
// CHECK: scf.for
// CHECK: llvm.intr.masked.store
// CHECK-LABEL: llvm.func @mercer_kinds

// VALUES: rows = [3.40760{{[0-9]*}}, 6.12{{[0-9]*}}]
// VALUES-NEXT: logs = [4.04858{{[0-9]*}}, 2.12692{{[0-9]*}}, 6.04858{{[0-9]*}}]
// VALUES-NEXT: most = [4, 2, 6]
// VALUES-NEXT: least = [0]
mercer.plan @kinds(%x: !mercer.array<2xf32>, %rows: !mercer.array<1xf32>, %logs: !mercer.array<1xf32>, %most: !mercer.array<1xf32>, %least: !mercer.array<1xf32>) names ["x", "rows", "logs", "most", "least"] inputs 1 {
  %n = mercer.size %x, 0 : !mercer.array<2xf32>
  %d = mercer.size %x, 1 : !mercer.array<2xf32>
  %zero = mercer.constant 0 : i64
  %one = mercer.constant 1 : i64
  %true = mercer.constant true
  mercer.nest "block" %b below %one chunk 1 {
    %s = mercer.accumulator "logs" [%n] : !mercer.array<1xf32>
    mercer.loop "i" %i from %zero to %n lanes 16 [] {
      %v = mercer.loop "k" %k from %zero to %d [logsumexp] -> f32 {
        %e = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
        mercer.accumulate max %e into %most[%k] : f32, !mercer.array<1xf32>
        mercer.yield %e, %true : f32, i1
      }
      %at = mercer.apply sub(%i, %zero) : (i64, i64) -> i64
      mercer.accumulate logsumexp %v into %s[%at] : f32, !mercer.array<1xf32>
      mercer.yield
    }
    mercer.loop "k" %k from %zero to %d [] {
      %v = mercer.loop "i" %i from %zero to %n lanes 16 [logsumexp] -> f32 {
        %e = mercer.read %x[%i, %k] : !mercer.array<2xf32> -> f32
        mercer.accumulate min %e into %least[%zero] : f32, !mercer.array<1xf32>
        mercer.yield %e, %true : f32, i1
      }
      mercer.accumulate logsumexp %v into %logs[%k] : f32, !mercer.array<1xf32>
      mercer.yield
    }
    mercer.loop "i" %i from %zero to %n lanes 16 [] {
      %v = mercer.read %s[%i] : !mercer.array<1xf32> -> f32
      mercer.store %v, %rows[%i] : f32, !mercer.array<1xf32>
      mercer.yield
    }
  }
}
