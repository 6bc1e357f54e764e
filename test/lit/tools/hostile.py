"""Prints a text that exceeds one limit by its second argument."""
import sys

kind, count = sys.argv[1], int(sys.argv[2])
sys.stdout.write({
    "brackets": lambda: 'module attributes {a = ' + "[" * (count - 1) + "]" * (count - 1) + "} {}",
    "digits": lambda: "1" * count,
    "bytes": lambda: "/" * count,
    "minus": lambda: "module attributes {a = affine_map<(d0) -> (" + "-" * count + "d0)>} {}",
    "sum": lambda: "module attributes {a = affine_map<(d0) -> (" + "d0 + " * count + "d0)>} {}",
}[kind]())
