"""Programs and the plans made of them give the same values.

meaning.py ENTRY...   value and gradient of entries of the library, in f64 throughout, for inputs drawn at random
"""
import json
import random
import re
import subprocess
import sys


def run(*command, text=None):
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)[:300]}: {result.stderr}")
    return result.stdout


def draw(shape, element, size):
    if shape:
        return [draw(shape[1:], element, size) for _ in range(shape[0])]
    if element[0] == "f":
        return random.uniform(0.1, 1.5)
    return random.choice([False, True]) if element == "i1" else random.randrange(size)


def shape_of(value):
    return [len(value)] + shape_of(value[0]) if isinstance(value, list) and value else []


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [float(value)]


def outputs(text):
    found = re.findall(r"^(\S+) = (.*)$", text, re.M)
    return {name: json.loads(re.sub(r"-?\b(nan|inf)\b", "0", value)) for name, value in found}


def sizes_of(header, arguments):
    """Sizes that are equal by mercer.sizes are drawn once; they differ from each other."""
    lists = re.findall(r"array<i64(?:: ([\d, ]*))?>", header[header.index("mercer.sizes"):])
    sizes = {}
    for (rank, _), same in zip(arguments, lists):
        pairs = [int(n) for n in same.split(",")] if same else []
        yield [sizes.setdefault((pairs[2 * d], pairs[2 * d + 1]), 5 + 3 * len(sizes)) for d in range(int(rank))]


def compare(name):
    random.seed(name)
    program = run("mercerc", "show", name, "--emit=program").replace("f32", "f64")
    header = next(line for line in program.splitlines() if "mercer.program" in line)
    arguments = re.findall(r"!mercer\.array<(\d+)x(\w+)>", header)
    names = re.findall(r'"([^"]*)"', header[header.index("names"):header.index("attributes")])
    options = []
    for argument, (_, element), shape in zip(names, arguments, sizes_of(header, arguments)):
        options += ["--input", f"{argument}={json.dumps(draw(shape, element, 3))}"]
    expected = outputs(run("mercer-interpret", "-", "--digits=17", *options, text=program))
    plan = run("mercer-opt", "-", "--mercer-pipeline", "--mercer-schedule", text=program)
    for output, value in expected.items():
        options += ["--output", f"{output}={json.dumps(shape_of(value))}"]
    given = outputs(run("mercer-interpret", "-", "--digits=17", *options, text=plan))
    for output, value in expected.items():
        for a, b in zip(flat(value), flat(given[output]), strict=True):
            if abs(a - b) > 1e-9 * (1 + abs(a)):
                print(f"{name}: {output} is {b} by the plan, but must be {a}")
                return False
    return any(flat(value) != [0.0] * len(flat(value)) for value in expected.values())


same = sum(compare(name) for name in sys.argv[1:])
print(f"{same} of {len(sys.argv) - 1} programs keep their values")
