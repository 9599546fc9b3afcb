"""NumPy on its OpenBLAS: the steps by hand, every array written in place."""

import math

import runner

EPSILON = 1e-7


class Layer:
    """A dense layer with buffers for `rows` rows: outputs = inputs kernel + bias."""

    def __init__(self, np, kernel, bias, rows, relu):
        self.np = np
        self.kernel, self.bias, self.relu = kernel, bias, relu
        inputs, units = kernel.shape
        self.outputs = np.empty((rows, units), np.float32)
        self.slopes = np.empty((rows, units), np.float32)
        self.positive = np.empty((rows, units), bool)
        self.kernel_slopes = np.empty_like(kernel)
        self.bias_slopes = np.empty_like(bias)

    def forward(self, x):
        outputs = self.outputs[: len(x)]
        self.np.matmul(x, self.kernel, out=outputs)
        outputs += self.bias
        if self.relu:
            self.np.maximum(outputs, 0, out=outputs)
        return outputs

    def backward(self, x, below):
        """From `slopes`, the loss by the sums, those by the weights and by the layer below."""
        np, slopes = self.np, self.slopes[: len(x)]
        np.matmul(x.T, slopes, out=self.kernel_slopes)
        slopes.sum(axis=0, out=self.bias_slopes)
        if below:
            down, positive = below.slopes[: len(x)], below.positive[: len(x)]
            np.matmul(slopes, self.kernel.T, out=down)
            np.greater(below.outputs[: len(x)], 0, out=positive)
            down *= positive


class Sgd:
    def __init__(self, np, layers, rate=0.01):
        self.pairs = list(pairs_of(layers))
        self.rate = np.float32(rate)

    def step(self):
        for weight, slope in self.pairs:
            slope *= self.rate
            weight -= slope


class RmsProp:
    def __init__(self, np, layers, rate=0.001, rho=0.9):
        self.np, self.rate, self.rho = np, rate, rho
        self.slots = [(*p, *(np.zeros_like(p[0]) for _ in range(2))) for p in pairs_of(layers)]

    def step(self):
        np = self.np
        for weight, slope, square, scratch in self.slots:
            np.multiply(slope, slope, out=scratch)
            scratch *= 1 - self.rho
            square *= self.rho
            square += scratch
            np.sqrt(square, out=scratch)
            scratch += EPSILON
            np.divide(slope, scratch, out=slope)
            slope *= self.rate
            weight -= slope


class Adam:
    """Both corrections of the bias are in the rate: Kingma & Ba 2015, end of section 2."""

    def __init__(self, np, layers, rate=0.001, beta1=0.9, beta2=0.999):
        self.np, self.rate, self.betas, self.steps = np, rate, (beta1, beta2), 0
        self.slots = [(*p, *(np.zeros_like(p[0]) for _ in range(3))) for p in pairs_of(layers)]

    def step(self):
        np, (beta1, beta2) = self.np, self.betas
        self.steps += 1
        rate = self.rate * math.sqrt(1 - beta2**self.steps) / (1 - beta1**self.steps)
        for weight, slope, mean, square, scratch in self.slots:
            np.multiply(slope, slope, out=scratch)
            scratch *= 1 - beta2
            square *= beta2
            square += scratch
            slope *= 1 - beta1
            mean *= beta1
            mean += slope
            np.sqrt(square, out=scratch)
            scratch += EPSILON
            np.divide(mean, scratch, out=scratch)
            scratch *= rate
            weight -= scratch


def pairs_of(layers):
    for layer in layers:
        yield layer.kernel, layer.kernel_slopes
        yield layer.bias, layer.bias_slopes


def squared_error(np, outputs, y, slopes):
    """The mean of (outputs - y)^2, and its slopes."""
    np.subtract(outputs, y, out=slopes)
    loss = float(np.vdot(slopes, slopes)) / slopes.size
    slopes *= np.float32(2 / slopes.size)
    return loss


def crossentropy(np, logits, y, slopes):
    """The mean of -sum(y log softmax(logits)), and its slopes."""
    np.subtract(logits, logits.max(axis=1, keepdims=True), out=slopes)
    correct = float(np.vdot(slopes, y))
    np.exp(slopes, out=slopes)
    sums = slopes.sum(axis=1, keepdims=True)
    slopes /= sums
    slopes -= y
    slopes *= np.float32(1 / len(y))
    return (float(np.log(sums).sum()) - correct) / len(y)


class Network:
    def __init__(self, np, workload, rows):
        weights = runner.read_weights(workload)
        last = len(weights) // 2 - 1
        self.np, self.rows = np, rows
        self.layers = [
            Layer(np, *weights[2 * i : 2 * i + 2], rows, relu=i < last) for i in range(last + 1)
        ]
        optimizers = {"article": Sgd, "larger": Adam, "tiny": RmsProp}
        self.loss = crossentropy if workload["name"] == "larger" else squared_error
        if workload["kind"] == "training":
            self.optimizer = optimizers[workload["name"]](np, self.layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def step(self, x, y):
        outputs = self.forward(x)
        loss = self.loss(self.np, outputs, y, self.layers[-1].slopes[: len(x)])
        for below, layer in reversed(list(zip([None, *self.layers], self.layers))):
            layer.backward(below.outputs[: len(x)] if below else x, below)
        self.optimizer.step()
        return loss


class Numpy:
    name = "numpy-openblas"
    departs = ""

    def __init__(self, workload):
        import numpy

        self.np, self.workload = numpy, workload
        self.version = f"NumPy {numpy.__version__}"
        if workload["kind"] != "products":
            self.x, self.y, _ = runner.read_rows(workload)
            self.batch_size = workload.get("batch_size", workload.get("rows"))
            self.network = Network(numpy, workload, self.batch_size)

    def check(self, rows):
        np, x, y = self.np, self.x[:rows], self.y[:rows]
        judge = Network(np, self.workload, rows)
        if self.workload["kind"] == "inference":
            return float(np.abs(judge.forward(x)).mean())
        for row in range(0, rows, self.batch_size):
            batch = slice(row, row + self.batch_size)
            judge.step(x[batch], y[batch])
        return judge.loss(np, judge.forward(x), y, judge.layers[-1].slopes)

    def train(self, rows):
        """Shuffles, gathers each batch and trains on it; the loss is the mean of all."""
        np, x, y, size = self.np, self.x, self.y, self.batch_size
        distinct = min(rows, len(x))
        generator = np.random.default_rng()
        batch_x = np.empty((size, x.shape[1]), np.float32)
        batch_y = np.empty((size, y.shape[1]), np.float32)

        def run():
            for _ in range(rows // distinct):
                total = 0
                order = generator.permutation(distinct)
                for row in range(0, distinct, size):
                    places = order[row : row + size]
                    some_x, some_y = batch_x[: len(places)], batch_y[: len(places)]
                    # "clip" lets take write into `out` without a copy.
                    np.take(x, places, axis=0, out=some_x, mode="clip")
                    np.take(y, places, axis=0, out=some_y, mode="clip")
                    total += len(places) * self.network.step(some_x, some_y)
            return total / distinct

        return runner.timed(run)

    def infer(self, call):
        size = self.batch_size
        row = size * (call % (len(self.x) // size))
        return float(self.network.forward(self.x[row : row + size])[0, 0])

    def multiply(self, shape, order):
        np, (m, k, n) = self.np, shape
        x, w, y = (np.ones(s, np.float32) for s in ((m, k), (k, n), (m, n)))
        left, right, out = {"forward": (x, w, y), "dX": (y, w.T, x), "dW": (x.T, y, w)}[order]
        out = np.empty_like(out)
        times = math.ceil(2e6 / (m * k * n))

        def run():
            for _ in range(times):
                np.matmul(left, right, out=out)
            return times

        return run


runner.serve(Numpy)
