"""The algorithms of this example in NumPy (f64): `python reference.py [digits.csv]` prints the same figures."""
import sys
import time

import numpy as np


class Random:
    """The generator of Data.h."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def uniform(self):
        return self.next() / 2**30 - 1

    def order(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.next() % (last + 1)
            order[last], order[other] = order[other], order[last]
        return np.array(order)


def embed(x, w):
    z = x @ w.T
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def loss_and_gradient(x, label, w, tau=0.1, margin=0.2):
    z = x @ w.T
    length = np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    s = u @ u.T / tau
    differs = label[:, None] != label[None]
    same = ~differs & ~np.eye(len(x), dtype=bool)
    masked = np.where(differs, s, -np.inf)
    top = masked.max(1, keepdims=True)
    others = top + np.log(np.exp(masked - top).sum(1, keepdims=True))
    gap = others - (s - margin / tau)
    weight = same / (len(x) * np.maximum(1, same.sum(1, keepdims=True)))
    loss = (weight * np.logaddexp(0, gap)).sum()
    slope = weight / (1 + np.exp(-gap))
    ds = -slope + slope.sum(1, keepdims=True) * np.exp(masked - others)
    du = (ds + ds.T) @ u / tau
    dz = (du - u * (du * u).sum(1, keepdims=True)) / length
    return loss, dz.T @ x


def squared_distances(a, b):
    return (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T


def accuracy(query, truth, x, label):
    return 100 * (label[squared_distances(query, x).argmin(1)] == truth).mean()


def train(x, label, test, truth, steps=200, batch=256, rate=0.02):
    random = Random(2)
    w = np.array([random.uniform() / 8 for _ in range(16 * 64)]).reshape(16, 64)
    shown = lambda w: accuracy(embed(test, w), truth, embed(x, w), label)
    print(f"1-NN accuracy on pixels, %             {accuracy(test, truth, x, label):.4g}")
    print(f"1-NN accuracy before training, %       {shown(w):.4g}")
    mean, square, losses = np.zeros_like(w), np.zeros_like(w), []
    start = time.time()
    for n in range(1, steps + 1):
        order = random.order(len(x))[:batch]
        loss, g = loss_and_gradient(x[order], label[order], w)
        losses.append(loss)
        mean = 0.9 * mean + 0.1 * g
        square = 0.999 * square + 0.001 * g * g
        w = w - rate * mean / (1 - 0.9**n) / (np.sqrt(square / (1 - 0.999**n)) + 1e-8)
    seconds = time.time() - start
    print(f"loss of the first batch                {losses[0]:.4g}")
    print(f"loss of the last twenty batches        {np.mean(losses[-20:]):.4g}")
    print(f"1-NN accuracy after training, %        {shown(w):.4g}")
    print(f"training, seconds                      {seconds:.3g}")


def mmd2(x, y, sigma=2.0):
    k = lambda a, b: np.exp(-squared_distances(a, b) / (2 * sigma**2))
    n, m = len(x), len(y)
    within = lambda a: (k(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))
    return within(x) + within(y) - 2 * k(x, y).mean()


def two_samples(x, label, first=3, second=8, permutations=200):
    pool = np.concatenate([x[label == first], x[label == second]])
    count = (label == first).sum()
    observed = mmd2(pool[:count], pool[count:])
    random, as_large = Random(3), 1
    for _ in range(permutations):
        order = random.order(len(pool))
        as_large += mmd2(pool[order[:count]], pool[order[count:]]) >= observed
    print(f"squared MMD between 3 and 8            {observed:.4g}")
    print(f"p-value                                {as_large / (permutations + 1):.4g}")


def classify(x, label, test, truth, sigma=1.5, ridge=0.01):
    kernel = np.exp(-squared_distances(x, x) / (2 * sigma**2))
    y = np.where(label[:, None] == np.arange(10)[None], 1.0, -1.0)
    a, residual, direction = np.zeros_like(y), y.copy(), y.copy()
    squares = start = (y * y).sum(0)
    for iteration in range(1, 301):
        product = kernel @ direction + ridge * direction
        step = squares / (direction * product).sum(0)
        a += step * direction
        residual -= step * product
        following = (residual * residual).sum(0)
        if (following <= 1e-6 * start).all():
            break
        direction = residual + following / squares * direction
        squares = following
    scores = np.exp(-squared_distances(test, x) / (2 * sigma**2)) @ a
    print(f"kernel ridge: iterations               {iteration}")
    print(f"kernel ridge: accuracy, %              {100 * (scores.argmax(1) == truth).mean():.4g}")


def main():
    data = np.loadtxt(sys.argv[1] if len(sys.argv) > 1 else "digits.csv", delimiter=",")
    order = Random(1).order(len(data))
    x, label = data[order, :64] / 16, data[order, 64].astype(int)
    train(x[:1347], label[:1347], x[1347:], label[1347:])
    two_samples(x[:1347], label[:1347])
    classify(x[:1347], label[:1347], x[1347:], label[1347:])


main()
