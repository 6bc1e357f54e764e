"""The workloads: sizes, inputs and constants. The same as in ../Programs.cpp.

Inputs are named; the seed of a tensor is its position in the list of inputs, counted from 1.
`cotangent` is the vector that weighs a vector-valued output when its gradient is asked for.
"""

from dataclasses import dataclass
from typing import Callable

import numpy as np

from inputs import integers, uniform, unit_rows

CLIP_TEMPERATURE = 0.07
SUPCON_TEMPERATURE = 0.1
TRIPLET_MARGIN = 0.2
DISTILLATION_TEMPERATURE = 2.0
FOCAL_ALPHA = 0.25
FOCAL_GAMMA = 2.0
SINKHORN_EPSILON = 0.05


@dataclass(frozen=True)
class Workload:
    """A computation that peers implement; `differentiable` names the inputs of its gradient."""

    name: str
    inputs: Callable[..., dict]
    full: dict
    small: dict
    differentiable: tuple = ()
    summary: Callable = None  # (inputs, output) -> what the checksum is taken of

    def data(self, size):
        """Returns the inputs at size "full" or "small"."""
        return self.inputs(**getattr(self, size))


def kernel_matvec_inputs(n, m, d):
    return {
        "x": uniform(1, n, d),
        "y": uniform(2, m, d),
        "b": uniform(3, m),
        "cotangent": uniform(4, n),
    }


def classification_inputs(n, classes):
    return {"logits": uniform(1, n, classes, scale=8), "labels": integers(2, classes, n)}


def clip_inputs(n, d):
    image, noise = uniform(1, n, d), uniform(2, n, d)
    return {"image": unit_rows(image), "text": unit_rows(image + noise)}


def linear_cross_entropy_inputs(n, classes, d):
    return {
        "h": uniform(1, n, d),
        "w": uniform(2, classes, d, scale=0.25),
        "labels": integers(3, classes, n),
    }


def labelled_points_inputs(n, d, classes):
    return {"z": unit_rows(uniform(1, n, d)), "labels": integers(2, classes, n)}


def two_samples_inputs(n, m, d):
    return {"x": uniform(1, n, d), "y": uniform(2, m, d, scale=0.5) + np.float32(0.25)}


def one_sample_inputs(n, d):
    return {"x": uniform(1, n, d, scale=2)}


def mixture_inputs(n, components, d):
    return {
        "x": uniform(1, n, d, scale=2),
        "means": uniform(2, components, d),
        "log_variances": uniform(3, components, d),
        "logits": uniform(4, components),
    }


def clustering_inputs(n, clusters, d):
    return {"x": uniform(1, n, d), "centroids": uniform(2, clusters, d)}


def assigned_distance(data, nearest):
    """Returns the mean squared distance to the chosen centroid: near-ties may be chosen either way."""
    difference = data["x"].astype(np.float64) - data["centroids"][nearest]
    return (difference * difference).sum(1).mean()


def distillation_inputs(n, classes):
    return {"student": uniform(1, n, classes, scale=4), "teacher": uniform(2, n, classes, scale=4)}


def binary_inputs(n):
    return {"logits": uniform(1, n, scale=6), "targets": integers(2, 2, n).astype(np.float32)}


def sinkhorn_inputs(n, m, d):
    return {"x": uniform(1, n, d), "y": uniform(2, m, d), "g": uniform(3, m, scale=0.25)}


def regression_inputs(n, d):
    return {"prediction": uniform(1, n, d), "target": uniform(2, n, d)}


def buffer_inputs(elements):
    return {"source": uniform(1, elements)}


def matrix_product_inputs(n, m, k):
    return {"a": uniform(1, n, k), "b": uniform(2, k, m)}


ALL = (
    Workload("gaussian_matvec", kernel_matvec_inputs,
             dict(n=20000, m=20000, d=3), dict(n=500, m=700, d=3), ("x",)),
    Workload("gaussian_matvec_d64", kernel_matvec_inputs,
             dict(n=8192, m=8192, d=64), dict(n=300, m=200, d=64), ("x",)),
    Workload("laplacian_l1_matvec", kernel_matvec_inputs,
             dict(n=8192, m=8192, d=16), dict(n=300, m=200, d=16)),
    Workload("softmax_cross_entropy", classification_inputs,
             dict(n=1024, classes=32768), dict(n=50, classes=1000), ("logits",)),
    Workload("cross_entropy_rows_small", classification_inputs,
             dict(n=65536, classes=10), dict(n=500, classes=10), ("logits",)),
    Workload("clip_infonce", clip_inputs,
             dict(n=4096, d=256), dict(n=200, d=32), ("image", "text")),
    Workload("linear_cross_entropy", linear_cross_entropy_inputs,
             dict(n=1024, classes=32768, d=256), dict(n=50, classes=500, d=32), ("h", "w")),
    Workload("supcon", labelled_points_inputs,
             dict(n=2048, d=128, classes=10), dict(n=128, d=16, classes=10), ("z",)),
    Workload("triplet_batch_hard", labelled_points_inputs,
             dict(n=2048, d=128, classes=10), dict(n=128, d=16, classes=10), ("z",)),
    Workload("mmd2_rbf_unbiased", two_samples_inputs,
             dict(n=4096, m=4096, d=64), dict(n=200, m=300, d=64), ("x",)),
    Workload("ksd_imq", one_sample_inputs,
             dict(n=2048, d=8), dict(n=200, d=8)),
    Workload("gmm_diag_loglik", mixture_inputs,
             dict(n=100000, components=64, d=16), dict(n=1000, components=8, d=16),
             ("means", "log_variances", "logits")),
    Workload("kmeans_assign", clustering_inputs,
             dict(n=100000, clusters=256, d=64), dict(n=1000, clusters=16, d=64),
             summary=assigned_distance),
    Workload("kl_distillation", distillation_inputs,
             dict(n=512, classes=32000), dict(n=50, classes=1000), ("student",)),
    Workload("focal_loss", binary_inputs,
             dict(n=1000000), dict(n=1000), ("logits",)),
    Workload("sinkhorn_step", sinkhorn_inputs,
             dict(n=8192, m=8192, d=3), dict(n=300, m=200, d=3)),
    Workload("call_overhead", regression_inputs,
             dict(n=32, d=16), dict(n=32, d=16)),
    Workload("memory_copy", buffer_inputs,
             dict(elements=2**27), dict(elements=2**16)),
    Workload("sgemm", matrix_product_inputs,
             dict(n=4096, m=4096, k=256), dict(n=128, m=128, k=32)),
)

BY_NAME = {workload.name: workload for workload in ALL}
