"""Prints a text of a kind that is hostile, as large as its second argument says."""
import sys

kind, count = sys.argv[1], int(sys.argv[2])


def chain(op, count):
    """A plan whose extent is a chain of functions of functions."""
    lines = ["mercer.plan @p(%x: !mercer.array<1xf32>) names [\"x\"] inputs 1 {",
             "%v0 = mercer.size %x, 0 : !mercer.array<1xf32>"]
    lines += [f"%v{n + 1} = mercer.apply {op}(%v{n}, %v{n}) : (i64, i64) -> i64" for n in range(count)]
    return "\n".join(lines + [f'mercer.nest "i" %i below %v{count} chunk 8 {{', "}", "}"])


def body(op, count):
    """A plan with one long body."""
    lines = ["mercer.plan @p(%x: !mercer.array<1xf32>, %y: !mercer.array<1xf32>) names [\"x\", \"y\"] inputs 1 {",
             "%n = mercer.size %x, 0 : !mercer.array<1xf32>", 'mercer.nest "i" %i below %n chunk 16 lanes 16 {',
             "%v0 = mercer.read %x[%i] : !mercer.array<1xf32> -> f32"]
    lines += [f"%v{n + 1} = mercer.apply {op}(%v{n}) : (f32) -> f32" for n in range(count)]
    return "\n".join(lines + [f"mercer.store %v{count}, %y[%i] : f32, !mercer.array<1xf32>", "}", "}"])


def loops(depth):
    """A plan of loops in loops."""
    lines = ["mercer.plan @p() names [] inputs 0 {", "%n = mercer.constant 2 : i64",
             'mercer.nest "a" %a below %n chunk 1 {']
    lines += [f'mercer.loop "l" %i{n} from %a to %n [] {{' for n in range(depth)]
    return "\n".join(lines + ["mercer.yield", "}"] * depth + ["}", "}"])


sys.stdout.write({
    "brackets": lambda: 'module attributes {a = ' + "[" * (count - 1) + "]" * (count - 1) + "} {}",
    "maxima": lambda: chain("maximum", count),
    "products": lambda: chain("mul", count),
    "body": lambda: body("exp", count),
    "loops": lambda: loops(count),
    "digits": lambda: "1" * count,
    "bytes": lambda: "/" * count,
    "minus": lambda: "module attributes {a = affine_map<(d0) -> (" + "-" * count + "d0)>} {}",
    "sum": lambda: "module attributes {a = affine_map<(d0) -> (" + "d0 + " * count + "d0)>} {}",
}[kind]())
