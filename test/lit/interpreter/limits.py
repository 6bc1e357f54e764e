"""Prints a program that is deep, differentiates 4 times, or has a huge output."""
import sys

lines = ['mercer.program @p(%x: !mercer.array<0xf64>) names ["x"] {',
         "%v0 = mercer.read %x[] : !mercer.array<0xf64> -> f64",
         "%one = mercer.constant 1.0 : f64"]
if sys.argv[1] == "deep":
    for n in range(20000):
        lines.append(f"%v{n + 1} = mercer.apply add(%v{n}, %one) : (f64, f64) -> f64")
    lines.append('mercer.output "y" [] %v20000 : f64')
elif sys.argv[1] == "nested":
    for n in range(4):
        lines.append(f"%e{n} = mercer.apply exp(%v{n}) : (f64) -> f64")
        lines.append(f"%g{n} = mercer.gradient %e{n} by %x : f64, !mercer.array<0xf64> -> !mercer.array<0xf64>")
        lines.append(f"%v{n + 1} = mercer.read %g{n}[] : !mercer.array<0xf64> -> f64")
    lines.append('mercer.output "y" [] %v4 : f64')
else:
    lines.append("%n = mercer.constant 4294967296 : i64")
    lines.append('%i = mercer.index "i", %n')
    lines.append('%j = mercer.index "j", %n')
    lines.append('mercer.output "y" [%i, %j] %v0 : f64')
print("\n".join(lines + ["}"]))
