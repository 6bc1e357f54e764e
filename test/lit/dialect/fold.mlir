// RUN: mercer-opt %s --canonicalize | FileCheck %s

// Constants and what arithmetic does not change.
// CHECK-DAG: %[[FIVE:.*]] = mercer.constant 5 : i64
// CHECK-DAG: %[[TRUE:.*]] = mercer.constant true
// CHECK: mercer.output "five"{{.*}} %[[FIVE]] : i64
// CHECK: mercer.output "less"{{.*}} %[[TRUE]] : i1
mercer.program @fold() names [] {
  %two = mercer.constant 2 : i64
  %three = mercer.constant 3 : i64
  %five = mercer.apply add(%two, %three) : (i64, i64) -> i64
  %less = mercer.apply lt(%two, %three) : (i64, i64) -> i1
  mercer.output "five" [] %five : i64
  mercer.output "less" [] %less : i1
}
