"""PyTorch's everyday loop: a shuffled index, its fastest optimizers, the loss read each step."""

import shutil

import runner


class Eager:
    """PyTorch as it runs by default."""

    name = "torch-eager"
    departs = ""
    compiled = False

    def __init__(self, workload):
        import torch

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        if self.compiled and not shutil.which("g++"):
            raise RuntimeError("torch.compile needs a C++ compiler")
        self.torch, self.workload = torch, workload
        self.version = f"PyTorch {torch.__version__}"
        x, y, labels = runner.read_rows(workload)
        self.x = torch.from_numpy(x)
        self.y = torch.from_numpy(y)
        if workload["name"] == "larger":
            self.y = torch.from_numpy(labels).long()
        self.model = self.build()
        if workload["kind"] == "training":
            self.step, self.loss = self.stepper(self.model)
        else:
            self.answer = torch.compile(self.model) if self.compiled else self.model

    def build(self):
        nn, units = self.torch.nn, self.workload["units"]
        model = nn.Sequential()
        for inputs, count in zip(units, units[1:]):
            model.extend([nn.Linear(inputs, count), nn.ReLU()])
        model.pop(-1)
        with self.torch.no_grad():
            for parameter, first in zip(model.parameters(), runner.read_weights(self.workload)):
                # PyTorch keeps a kernel as [units, inputs].
                parameter.copy_(self.torch.from_numpy(first.T))
        return model

    def stepper(self, model):
        """The step on one batch, and the loss by itself."""
        torch, name, weights = self.torch, self.workload["name"], model.parameters()
        judge = torch.nn.CrossEntropyLoss() if name == "larger" else torch.nn.MSELoss()
        if name == "article":
            optimizer = torch.optim.SGD(weights, lr=0.01, fused=True)
        elif name == "larger":
            optimizer = torch.optim.Adam(weights, lr=0.001, eps=1e-7, fused=True)
        else:
            optimizer = torch.optim.RMSprop(weights, lr=0.001, alpha=0.9, eps=1e-7)
        update = optimizer.step

        def loss(x, y):
            return judge(model(x), y)

        batch_loss = loss
        if self.compiled:
            batch_loss = torch.compile(loss, dynamic=False)
            # A fused optimizer is one kernel already.
            if not optimizer.defaults.get("fused"):
                update = torch.compile(update)

        def step(x, y):
            optimizer.zero_grad(set_to_none=True)
            result = batch_loss(x, y)
            result.backward()
            update()
            return result.item()

        return step, loss

    def check(self, rows):
        torch, x, y = self.torch, self.x[:rows], self.y[:rows]
        if self.workload["kind"] == "inference":
            with torch.inference_mode():
                return self.model(x).abs().mean().item()
        step, loss = self.stepper(self.build())
        size = self.workload["batch_size"]
        for row in range(0, rows, size):
            step(x[row : row + size], y[row : row + size])
        with torch.no_grad():
            return loss(x, y).item()

    def train(self, rows):
        torch, x, y, size = self.torch, self.x, self.y, self.workload["batch_size"]
        distinct = min(rows, len(x))

        def run():
            for _ in range(rows // distinct):
                total = 0.0
                order = torch.randperm(distinct)
                for row in range(0, distinct, size):
                    places = order[row : row + size]
                    total += len(places) * self.step(x[places], y[places])
            return total / distinct

        return runner.timed(run)

    def infer(self, call):
        size = self.workload["rows"]
        row = size * (call % (len(self.x) // size))
        with self.torch.inference_mode():
            return float(self.answer(self.x[row : row + size]).numpy()[0, 0])


class Compiled(Eager):
    """Loss, slopes and unfused optimizers compiled by torch.compile."""

    name = "torch-compiled"
    compiled = True
