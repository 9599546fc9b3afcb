"""The Python runners' half of the talk with bench/run.js: a line in, an object a line out.

Import it before any numeric library: it holds them all to one thread.
"""

import json
import math
import os
import sys
import time
from pathlib import Path

WINDOW = 0.2
PRODUCT_WINDOW = 0.008

LARGER = {"units": [784, 512, 512, 10], "data": "digits", "weights": "larger"}
WORKLOADS = {
    "article": {
        "kind": "training",
        "units": [784, 64, 64, 10],
        "data": "digits",
        "weights": "article",
        "batch_size": 32,
    },
    "larger": {"kind": "training", "batch_size": 128, **LARGER},
    "tiny": {
        "kind": "training",
        "units": [13, 32, 1],
        "data": "table",
        "weights": "tiny",
        "batch_size": 16,
    },
    "row": {"kind": "inference", "rows": 1, **LARGER},
    "rows": {"kind": "inference", "rows": 1000, **LARGER},
    "products": {"kind": "products"},
}
ROWS = {"digits": 10_000, "table": 16_384}
CHECK_ROWS = {"digits": 9_984, "table": 16_384}

# Rows of a batch, inputs, and units of a layer.
SHAPES = [
    (32, 784, 64),
    (32, 64, 64),
    (32, 64, 10),
    (128, 784, 512),
    (128, 512, 512),
    (128, 512, 10),
    (512, 512, 512),
    (1, 784, 512),
    (33, 785, 65),
    (7, 13, 5),
]
ORDERS = ["forward", "dX", "dW"]


def limit_threads():
    """One thread each, on the processor GLISSADE_BENCH_CPU if it is given."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    # A machine may hold OpenBLAS back to older instructions; here it shall choose for itself.
    for held in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(held, None)
    if "GLISSADE_BENCH_CPU" in os.environ:
        pin(int(os.environ["GLISSADE_BENCH_CPU"]))


def pin(processor=None):
    """One processor for all threads, for libraries whose threads cannot all be switched off."""
    if hasattr(os, "sched_setaffinity"):
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(allowed) if processor is None else processor})


def read(name, dtype="float32"):
    import numpy

    return numpy.fromfile(Path(os.environ["GLISSADE_BENCH_DATA"]) / name, dtype)


def read_rows(workload):
    """Inputs, targets, and the class of each row where rows have one."""
    digits = workload["data"] == "digits"
    x = read(f"{workload['data']}.x.f32").reshape(-1, workload["units"][0])
    y = read("digits.onehot.f32" if digits else "table.y.f32")
    labels = read("digits.labels.i32", "int32") if digits else None
    return x, y.reshape(-1, workload["units"][-1]), labels


def read_weights(workload):
    """First weights: a kernel [inputs, units] and a bias of each layer, in one list."""
    rest = read(f"{workload['weights']}.weights.f32")
    weights = []
    for inputs, units in zip(workload["units"], workload["units"][1:]):
        weights.append(rest[: inputs * units].reshape(inputs, units).copy())
        weights.append(rest[inputs * units : (inputs + 1) * units].copy())
        rest = rest[(inputs + 1) * units :]
    return weights


def timed(run):
    """`run` with the seconds that it took beside its loss."""

    def timed_run():
        began = time.perf_counter()
        loss = run()
        return loss, time.perf_counter() - began

    return timed_run


def training(workload, contestant):
    """Windows of whole epochs, or of a part that takes a second where an epoch takes longer."""
    rows = ROWS[workload["data"]]
    run = contestant.train(rows)
    duration = min(run()[1] for _ in range(3))
    if duration > 1:
        rows = math.ceil(rows / duration / workload["batch_size"]) * workload["batch_size"]
    else:
        rows *= max(1, round(WINDOW / duration))
    run = contestant.train(rows)
    run()

    def window():
        loss, seconds = run()
        return {"count": rows, "seconds": seconds, "loss": loss}

    return window


def inference(workload, contestant):
    """Windows of calls over the rows in turn."""

    def window():
        calls = 0
        began = now = time.perf_counter()
        while now - began < WINDOW:
            contestant.infer(calls)
            calls += 1
            now = time.perf_counter()
        return {"count": calls * workload["rows"], "seconds": now - began}

    window()
    return window


def products(_, contestant):
    """Windows of every shape in every order."""
    cells = [(s, order, contestant.multiply(s, order)) for s in SHAPES for order in ORDERS]

    def window():
        count = []
        began = time.perf_counter()
        for (m, k, n), order, run in cells:
            made = 0
            start = now = time.perf_counter()
            while now - start < PRODUCT_WINDOW:
                made += run()
                now = time.perf_counter()
            gflops = 2e-9 * made * m * k * n / (now - start)
            count.append({"shape": [m, k, n], "order": order, "gflops": gflops})
        return {"count": count, "seconds": time.perf_counter() - began}

    window()
    return window


def own_output():
    """Standard output for the answers alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    return say


def serve(contestant_class):
    """Runs one workload as asked.

    `contestant_class(workload)` has `name`, `version`, `departs`, `check(rows)`, and what
    the kind of workload wants: `train(rows)`, which gives a function that trains so many rows and
    returns their last loss and the seconds; `infer(call)`, which answers a batch and reads the
    answer back; or `multiply(shape, order)`, which gives a function that makes so many products
    and says how many.
    """
    say = own_output()
    workload = {"name": sys.argv[1], **WORKLOADS[sys.argv[1]]}
    kind = workload["kind"]
    needed = {"training": "train", "inference": "infer", "products": "multiply"}[kind]
    try:
        if not hasattr(contestant_class, needed):
            raise RuntimeError(f"does not offer {workload['name']}")
        contestant = contestant_class(workload)
    except ModuleNotFoundError as error:
        say({"ready": False, "why": f"{error.name} is not installed"})
        return
    except (ImportError, RuntimeError) as error:
        say({"ready": False, "why": str(error).splitlines()[0]})
        return
    window = {"training": training, "inference": inference, "products": products}[kind](
        workload, contestant
    )
    about = {key: getattr(contestant, key) for key in ("name", "version", "departs")}
    say({"ready": True, **about})
    for line in sys.stdin:
        command, *rows = line.split()
        if command == "check" and kind == "products":
            say({})
        elif command == "check":
            usual = 1000 if kind == "inference" else CHECK_ROWS[workload["data"]]
            say({"loss": contestant.check(int(rows[0]) if rows else usual)})
        elif command == "window":
            say(window())
        elif command == "end":
            return


limit_threads()
