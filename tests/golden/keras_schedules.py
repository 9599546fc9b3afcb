"""Writes keras_schedules.json: learning rates as real Keras's schedules give them, in double precision.

Keras runs on PyTorch here: on JAX and NumPy its cosine is in single precision, whatever it is given.

pip install keras==3.15.1 torch==2.13.0; python tests/golden/keras_schedules.py
"""

import itertools
import json
import math
import os
import pathlib
import random

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch

keras.config.set_floatx("float64")

draw = random.Random(15)
CASES = 16


def number(low, high):
    """Spread evenly over the magnitudes, with few digits."""
    return float(f"{low * (high / low) ** draw.random():.4g}")


def some(**options):
    """Each option, or Keras's own default."""
    return {key: value for key, value in options.items() if draw.random() < 0.7}


def initial():
    return {"initial_learning_rate": number(1e-5, 10)}


def decay(longest=400):
    return {**initial(), "decay_steps": draw.randint(1, longest)}


def exponential():
    return {**decay(), "decay_rate": number(0.01, 1.5), **some(staircase=draw.random() < 0.5)}


def inverse_time():
    return {**decay(), "decay_rate": number(0.001, 30), **some(staircase=draw.random() < 0.5)}


def piecewise():
    boundaries = sorted(draw.sample(range(500), draw.randint(1, 6)))
    return {"boundaries": boundaries, "values": [number(1e-6, 1) for _ in range(len(boundaries) + 1)]}


def polynomial():
    return {
        **decay(),
        **some(
            end_learning_rate=number(1e-7, 1),
            power=draw.choice([0.5, 2.0, 3.0, number(0.1, 5)]),
            cycle=draw.random() < 0.6,
        ),
    }


def cosine():
    warmup = {"warmup_target": number(1e-4, 10), "warmup_steps": draw.randint(0, 100)}
    start = {"initial_learning_rate": draw.choice([0.0, number(1e-5, 1)])}
    kind = draw.choice([{}, {**start, **warmup}])
    return {**decay(), **some(alpha=round(draw.random(), 3)), **kind}


def restarts():
    return {
        **initial(),
        "first_decay_steps": draw.randint(1, 100),
        **some(
            t_mul=draw.choice([1.0, 1.25, 1.5, 2.0, 3.0]),
            m_mul=draw.choice([0.5, number(0.3, 1.2)]),
            alpha=round(draw.random(), 3),
        ),
    }


KINDS = {
    "exponentialDecay": (keras.optimizers.schedules.ExponentialDecay, exponential),
    "inverseTimeDecay": (keras.optimizers.schedules.InverseTimeDecay, inverse_time),
    "piecewiseConstantDecay": (keras.optimizers.schedules.PiecewiseConstantDecay, piecewise),
    "polynomialDecay": (keras.optimizers.schedules.PolynomialDecay, polynomial),
    "cosineDecay": (keras.optimizers.schedules.CosineDecay, cosine),
    "cosineDecayRestarts": (keras.optimizers.schedules.CosineDecayRestarts, restarts),
}


def steps_of(options):
    """The first ones, those about every place where something changes, and some between and beyond."""
    warmup = options.get("warmup_steps", 0)
    length = options.get("decay_steps") or options.get("first_decay_steps") or 200
    turns = options.get("boundaries", [length, 2 * length, 3 * length])
    if "first_decay_steps" in options:
        lengths = (length * options.get("t_mul", 2) ** i for i in range(7))
        turns = [math.ceil(step) for step in itertools.accumulate(lengths)]
    about = [warmup + turn + near for turn in turns for near in (-1, 0, 1)]
    some = [draw.randrange(warmup + 4 * length) for _ in range(8)]
    return sorted(step for step in {0, 1, 2, warmup, 20 * length, *about, *some} if step >= 0)


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def row(name, kind, options):
    schedule = kind(**options)
    steps = steps_of(options)
    return {
        "name": name,
        "options": {camel(key): value for key, value in options.items()},
        "steps": steps,
        "rates": [float(schedule(step)) for step in steps],
    }


def compact(value):
    return json.dumps(value, separators=(",", ":"))


rows = [row(name, kind, make()) for name, (kind, make) in KINDS.items() for _ in range(CASES)]
lines = ",\n".join(" " + compact(one) for one in rows)
torch_version = torch.__version__.split("+")[0]
versions = f'"keras": "{keras.__version__}",\n"torch": "{torch_version}"'
pathlib.Path(__file__).with_suffix(".json").write_text(f'{{\n{versions},\n"rows": [\n{lines}\n]\n}}\n')
