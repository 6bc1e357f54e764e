"""Naive formulas before and after the passes: f64 after must be what 3000 bits say before.

Each case is a formula of x (an element) or of rows of x; its value and its gradient are compared, at moderate and at extreme
inputs. Where the naive formula is NaN for an infinite input, its limit is an answer too; a NaN input must give NaN.
"""
import math
import random
import re
import subprocess
import sys

PASSES = ["stabilize", "differentiate", "canonical-indices", "simplify", "stabilize", "factor", "merge-sums",
          "simplify", "symmetry", "simplify"]
ARRAY = "!mercer.array<{}xf64>"


class Program:
    def __init__(self, rank):
        self.rank, self.lines, self.known = rank, [], {}

    def value(self, text):
        if text not in self.known:
            self.known[text] = f"%{len(self.lines)}"
            self.lines.append(f"  {self.known[text]} = {text}")
        return self.known[text]

    def index(self, name, extent):
        return self.value(f'mercer.index "{name}", {extent}')

    def size(self, dimension):
        return self.value(f"mercer.size %x, {dimension} : {ARRAY.format(self.rank)}")

    def read(self, *subscripts, array="%x"):
        return self.value(f"mercer.read {array}[{', '.join(subscripts)}] : {ARRAY.format(self.rank)} -> f64")

    def number(self, value):
        return self.value(f"mercer.constant {value:.17e} : f64")

    def __getattr__(self, function):
        def apply(*operands):
            operands = [self.number(o) if isinstance(o, (int, float)) else o for o in operands]
            if function in ("lt", "eq", "ne"):
                kinds = "(i64, i64) -> i1"
            elif function == "gt":
                kinds = "(f64, f64) -> i1"
            elif function == "select":
                kinds = "(i1, f64, f64) -> f64"
            elif function == "to_real":
                kinds = "(i64) -> f64"
            else:
                kinds = f"({', '.join(['f64'] * len(operands))}) -> f64"
            return self.value(f"mercer.apply {function}({', '.join(operands)}) : {kinds}")
        return apply

    def reduce(self, kind, over, value, where=None):
        mask = f" where {where}" if where else ""
        return self.value(f"mercer.reduce {kind} over [{over}] {value}{mask} : f64 -> f64")

    def output(self, name, indices, value):
        self.lines.append(f'  mercer.output "{name}" [{", ".join(indices)}] {value} : f64')

    def text(self):
        return f'mercer.program @p(%x: {ARRAY.format(self.rank)}) names ["x"] {{\n' + "\n".join(self.lines) + "\n}\n"


def with_gradient(p, value, indices):
    p.output("value", indices, value)
    array = ARRAY.format(p.rank)
    gradient = p.value(f"mercer.gradient {value} by %x : f64, {array} -> {array}")
    own = [p.index("pq"[d], p.size(d)) for d in range(p.rank)]
    p.output("gradient", own, p.read(*own, array=gradient))
    return p.text()


def of_element(formula):
    p = Program(1)
    i = p.index("i", p.size(0))
    return with_gradient(p, formula(p, p.read(i)), [i])


def of_row(formula):
    p = Program(2)
    i, j, k = p.index("i", p.size(0)), p.index("j", p.size(1)), p.index("k", p.size(1))
    value, indices = formula(p, i, j, k)
    return with_gradient(p, value, indices)


def of_total(formula):
    p = Program(2)
    i, h, k = p.index("i", p.size(0)), p.index("h", p.size(0)), p.index("k", p.size(1))
    p.output("value", [], formula(p, i, h, k))
    return p.text()


def slopes(p, i, h, k):
    """x_i g - x_h g, g = r^3 (x_i - x_h) the slope of r = 1 / sqrt(1 + |x_i - x_h|^2), of all pairs: one sum of squares of half of them."""
    difference = p.sub(p.read(i, k), p.read(h, k))
    r = p.rsqrt(p.add(1, p.reduce("sum", k, p.square(difference))))
    slope = lambda row: p.mul(p.mul(r, p.square(r)), p.reduce("sum", k, p.mul(p.read(row, k), difference)))
    trace = p.reduce("sum", k, p.sub(p.square(r), p.add(p.mul(p.mul(difference, r), p.mul(2, p.mul(r, difference))),
                                                        p.mul(p.square(difference), p.square(r)))))
    return p.reduce("sum", f"{i}, {h}", p.add(p.sub(slope(i), slope(h)), trace), p.ne(i, h))


def twice(p, x, function):
    return p.mul(x, getattr(p, function)(x))


def share(p, i, j, k):
    return p.div(p.exp(p.read(i, k)), p.reduce("sum", j, p.exp(p.read(i, j))))


def mean(p, j, value):
    return p.div(p.reduce("sum", j, value), p.to_real(p.size(1)))


def focal(p, x):
    """The square of a probability's complement times its logarithm, of one of two classes."""
    log = p.select(p.gt(p.cos(x), 0), p.log(p.sigmoid(x)), p.log(p.sigmoid(p.neg(x))))
    return p.mul(p.square(p.sub(1, p.exp(log))), log)


ELEMENT = {
    "log_exp": lambda p, x: p.log(p.exp(x)),
    "softplus": lambda p, x: p.log(p.add(1, p.exp(x))),
    "expm1": lambda p, x: p.sub(p.exp(x), 1),
    "log1mexp": lambda p, x: p.log(p.sub(1, p.exp(p.neg(x)))),
    "sigmoid": lambda p, x: p.div(1, p.add(1, p.exp(p.neg(x)))),
    "logistic": lambda p, x: p.div(p.exp(x), p.add(1, p.exp(x))),
    "log_logistic": lambda p, x: p.log(p.div(p.exp(x), p.add(1, p.exp(x)))),
    "log_other": lambda p, x: p.log(p.sub(1, p.sigmoid(x))),
    "tanh": lambda p, x: p.div(p.sub(p.exp(x), p.exp(p.neg(x))), p.add(p.exp(x), p.exp(p.neg(x)))),
    "log_cosh": lambda p, x: p.log(p.div(p.add(p.exp(x), p.exp(p.neg(x))), 2)),
    "abs": lambda p, x: p.sqrt(p.square(x)),
    "log_add": lambda p, x: p.log(p.add(p.exp(x), p.mul(3, p.exp(p.mul(2, x))))),
    "log_difference": lambda p, x: p.log(p.sub(p.exp(x), p.exp(p.mul(0.5, x)))),
    "entropy": lambda p, x: twice(p, p.square(x), "log"),
    "entropy_exp": lambda p, x: twice(p, p.exp(x), "log"),
    "entropy_sigmoid": lambda p, x: twice(p, p.sigmoid(x), "log"),
    "clamped": lambda p, x: p.log(p.maximum(p.sigmoid(x), 1e-7)),
    "exp_ratio": lambda p, x: p.div(p.exp(x), p.exp(p.mul(2, x))),
    "focal": focal,
    "matern": lambda p, x: p.mul(p.add(1, p.abs(x)), p.exp(p.neg(p.abs(x)))),
    "inverse_multiquadric": lambda p, x: p.exp(p.mul(-0.5, p.log1p(p.square(x)))),
    "one_minus_cos": lambda p, x: p.sub(1, p.cos(p.mul(0.001, x))),
}
ROW = {
    "logsumexp": lambda p, i, j, k: (p.log(p.reduce("sum", j, p.exp(p.read(i, j)))), [i]),
    "scaled": lambda p, i, j, k: (p.log(p.reduce("sum", j, p.mul(2.5, p.exp(p.mul(10, p.read(i, j)))))), [i]),
    "masked": lambda p, i, j, k: (p.log(p.reduce("sum", j, p.exp(p.read(i, j)), p.lt(j, i))), [i]),
    "weighted": lambda p, i, j, k: (p.log(p.reduce("sum", j, p.mul(p.to_real(j), p.exp(p.read(i, j))))), [i]),
    "log_mean": lambda p, i, j, k: (p.log(mean(p, j, p.exp(p.read(i, j)))), [i]),
    "one_more": lambda p, i, j, k: (p.log(p.add(1, p.reduce("sum", j, p.exp(p.read(i, j))))), [i]),
    "softmax": lambda p, i, j, k: (share(p, i, j, k), [i, k]),
    "log_softmax": lambda p, i, j, k: (p.log(share(p, i, j, k)), [i, k]),
    "entropy": lambda p, i, j, k: (p.reduce("sum", k, twice(p, share(p, i, j, k), "log")), [i]),
    "attention": lambda p, i, j, k: (
        p.div(p.reduce("sum", j, p.mul(p.to_real(j), p.exp(p.read(i, j)))), p.reduce("sum", j, p.exp(p.read(i, j)))), [i]),
    "norm": lambda p, i, j, k: (p.sqrt(p.reduce("sum", j, p.square(p.read(i, j)))), [i]),
    "variance": lambda p, i, j, k: (
        p.sub(mean(p, j, p.square(p.read(i, j))), p.square(mean(p, j, p.read(i, j)))), [i]),
    "hoisted": lambda p, i, j, k: (p.reduce("sum", j, p.div(p.read(i, j), p.to_real(p.size(1))), p.ne(j, i)), [i]),
    "shifted": lambda p, i, j, k: (
        p.reduce("sum", j, p.sub(p.mul(0.3, p.read(i, j)), p.reduce("logsumexp", k, p.read(i, k))), p.gt(p.read(i, j), 0.5)), [i]),
    "biased": lambda p, i, j, k: (p.reduce("sum", j, p.add(p.exp(p.mul(p.read(i, j), p.to_real(j))), 3)), [i]),
    "picked": lambda p, i, j, k: (p.reduce("sum", j, p.read(i, j), p.eq(j, i)), [i]),
}
TOTAL = {"slopes": slopes}
EXTREME = {1: [-1e4, -750, -40, -1e-9, 0, 1e-9, 750, 1e4, math.inf, -math.inf, math.nan],
           2: [[1000, 999, -5], [-math.inf] * 3, [math.inf, 0, 1], [math.nan, 0, 0], [0, 0, 0], [-1e4, -1e4, -2e4]]}
# Exponentials of 1e8 have no digits; a variance of infinities has no meaning.
OWN = {"variance": [[1e8, 100000001, 1e8], [0, 0, 0], [math.nan, 0, 0], [-3, 1e-3, 7]],
       "slopes": [[0, 0, 0], [0, 0, 0], [1e4, -7, 1e-3], [1e4, -7, 2e-3]]}


def literal(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value) if math.isfinite(value) else f'"{value}"'


def run(tool, text, *options):
    result = subprocess.run([tool, "-", *options], input=text, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{tool} failed:\n{result.stderr}\n{text}")
    return result.stdout


def evaluate(text, x, bits):
    printed = run("mercer-interpret", text, "--digits=17", f"--bits={bits}", f"--input=x={literal(x)}")
    return {line.split("=")[0].strip(): [float(n) for n in re.findall(r"-?(?:nan|inf|\d[\d.]*(?:e[-+]?\d+)?)", line.split("=")[1])]
            for line in printed.splitlines() if "=" in line}


def agree(true, new, scale):
    if math.isnan(true):
        return True  # a limit, or NaN; NaN inputs are checked apart
    return true == new or abs(true - new) <= 1e-12 * scale * max(1, abs(true))


def check(name, text, rank):
    random.seed(name)
    x = OWN.get(name, EXTREME[rank]) + [random.gauss(0, 3) if rank == 1 else [random.gauss(0, 3) for _ in range(3)] for _ in range(4)]
    before = run("mercer-opt", text, "--mercer-differentiate")
    after = run("mercer-opt", text, *[f"--mercer-{each}" for each in PASSES])
    true, new = evaluate(before, x, 3000), evaluate(after, x, 53)
    # A log-sum-exp near 1e4 is known to 1e-12, so is its softmax; squares near 1e16 likewise.
    wrong = [(output, n, t, v) for output in true for n, (t, v) in enumerate(zip(true[output], new[output]))
             if not agree(t, v, 1e3 if rank == 2 else 1)]
    if rank == 1 and not math.isnan(new["value"][10]):
        wrong.append(("NaN", 10, math.nan, new["value"][10]))
    for output, n, t, v in wrong:
        print(f"{name}: {output} {n} must be {t!r}, but is {v!r}")
    return not wrong


results = [check(name, of_element(formula), 1) for name, formula in ELEMENT.items()]
results += [check(name, of_row(formula), 2) for name, formula in ROW.items()]
results += [check(name, of_total(formula), 2) for name, formula in TOTAL.items()]
print(f"{sum(results)} of {len(results)} formulas keep their meaning")
