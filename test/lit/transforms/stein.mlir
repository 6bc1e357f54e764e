// RUN: mercer-opt %s --mercer-pipeline | FileCheck %s
// RUN: sed 's/mercer.size %x, 1 : .*/mercer.constant 8 : i64/' %s | mercer-opt --mercer-pipeline | FileCheck %s --check-prefix=KNOWN

// The Stein kernel of k(p, q) = 1 / sqrt(1 + |p - q|^2) for the score -x, by nested derivatives:
//   p.q k - p.dk/dq - q.dk/dp + sum(k, d2k / dp_k dq_k) = p.q r + r^3 (d - 3 r^2 s) - r^3 s,  s = |p - q|^2, r = k(p, q).
// Two sums over features, half of the pairs.
// CHECK: %[[DOT:.*]] = mercer.reduce sum
// CHECK: %[[S:.*]] = mercer.reduce sum
// CHECK: %[[R:.*]] = mercer.apply rsqrt
// CHECK-NOT: mercer.reduce
// CHECK: %[[BELOW:.*]] = mercer.apply lt
// CHECK-NEXT: mercer.reduce sum {{.*}} where %[[BELOW]]
// CHECK: mercer.reduce sum
// CHECK-NOT: mercer.reduce

// The same where the sums are written out.
// KNOWN-COUNT-1: mercer.apply rsqrt
// KNOWN-NOT: mercer.reduce
// KNOWN: %[[BELOW:.*]] = mercer.apply lt
// KNOWN-NEXT: mercer.reduce sum {{.*}} where %[[BELOW]]
mercer.program @ksd(%x: !mercer.array<2xf32>) names ["x"] {
  %0 = mercer.constant 1 : i64
  %1 = mercer.size %x, 0 : <2xf32>
  %2 = mercer.index "i", %1
  %3 = mercer.index "j", %1
  %4 = mercer.apply ne(%2, %3) : (i64, i64) -> i1
  %5 = mercer.reduce sum over[%2, %3] %0 where %4 : i64 -> i64
  %6 = mercer.constant 0 : i64
  %7 = mercer.apply gt(%5, %6) : (i64, i64) -> i1
  %8 = mercer.size %x, 1 : <2xf32>
  %9 = mercer.index "k", %8
  %10 = mercer.read %x[%2, %9] : <2xf32> -> f32
  %11 = mercer.read %x[%3, %9] : <2xf32> -> f32
  %12 = mercer.apply mul(%10, %11) : (f32, f32) -> f32
  %13 = mercer.reduce sum over[%9] %12 : f32 -> f32
  %14 = mercer.constant 1.000000e+00 : f32
  %15 = mercer.index "k", %8
  %16 = mercer.read %x[%2, %15] : <2xf32> -> f32
  %17 = mercer.read %x[%3, %15] : <2xf32> -> f32
  %18 = mercer.apply sub(%16, %17) : (f32, f32) -> f32
  %19 = mercer.apply square(%18) : (f32) -> f32
  %20 = mercer.reduce sum over[%15] %19 : f32 -> f32
  %21 = mercer.apply add(%14, %20) : (f32, f32) -> f32
  %22 = mercer.apply rsqrt(%21) : (f32) -> f32
  %23 = mercer.apply mul(%13, %22) : (f32, f32) -> f32
  %24 = mercer.index "k", %8
  %25 = mercer.read %x[%2, %24] : <2xf32> -> f32
  %26 = mercer.index "p0", %8
  %27 = mercer.read %x[%3, %26] : <2xf32> -> f32
  %28 = mercer.index "k", %8
  %29 = mercer.read %x[%2, %28] : <2xf32> -> f32
  %30 = mercer.array "u"[%2, %3, %26] %27 : f32 -> <3xf32>
  %31 = mercer.read %30[%2, %3, %28] : <3xf32> -> f32
  %32 = mercer.apply sub(%29, %31) : (f32, f32) -> f32
  %33 = mercer.apply square(%32) : (f32) -> f32
  %34 = mercer.reduce sum over[%28] %33 : f32 -> f32
  %35 = mercer.apply add(%14, %34) : (f32, f32) -> f32
  %36 = mercer.apply rsqrt(%35) : (f32) -> f32
  %37 = mercer.gradient %36 by %30 : f32, <3xf32> -> <3xf32>
  %38 = mercer.read %37[%2, %3, %24] : <3xf32> -> f32
  %39 = mercer.apply mul(%25, %38) : (f32, f32) -> f32
  %40 = mercer.reduce sum over[%24] %39 : f32 -> f32
  %41 = mercer.apply sub(%23, %40) : (f32, f32) -> f32
  %42 = mercer.index "k", %8
  %43 = mercer.read %x[%3, %42] : <2xf32> -> f32
  %44 = mercer.index "p0", %8
  %45 = mercer.read %x[%2, %44] : <2xf32> -> f32
  %46 = mercer.index "k", %8
  %47 = mercer.array "u"[%2, %3, %44] %45 : f32 -> <3xf32>
  %48 = mercer.read %47[%2, %3, %46] : <3xf32> -> f32
  %49 = mercer.read %x[%3, %46] : <2xf32> -> f32
  %50 = mercer.apply sub(%48, %49) : (f32, f32) -> f32
  %51 = mercer.apply square(%50) : (f32) -> f32
  %52 = mercer.reduce sum over[%46] %51 : f32 -> f32
  %53 = mercer.apply add(%14, %52) : (f32, f32) -> f32
  %54 = mercer.apply rsqrt(%53) : (f32) -> f32
  %55 = mercer.gradient %54 by %47 : f32, <3xf32> -> <3xf32>
  %56 = mercer.read %55[%2, %3, %42] : <3xf32> -> f32
  %57 = mercer.apply mul(%43, %56) : (f32, f32) -> f32
  %58 = mercer.reduce sum over[%42] %57 : f32 -> f32
  %59 = mercer.apply sub(%41, %58) : (f32, f32) -> f32
  %60 = mercer.index "k", %8
  %61 = mercer.index "p0", %8
  %62 = mercer.read %x[%2, %61] : <2xf32> -> f32
  %63 = mercer.index "p0", %8
  %64 = mercer.read %x[%3, %63] : <2xf32> -> f32
  %65 = mercer.index "k", %8
  %66 = mercer.array "u"[%2, %3, %60, %61] %62 : f32 -> <4xf32>
  %67 = mercer.read %66[%2, %3, %60, %65] : <4xf32> -> f32
  %68 = mercer.array "u"[%2, %3, %60, %63] %64 : f32 -> <4xf32>
  %69 = mercer.read %68[%2, %3, %60, %65] : <4xf32> -> f32
  %70 = mercer.apply sub(%67, %69) : (f32, f32) -> f32
  %71 = mercer.apply square(%70) : (f32) -> f32
  %72 = mercer.reduce sum over[%65] %71 : f32 -> f32
  %73 = mercer.apply add(%14, %72) : (f32, f32) -> f32
  %74 = mercer.apply rsqrt(%73) : (f32) -> f32
  %75 = mercer.gradient %74 by %68 : f32, <4xf32> -> <4xf32>
  %76 = mercer.read %75[%2, %3, %60, %60] : <4xf32> -> f32
  %77 = mercer.gradient %76 by %66 : f32, <4xf32> -> <4xf32>
  %78 = mercer.read %77[%2, %3, %60, %60] : <4xf32> -> f32
  %79 = mercer.reduce sum over[%60] %78 : f32 -> f32
  %80 = mercer.apply add(%59, %79) : (f32, f32) -> f32
  %81 = mercer.reduce sum over[%2, %3] %80 where %4 : f32 -> f32
  %82 = mercer.apply to_real(%5) : (i64) -> f32
  %83 = mercer.apply div(%81, %82) : (f32, f32) -> f32
  %84 = mercer.constant 0.000000e+00 : f32
  %85 = mercer.apply select(%7, %83, %84) : (i1, f32, f32) -> f32
  mercer.output "ksd"[] %85 : f32
}
