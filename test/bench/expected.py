"""Values and gradient norms of the workloads at the small size, by JAX in f64: `python expected.py > expected.txt`."""
import jax
import jax.numpy as np
import numpy

jax.config.update("jax_enable_x64", True)


def draws(seed, count):
    z = numpy.arange(1, count + 1, dtype=numpy.uint64)
    z = z * numpy.uint64(0x9E3779B97F4A7C15) + numpy.uint64(seed)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def uniform(seed, *shape, scale=1.0):
    top = (draws(seed, int(numpy.prod(shape))) >> numpy.uint64(40)).astype(numpy.float32)
    values = top * numpy.float32(2.0**-23) - numpy.float32(1)
    return (values * numpy.float32(scale)).reshape(shape)


def integers(seed, bound, count):
    return (draws(seed, count) % numpy.uint64(bound)).astype(numpy.int64)


def unit(m):
    rows = m.astype(numpy.float64)
    return (rows / numpy.sqrt((rows * rows).sum(1, keepdims=True))).astype(numpy.float32)


def bf16(a):
    """The nearest numbers of bf16, ties to even."""
    bits = numpy.asarray(a, dtype=numpy.float32).view(numpy.uint32)
    odd = (bits >> numpy.uint32(16)) & numpy.uint32(1)
    return ((bits + odd + numpy.uint32(0x7FFF)) & numpy.uint32(0xFFFF0000)).view(numpy.float32)


def f64(*arrays):
    return [np.asarray(a, dtype=np.float64) for a in arrays]


def d2(x, y):
    return ((x[:, None] - y[None]) ** 2).sum(-1)


def norm(a):
    a = numpy.asarray(a, dtype=numpy.float64).ravel()
    return float(numpy.sqrt(((1 + numpy.arange(a.size) / a.size) * a * a).sum()))


def report(name, f, inputs, gradient=True, cotangent=None):
    value = f(*inputs)
    shown = norm(value) if value.ndim else float(value)
    print(f"{name} {shown:.9g} null")
    if gradient is None:
        return
    scalar = f if cotangent is None else lambda *a: (cotangent * f(*a)).sum()
    by = tuple(range(len(inputs))) if gradient is True else gradient
    total = sum(norm(g) ** 2 for g in jax.grad(scalar, by)(*inputs)) ** 0.5
    print(f"{name}_grad {shown:.9g} {total:.9g}")


def matvec(name, n, m, d, distance, gradient):
    x, y, b, seed = f64(uniform(1, n, d), uniform(2, m, d), uniform(3, m), uniform(4, n))
    report(name, lambda x: np.exp(-distance(x, y) / d) @ b, [x], gradient, seed)


def cross_entropy(name, n, classes):
    (logits,), label = f64(uniform(1, n, classes, scale=8)), integers(2, classes, n)
    report(name, lambda l: (jax.nn.logsumexp(l, axis=1) - l[np.arange(n), label]).mean(), [logits])


def clip(n=200, d=32):
    raw, noise = uniform(1, n, d), uniform(2, n, d)
    lse = jax.nn.logsumexp

    def loss(image, text):
        s = image @ text.T / 0.07
        return ((lse(s, axis=1) - np.diag(s)).mean() + (lse(s, axis=0) - np.diag(s)).mean()) / 2

    report("clip_infonce", loss, f64(unit(raw), unit(raw + noise)))


def linear(n=50, classes=500, d=32):
    h, w, label = *f64(uniform(1, n, d), uniform(2, classes, d, scale=0.25)), integers(3, classes, n)

    def loss(h, w):
        logits = h @ w.T
        return (jax.nn.logsumexp(logits, axis=1) - logits[np.arange(n), label]).mean()

    report("linear_cross_entropy", loss, [h, w])


def products(n=300, m=200):
    for d in (16, 64, 256):
        x, y = f64(uniform(1, n, d), uniform(2, m, d))
        report(f"logsumexp_dot_k{d}", lambda: jax.nn.logsumexp(x @ y.T, axis=1), [], None)
    a, b = f64(uniform(1, 128, 32), uniform(2, 32, 128))
    report("sgemm", lambda: a @ b, [], None)
    for d in (64, 256):
        x, y = f64(bf16(uniform(1, n, d)), bf16(uniform(2, m, d)))
        report(f"logsumexp_dot_k{d}_bf16", lambda: jax.nn.logsumexp(x @ y.T, axis=1), [], None)
    a, b = f64(bf16(uniform(1, 128, 32)), bf16(uniform(2, 32, 128)))
    report("sgemm_bf16", lambda: a @ b, [], None)
    (source,) = f64(uniform(1, 2**16))
    report("memory_copy", lambda: source, [], None)


def labelled(n=128, d=16):
    (z,), label = f64(unit(uniform(1, n, d))), integers(2, 10, n)
    same, other = label[:, None] == label[None], ~numpy.eye(n, dtype=bool)

    def supcon(z):
        s = z @ z.T / 0.1
        share = s - jax.nn.logsumexp(np.where(other, s, -np.inf), axis=1, keepdims=True)
        pairs = same & other
        return -(np.where(pairs, share, 0).sum(1) / numpy.maximum(pairs.sum(1), 1)).mean()

    def triplet(z):
        squares = d2(z, z)
        distance = np.where(other, np.sqrt(np.where(other, squares, 1)), 0)
        far = np.where(same & other, distance, -np.inf).max(1)
        near = np.where(~same, distance, np.inf).min(1)
        return np.maximum(0, 0.2 + far - near).mean()

    report("supcon", supcon, [z])
    report("triplet_batch_hard", triplet, [z])


def mmd2(n=200, m=300, d=64):
    x, y = f64(uniform(1, n, d), uniform(2, m, d, scale=0.5) + numpy.float32(0.25))
    k = lambda a, b: np.exp(-d2(a, b) / d)
    within = lambda a: (k(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))
    report("mmd2_rbf_unbiased", lambda x: within(x) + within(y) - 2 * k(x, y).mean(), [x])


def ksd(n=200, d=8):
    (x,) = f64(uniform(1, n, d, scale=2))
    r2 = d2(x, x)
    k = (1 + r2) ** -0.5
    stein = x @ x.T * k + (d - r2) * k**3 - 3 * r2 * k**5
    value = (stein.sum() - np.trace(stein)) / (n * (n - 1))
    report("ksd_imq", lambda: value, [], None)


def mixture(n=1000, components=8, d=16):
    x, means, v, logits = f64(uniform(1, n, d, scale=2), uniform(2, components, d), uniform(3, components, d),
                              uniform(4, components))

    def loglik(means, v, logits):
        exponent = ((x[:, None] - means[None]) ** 2 * np.exp(-v) + v + np.log(2 * np.pi)).sum(-1)
        return jax.nn.logsumexp(jax.nn.log_softmax(logits) - exponent / 2, axis=1).mean()

    report("gmm_diag_loglik", loglik, [means, v, logits])


def rest():
    x, centroids = f64(uniform(1, 1000, 64), uniform(2, 16, 64))
    report("kmeans_assign", lambda: d2(x, centroids).min(1).mean(), [], None)
    student, teacher = f64(uniform(1, 50, 1000, scale=4), uniform(2, 50, 1000, scale=4))
    log_q = jax.nn.log_softmax(teacher / 2, axis=1)
    report("kl_distillation",
           lambda s: 4 * (np.exp(log_q) * (log_q - jax.nn.log_softmax(s / 2, axis=1))).sum(1).mean(), [student])
    (logits,), target = f64(uniform(1, 1000, scale=6)), integers(2, 2, 1000) == 1

    def focal(l):
        log_p = np.where(target, jax.nn.log_sigmoid(l), jax.nn.log_sigmoid(-l))
        return (-np.where(target, 0.25, 0.75) * (1 - np.exp(log_p)) ** 2 * log_p).mean()

    report("focal_loss", focal, [logits])
    x, y, g = f64(uniform(1, 300, 3), uniform(2, 200, 3), uniform(3, 200, scale=0.25))
    report("sinkhorn_step", lambda: -0.05 * jax.nn.logsumexp((g[None] - d2(x, y)) / 0.05, axis=1), [], None)
    p, t = f64(uniform(1, 32, 16), uniform(2, 32, 16))
    report("call_overhead", lambda: ((p - t) ** 2).mean(), [], None)


print("# workload, value, norm of the gradient; made by expected.py")
matvec("gaussian_matvec", 500, 700, 3, d2, True)
matvec("gaussian_matvec_d64", 300, 200, 64, d2, True)
matvec("gaussian_matvec_d64_dot", 300, 200, 64, d2, None)
matvec("laplacian_l1_matvec", 300, 200, 16, lambda x, y: abs(x[:, None] - y[None]).sum(-1), None)
cross_entropy("softmax_cross_entropy", 50, 1000)
cross_entropy("cross_entropy_rows_small", 500, 10)
products()
clip()
linear()
labelled()
mmd2()
ksd()
mixture()
rest()
