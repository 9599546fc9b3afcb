"""Writes torch_schedules.json: learning rates as real PyTorch's OneCycleLR gives them.

pip install torch==2.13.0; python tests/golden/torch_schedules.py
"""

import json
import pathlib

import torch

NAMES = {
    "max_lr": "maxLearningRate",
    "total_steps": "totalSteps",
    "pct_start": "warmupFraction",
    "div_factor": "initialDivisor",
    "final_div_factor": "finalDivisor",
    "anneal_strategy": "anneal",
}
ANNEAL = {"cos": "cosine", "linear": "linear"}

KINDS = [
    {"max_lr": 0.008, "total_steps": 25},
    {"max_lr": 0.1, "total_steps": 40, "anneal_strategy": "linear"},
    {"max_lr": 3.0, "total_steps": 20, "pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 4.0},
    {"max_lr": 0.01, "total_steps": 12, "pct_start": 0.0},
    {"max_lr": 0.01, "total_steps": 10, "pct_start": 0.25, "anneal_strategy": "linear", "final_div_factor": 1.0},
    {"max_lr": 1.0, "total_steps": 2, "pct_start": 0.9},
    {"max_lr": 1.0, "total_steps": 1},
]


def rates(options):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, **options)
    rows = []
    for _ in range(options["total_steps"]):
        rows.append(float(schedule.get_last_lr()[0]))
        optimizer.step()
        if len(rows) < options["total_steps"]:
            schedule.step()
    return rows


def camel(options):
    return {NAMES[key]: ANNEAL.get(value, value) for key, value in options.items()}


out = {"torch": torch.__version__, "rows": [{"options": camel(one), "rates": rates(one)} for one in KINDS]}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
