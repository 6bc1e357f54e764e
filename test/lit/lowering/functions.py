"""Plans for the elementwise functions of real values in dsl/ops/Elementwise.def, and checks of what mercer-opt makes of them.

functions.py plans TABLE TYPE LANES   prints a plan for each function
functions.py costs EXPLAINED LOWERED  compares the operations that explain predicts with those in the loops
"""
import re
import sys


def plans(table, real, lanes):
    rows = re.findall(r"MERCER_ELEMENTWISE\((\w+), (\d), (\w+),", open(table).read())
    for name, operands, signature in rows:
        if signature not in ("rr", "rnd", "nn"):
            continue
        inputs = range(int(operands))
        arguments = "".join(f"%x{n}: !mercer.array<1x{real}>, " for n in inputs)
        names = "".join(f'"x{n}", ' for n in inputs)
        print(f'mercer.plan @{name}({arguments}%y: !mercer.array<1x{real}>) names [{names}"y"] inputs {operands} {{')
        print(f"  %n = mercer.size %x0, 0 : !mercer.array<1x{real}>")
        print(f'  mercer.nest "i" %i below %n chunk 512 lanes {lanes} {{')
        for n in inputs:
            print(f"    %v{n} = mercer.read %x{n}[%i] : !mercer.array<1x{real}> -> {real}")
        values = ", ".join(f"%v{n}" for n in inputs)
        types = ", ".join(real for _ in inputs)
        print(f"    %r = mercer.apply {name}({values}) : ({types}) -> {real}")
        print(f"    mercer.store %r, %y[%i] : {real}, !mercer.array<1x{real}>\n  }}\n}}")


def operations(function):
    """Of the loop over whole vectors: a fused multiply-add is two, a division or square root four."""
    begin = function.index("scf.for")
    count = 0
    for line in function[begin:function.index("scf.for", begin + 1)].splitlines():
        op = re.search(r"= (llvm\.call_intrinsic|(?:arith|math)\.\w+)", line)
        if op and "vector<" in line and op[1] != "arith.constant":
            count += {"math.fma": 2, "arith.divf": 4, "math.sqrt": 4}.get(op[1], 1)
    return count


def costs(explained, lowered):
    predicted = dict(re.findall(r"remark: plan of (\w+)\n(?:.*\n){2}.* (\d+) operations each time", open(explained).read()))
    functions = re.split(r"llvm\.func internal @mercer_(\w+)_nest0", open(lowered).read())
    emitted = {name: operations(text) for name, text in zip(functions[1::2], functions[2::2])}
    loops = {"sin", "cos", "tan"}  # their reduction of large angles is a loop of its own
    print(len(predicted) == len(emitted) and len(predicted) > 40, "functions compared")
    for name, count in emitted.items():
        if name not in loops and abs(count - int(predicted[name])) > 2 + 0.05 * count:
            print(f"{name}: {predicted[name]} operations predicted, {count} emitted")


{"plans": plans, "costs": costs}[sys.argv[1]](*sys.argv[2:])
