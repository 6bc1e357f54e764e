"""Reads x86 assembly (AT&T) and prints a line for each innermost loop that computes, followed by its instructions.

The line counts what a hot loop must not have (calls, values that it puts on the stack, arithmetic on single elements; what does not change may be
read from there, like constants from memory), then arithmetic on
vectors of the greatest width in the text, and ends with what the loop is for: `exp` (it rounds exponents or moves them into place), `dot` (it
multiplies and adds), `map`.
"""
import re
import sys

lines = [line.split("#")[0].strip() for line in sys.stdin]
labels = {line[:-1]: at for at, line in enumerate(lines) if re.fullmatch(r"\.LBB\w+:", line)}
ranges = []
for at, line in enumerate(lines):
    jump = re.match(r"j\w+\s+(\.LBB\w+)$", line)
    if jump and labels[jump[1]] < at:
        ranges.append((labels[jump[1]], at))
loops = [(start, end) for start, end in ranges
         if not any(start <= other and last <= end and (other, last) != (start, end) for other, last in ranges)]

ARITHMETIC = r"v?(add|sub|mul|div|sqrt|min|max|fn?m(add|sub)\d*|cmp\w*|scalef|rndscale|round)"
width = next((name for name in ("zmm", "ymm") if any(name in line for line in lines)), "xmm")
frame = r",\s*-?\w*\((%rsp|%rbp)\)$" if any(re.match(r"movq\s+%rsp, %rbp", line) for line in lines) else r",\s*-?\w*\(%rsp\)$"
for start, end in loops:
    body = [line for line in lines[start:end + 1] if line and not line.startswith(".")]
    def count(pattern, also=""):
        return sum(1 for line in body if re.search(pattern, line) and also in line)
    vectors, elements = count("^" + ARITHMETIC + r"p[sdh]\s", width), count("^" + ARITHMETIC + r"s[sdh]\s")
    if vectors + elements == 0:
        continue
    kind = ("exp" if count(r"^v?((scalef|rndscale|round)p|psll[dq]\s+\$(23|52),)") else "dot" if count(r"^vfn?m\w+p") else "map")
    print(f"loop of {len(body)}: {count('^call')} calls, {count(frame)} on the stack, {elements} on elements,",
          f"{vectors} on vectors, {kind}")
    print("  " + "\n  ".join(body) + "\n")
