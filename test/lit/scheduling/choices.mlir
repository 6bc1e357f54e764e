// RUN: mercer-opt %s --mercer-store-reductions '--mercer-schedule=plan=keep.0=no;rows.0=1;panels.0=1;chunk.0=256' | FileCheck %s
// RUN: mercer-opt %s --mercer-store-reductions --mercer-schedule=plan=lanes.0=k | FileCheck %s --check-prefix=ALONG
// RUN: not mercer-opt %s --mercer-store-reductions --mercer-schedule=plan=lanes.0=q 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not mercer-opt %s --mercer-store-reductions --mercer-schedule=plan=block.0=64 2>&1 | FileCheck %s --check-prefix=DECISION

// Rows are read again and not kept in a tile, by one vector of rows at a time.
// CHECK: mercer.nest "i" %{{.*}} below %{{.*}} chunk 256 lanes 16 {
// CHECK-NOT: mercer.tile
// CHECK: mercer.loop "j" {{.*}} jam 8 [logsumexp]
// CHECK-DAG: mercer.read %arg0
// CHECK-DAG: mercer.read %arg1

// Vectors run along rows.
// ALONG: mercer.nest "i" %{{.*}} below %{{.*}} chunk 64 {
// ALONG: mercer.loop "k" {{.*}} lanes 16 [sum]

// OPTION: is given a plan that does not fit: 'lanes.0' has no option 'q'; there are i, k
// DECISION: is given a plan that does not fit: there is no decision 'block.0'
mercer.program @pairs(%x: !mercer.array<2xf32>, %y: !mercer.array<2xf32>) names ["x", "y"] {
  %n = mercer.size %x, 0 : <2xf32>
  %m = mercer.size %y, 0 : <2xf32>
  %d = mercer.size %x, 1 at_most 256 : <2xf32>
  %i = mercer.index "i", %n
  %j = mercer.index "j", %m
  %k = mercer.index "k", %d
  %a = mercer.read %x[%i, %k] : <2xf32> -> f32
  %b = mercer.read %y[%j, %k] : <2xf32> -> f32
  %p = mercer.apply mul(%a, %b) : (f32, f32) -> f32
  %dot = mercer.reduce sum over [%k] %p : f32 -> f32
  %lse = mercer.reduce logsumexp over [%j] %dot : f32 -> f32
  mercer.output "lse" [%i] %lse : f32
}
