"""Writes torch_schedules.json: learning rates as real PyTorch's schedulers give them.

pip install torch==2.13.0; python tests/golden/torch_schedules.py
"""

import json
import pathlib
import random
import warnings

import torch
from torch.optim import lr_scheduler

warnings.simplefilter("ignore")
draw = random.Random(16)
CASES = 8
STEPS = 40

ANNEAL = {"cos": "cosine", "linear": "linear"}
MODES = {"triangular": "triangular", "triangular2": "triangular2", "exp_range": "expRange"}


def number(low, high):
    """Spread evenly over the magnitudes, with few digits."""
    return float(f"{low * (high / low) ** draw.random():.4g}")


def some(**options):
    """Each option, or PyTorch's own default."""
    return {key: value for key, value in options.items() if draw.random() < 0.6}


# Each of the following draws PyTorch's scheduler with its options, and glissade's options for the same rates.


def exponential(rate):
    gamma = number(0.5, 1.1)
    own = {"initialLearningRate": rate, "decaySteps": 1, "decayRate": gamma}
    return lr_scheduler.ExponentialLR, {"gamma": gamma}, own


def constant(rate):
    options = {"factor": number(0.1, 1), "total_iters": draw.randint(1, STEPS)}
    own = {"boundaries": [options["total_iters"] - 1], "values": [rate * options["factor"], rate]}
    return lr_scheduler.ConstantLR, options, own


def polynomial(rate):
    options = {"total_iters": draw.randint(1, STEPS), **some(power=number(0.3, 4))}
    own = {
        "initialLearningRate": rate,
        "decaySteps": options["total_iters"],
        "endLearningRate": 0,
        "power": options.get("power", 1),
    }
    return lr_scheduler.PolynomialLR, options, own


def cosine(rate):
    options = {"T_max": draw.randint(STEPS, 2 * STEPS), **some(eta_min=rate * draw.random())}
    alpha = options.get("eta_min", 0) / rate
    own = {"initialLearningRate": rate, "decaySteps": options["T_max"], "alpha": alpha}
    return lr_scheduler.CosineAnnealingLR, options, own


def restarts(rate):
    options = {
        "T_0": draw.randint(1, 15),
        **some(T_mult=draw.randint(1, 3), eta_min=rate * draw.random()),
    }
    own = {
        "initialLearningRate": rate,
        "firstDecaySteps": options["T_0"],
        "tMul": options.get("T_mult", 1),
        "alpha": options.get("eta_min", 0) / rate,
    }
    return lr_scheduler.CosineAnnealingWarmRestarts, options, own


def linear(rate):
    factors = some(start_factor=number(0.01, 1), end_factor=draw.random())
    names = {"start_factor": "startFactor", "end_factor": "endFactor"}
    total = draw.randint(1, STEPS)
    own = {
        "learningRate": rate,
        "totalSteps": total,
        **{names[key]: value for key, value in factors.items()},
    }
    return lr_scheduler.LinearLR, {"total_iters": total, **factors}, own


def step(rate):
    gamma = some(gamma=number(0.05, 1.2))
    options = {"step_size": draw.randint(1, 30), **gamma}
    own = {"initialLearningRate": rate, "stepSize": options["step_size"], **gamma}
    return lr_scheduler.StepLR, options, own


def milestones(count):
    return sorted(draw.sample(range(1, STEPS), count))


def multi_step(rate):
    options = {"milestones": milestones(draw.randint(1, 5)), **some(gamma=number(0.05, 1.2))}
    return lr_scheduler.MultiStepLR, options, {"initialLearningRate": rate, **options}


def cyclic(rate):
    mode = draw.choice(list(MODES))
    options = {
        "max_lr": rate * number(1.5, 20),
        "step_size_up": draw.randint(1, 15),
        **some(step_size_down=draw.randint(1, 15)),
        "mode": mode,
        **({"gamma": number(0.9, 1)} if mode == "exp_range" else {}),
    }
    names = {"max_lr": "maxLearningRate", "step_size_up": "stepSizeUp", "step_size_down": "stepSizeDown"}
    own = {
        "baseLearningRate": rate,
        **{names.get(key, key): value for key, value in options.items()},
        "mode": MODES[mode],
    }
    return lr_scheduler.CyclicLR, {"base_lr": rate, "cycle_momentum": False, **options}, own


def one_cycle(rate):
    names = {
        "max_lr": "maxLearningRate",
        "total_steps": "totalSteps",
        "pct_start": "warmupFraction",
        "div_factor": "initialDivisor",
        "final_div_factor": "finalDivisor",
        "anneal_strategy": "anneal",
    }
    options = {
        "max_lr": rate,
        "total_steps": draw.choice([1, 2, STEPS, draw.randint(3, STEPS)]),
        **some(
            pct_start=draw.choice([0.0, round(draw.random(), 2)]),
            div_factor=number(1, 50),
            final_div_factor=number(1, 1e4),
            anneal_strategy=draw.choice(list(ANNEAL)),
        ),
    }
    own = {names[key]: ANNEAL.get(value, value) for key, value in options.items()}
    return lr_scheduler.OneCycleLR, {**options, "cycle_momentum": False}, own


NAMES = {
    "exponentialDecay": [exponential],
    "piecewiseConstantDecay": [constant],
    "polynomialDecay": [polynomial],
    "cosineDecay": [cosine],
    "cosineDecayRestarts": [restarts],
    "linear": [linear],
    "step": [step, multi_step],
    "cyclic": [cyclic],
    "oneCycle": [one_cycle],
}


def rates(rate, make, steps=STEPS):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=rate)
    schedule = make(optimizer)
    rows = []
    for _ in range(steps):
        rows.append(float(schedule.get_last_lr()[0]))
        optimizer.step()
        if len(rows) < steps:
            schedule.step()
    return rows


def row(name, kind):
    rate = number(1e-5, 10)
    scheduler, options, own = kind(rate)
    steps = own["totalSteps"] if name == "oneCycle" else STEPS
    return {
        "name": name,
        "options": own,
        "torch": scheduler.__name__,
        "rates": rates(rate, lambda optimizer: scheduler(optimizer, **options), steps),
    }


def sequence():
    """A warm-up along a line, and what may follow it."""
    rate = number(1e-5, 10)
    joints = milestones(draw.randint(1, 2))
    followers = draw.sample(["exponentialDecay", "step", "cosineDecay", "polynomialDecay"], len(joints))
    parts = [("linear", linear(rate)), *((name, NAMES[name][0](rate)) for name in followers)]

    def make(optimizer):
        schedulers = [kind(optimizer, **options) for _, (kind, options, _) in parts]
        return lr_scheduler.SequentialLR(optimizer, schedulers, joints)

    schedules = [{"name": name, "options": own} for name, (_, _, own) in parts]
    options = {"schedules": schedules, "milestones": joints}
    return {
        "name": "sequential",
        "options": options,
        "torch": "SequentialLR",
        "rates": rates(rate, make),
    }


def compact(value):
    return json.dumps(value, separators=(",", ":"))


rows = [row(name, kind) for name, kinds in NAMES.items() for kind in kinds for _ in range(CASES)]
rows += [sequence() for _ in range(CASES)]
lines = ",\n".join(" " + compact(one) for one in rows)
version = torch.__version__.split("+")[0]
pathlib.Path(__file__).with_suffix(".json").write_text(
    f'{{\n"torch": "{version}",\n"rows": [\n{lines}\n]\n}}\n'
)
