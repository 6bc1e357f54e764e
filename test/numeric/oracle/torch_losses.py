"""Writes torch.json: PyTorch's losses and their gradients, as golden cases. Usage: python torch_losses.py > torch.json"""
import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(21)
cases = []


def array(tensor):
    dtype = "f64" if tensor.dtype == torch.float64 else "i64"
    return {"dtype": dtype, "shape": list(tensor.shape), "data": tensor.flatten().tolist()}


def add(entry, arguments, options, value, differentiable):
    """One case a reduction; `value` is called with the arguments, the options and the reduction."""
    rounded = {name: t.mul(1e4).round().div(1e4) if t.dtype == torch.float64 else t for name, t in arguments.items()}
    for reduction in options.pop("reductions", ("mean", "sum", "none")):
        inputs = {name: t.clone().requires_grad_(name in differentiable) for name, t in rounded.items()}
        result = value(**inputs, **options, reduction=reduction)
        variables = [inputs[name] for name in differentiable]
        gradients = torch.autograd.grad(result.sum(), variables) if variables else []
        cases.append({
            "entry": entry, "case": f"torch_{len(cases) + 1}", "independence": "library",
            "source": f"torch.nn.functional {torch.__version__}",
            "arguments": {name: array(t) for name, t in rounded.items()},
            "parameters": {**{name: float(v) if isinstance(v, bool) else v for name, v in options.items()},
                           "reduction": reduction},
            "expected": {"value": array(result.detach()),
                         "gradient": {name: array(g) for name, g in zip(differentiable, gradients)}},
            "tolerance": 1e-12})


def normal(*shape):
    return torch.randn(*shape)


def uniform(*shape):
    return torch.rand(*shape) * 0.9 + 0.05


def signs(*shape):
    return torch.randint(0, 2, shape).double() * 2 - 1


def labels(n, classes):
    return torch.randint(0, classes, (n,))


pair = lambda: {"input": normal(3, 4), "target": normal(3, 4)}
add("mae", pair(), {}, F.l1_loss, ["input", "target"])
add("mse", pair(), {}, F.mse_loss, ["input", "target"])
for delta in (0.7, 2.0):
    add("huber", pair(), {"delta": delta}, F.huber_loss, ["input", "target"])
for beta in (0.0, 0.7):
    add("smooth_l1_loss", pair(), {"beta": beta}, F.smooth_l1_loss, ["input", "target"])

ignored = labels(6, 4)
ignored[2] = -100
add("cross_entropy", {"input": normal(6, 4), "target": labels(6, 4)}, {}, F.cross_entropy, ["input"])
add("cross_entropy", {"input": normal(6, 4), "target": ignored, "weight": uniform(4)}, {"label_smoothing": 0.2},
    F.cross_entropy, ["input"])
scores = lambda: torch.log_softmax(normal(6, 4), 1)
add("nll_loss", {"input": scores(), "target": ignored}, {}, F.nll_loss, ["input"])
add("nll_loss", {"input": scores(), "target": ignored, "weight": uniform(4)}, {}, F.nll_loss, ["input"])
add("nll_loss", {"input": scores(), "target": labels(6, 4)}, {"ignore_index": 1}, F.nll_loss, ["input"])

for log_input in (True, False):
    for full in (True, False):
        add("poisson_nll_loss", {"input": uniform(3, 4) * 2, "target": uniform(3, 4) * 5},
            {"log_input": log_input, "full": full, "eps": 1e-3}, F.poisson_nll_loss, ["input"])
for full in (True, False):
    add("gaussian_nll_loss", {"input": normal(3, 4), "target": normal(3, 4), "var": uniform(3, 4)},
        {"full": full, "eps": 0.3}, F.gaussian_nll_loss, ["input", "target", "var"])

four = ("mean", "batchmean", "sum", "none")
add("kl_div", {"input": normal(3, 4), "target": uniform(3, 4)}, {"reductions": four}, F.kl_div, ["input", "target"])
add("kl_div", pair(), {"log_target": True, "reductions": four}, F.kl_div, ["input", "target"])
add("binary_cross_entropy", {"input": uniform(3, 4), "target": uniform(3, 4), "weight": uniform(3, 4)}, {},
    F.binary_cross_entropy, ["input"])
saturated = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]])
add("binary_cross_entropy", {"input": saturated, "target": torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])}, {},
    F.binary_cross_entropy, [])
add("binary_cross_entropy_with_logits", {"input": normal(3, 4) * 3, "target": uniform(3, 4)}, {},
    F.binary_cross_entropy_with_logits, ["input"])
add("binary_cross_entropy_with_logits",
    {"input": normal(3, 4), "target": uniform(3, 4), "weight": uniform(3, 4), "pos_weight": uniform(4)}, {},
    F.binary_cross_entropy_with_logits, ["input"])

add("margin_ranking_loss", {"input1": normal(3, 4), "input2": normal(3, 4), "target": signs(3, 4)}, {"margin": 0.6},
    F.margin_ranking_loss, ["input1", "input2"])
add("hinge_embedding_loss", {"input": normal(3, 4), "target": signs(3, 4)}, {"margin": 0.6}, F.hinge_embedding_loss,
    ["input"])
several = torch.tensor([[3, 0, -1, 1], [-1, 2, 1, 0], [0, 1, 2, 3], [2, -1, -1, -1]])
add("multilabel_margin_loss", {"input": normal(4, 4), "target": several}, {}, F.multilabel_margin_loss, ["input"])
add("soft_margin_loss", {"input": normal(3, 4), "target": signs(3, 4)}, {}, F.soft_margin_loss, ["input"])
add("multilabel_soft_margin_loss",
    {"input": normal(3, 4), "target": torch.randint(0, 2, (3, 4)).double(), "weight": uniform(4)}, {},
    F.multilabel_soft_margin_loss, ["input"])
add("cosine_embedding_loss", {"input1": normal(5, 3), "input2": normal(5, 3), "target": signs(5)}, {"margin": 0.2},
    F.cosine_embedding_loss, ["input1", "input2"])
for p in (1, 2):
    add("multi_margin_loss", {"input": normal(6, 4), "target": labels(6, 4), "weight": uniform(4)},
        {"p": p, "margin": 0.8}, F.multi_margin_loss, ["input"])

triplet = lambda: {"anchor": normal(5, 3), "positive": normal(5, 3), "negative": normal(5, 3)}
rows = ["anchor", "positive", "negative"]
for p, swap in ((2.0, False), (2.0, True), (1.0, True), (3.5, False)):
    add("triplet_margin", triplet(), {"margin": 0.9, "p": p, "eps": 1e-3, "swap": swap}, F.triplet_margin_loss, rows)
distances = {
    "euclidean": lambda a, b: (a - b).norm(dim=-1), "squared_euclidean": lambda a, b: (a - b).square().sum(-1),
    "manhattan": lambda a, b: (a - b).abs().sum(-1), "chebyshev": lambda a, b: (a - b).abs().amax(-1),
    "cosine": lambda a, b: 1 - F.cosine_similarity(a, b)}
for name in distances:
    add("triplet_margin_with_distance_loss", triplet(), {"distance_function": name, "margin": 0.9, "swap": True},
        lambda distance_function, **others: F.triplet_margin_with_distance_loss(
            distance_function=distances[distance_function], **others), rows)

print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
