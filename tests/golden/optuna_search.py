"""Writes optuna_search.json: decisions of Optuna's pruners, densities of its Parzen estimator, and what its TPE reaches.

pip install optuna==5.0.0 numpy; python tests/golden/optuna_search.py
"""

import functools
import json
import math
import pathlib
import statistics

import numpy
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import RandomSampler, TPESampler
from optuna.samplers._tpe.sampler import _split_trials, default_gamma

optuna.logging.set_verbosity(optuna.logging.ERROR)

# Which of equal observations comes first is otherwise up to the processor.
numpy.argsort = functools.partial(numpy.argsort, kind="stable")

RNG = numpy.random.default_rng(7)
TRIALS = 24
EPOCHS = 20


def curves():
    """Costs that fall towards a level of each trial's own, with some noise, to two digits so that some are equal."""
    levels = RNG.uniform(0, 1, TRIALS)
    epochs = numpy.arange(1, EPOCHS + 1)
    noise = RNG.normal(0, 0.05, (TRIALS, EPOCHS))
    return numpy.round(levels[:, None] + 1 / epochs + noise, 2).tolist()


def ends(pruner, first, costs):
    """After how many epochs each trial ended, where Optuna counts steps from `first`."""
    study = optuna.create_study(pruner=pruner)
    lengths = []
    for row in costs:
        trial = study.ask()
        length = len(row)
        for epoch, value in enumerate(row):
            trial.report(value, epoch + first)
            if epoch + 1 < len(row) and trial.should_prune():
                length = epoch + 1
                break
        pruned = length < len(row)
        state = optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE
        study.tell(trial, None if pruned else row[-1], state=state)
        lengths.append(length)
    return lengths


MEDIANS = [
    {},
    {"startupTrials": 1},
    {"startupTrials": 3, "warmupEpochs": 4},
    {"startupTrials": 2, "warmupEpochs": 3, "interval": 4},
    {"startupTrials": 0, "interval": 5},
]
HALVINGS = [{}, {"factor": 2}, {"factor": 3, "minEpochs": 2}, {"factor": 2, "minEpochs": 5}]


def median(options):
    return optuna.pruners.MedianPruner(
        n_startup_trials=options.get("startupTrials", 5),
        n_warmup_steps=options.get("warmupEpochs", 0),
        interval_steps=options.get("interval", 1),
    )


def halving(options):
    return optuna.pruners.SuccessiveHalvingPruner(
        min_resource=options.get("minEpochs", 1), reduction_factor=options.get("factor", 4)
    )


def pruned(kinds, make, first):
    studies = []
    for options in kinds:
        costs = curves()
        studies.append({"options": options, "costs": costs, "ends": ends(make(options), first, costs)})
    return studies


SPACE = {
    "dropout": FloatDistribution(0, 0.5),
    "rate": FloatDistribution(1e-5, 1, log=True),
    "depth": IntDistribution(1, 4),
    "units": IntDistribution(4, 200, log=True),
    "decay": FloatDistribution(0, 1, step=0.25),
    "optimizer": CategoricalDistribution(("sgd", "adam", "rmsprop")),
}


def params():
    return {
        "dropout": float(RNG.uniform(0, 0.5)),
        "rate": float(numpy.exp(RNG.uniform(math.log(1e-5), 0))),
        "depth": int(RNG.integers(1, 5)),
        "units": int(RNG.integers(4, 201)),
        "decay": 0.25 * int(RNG.integers(0, 5)),
        "optimizer": ["sgd", "adam", "rmsprop"][RNG.integers(0, 3)],
    }


def parzen(count, pruned):
    """Trials, the numbers of the good ones, and the logarithms of both densities at some points."""
    study = optuna.create_study()
    trials = []
    for number in range(count):
        costs = numpy.round(RNG.uniform(0, 1, 3), 2).tolist()
        early = number in pruned
        costs = costs[: pruned[number]] if early else costs
        trials.append({"params": params(), "costs": costs, "pruned": early})
        study.add_trial(
            optuna.trial.create_trial(
                params=trials[-1]["params"],
                distributions=SPACE,
                value=None if early else costs[-1],
                intermediate_values=dict(enumerate(costs)),
                state=optuna.trial.TrialState.PRUNED if early else optuna.trial.TrialState.COMPLETE,
            )
        )
    sampler = TPESampler()
    good, others = _split_trials(study, study.trials, default_gamma(count))
    points = [params() for _ in range(12)]
    inner = {n: numpy.array([d.to_internal_repr(p[n]) for p in points]) for n, d in SPACE.items()}
    # From densities over the numbers themselves to densities over shares of their range.
    offset = math.log(0.5) + math.log(math.log(1e5))
    densities = [
        (sampler._build_parzen_estimator(study, SPACE, some, handle_below=below).log_pdf(inner) + offset).tolist()
        for some, below in ((good, True), (others, False))
    ]
    return {
        "trials": trials,
        "good": [trial.number for trial in good],
        "points": points,
        "logGood": densities[0],
        "logOthers": densities[1],
    }


def bowl(trial):
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    dropout = trial.suggest_float("dropout", 0, 1)
    return (math.log10(rate) + 2.7) ** 2 + 4 * (dropout - 0.3) ** 2


def optimizers(trial):
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam", "rmsprop"])
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    depth = trial.suggest_int("depth", 1, 4)
    momentum = trial.suggest_float("momentum", 0, 1) if optimizer == "sgd" else 0.9
    best, penalty = {"sgd": (-1, 0.5), "adam": (-3, 0), "rmsprop": (-3.5, 0.2)}[optimizer]
    return (
        penalty + (math.log10(rate) - best) ** 2 + 0.3 * abs(depth - 2) + 2 * (momentum - 0.9) ** 2
    )


def reached(objective, sampler):
    """The median over seeds of the least cost of 50 trials."""
    best = []
    for seed in range(151):
        study = optuna.create_study(sampler=sampler(seed))
        study.optimize(objective, n_trials=50)
        best.append(study.best_value)
    return statistics.median(best)


def tpe(seed):
    return TPESampler(seed=seed, warn_independent_sampling=False)


golden = {
    "optuna": optuna.__version__,
    "median": pruned(MEDIANS, median, first=0),
    "halving": pruned(HALVINGS, halving, first=1),
    "parzen": [parzen(12, {}), parzen(30, {3: 2, 7: 1, 8: 2}), parzen(80, {})]
    + [parzen(11, {number: 1 + number % 3 for number in range(1, 11)})],
    "reached": {
        objective.__name__: {
            "random": reached(objective, lambda seed: RandomSampler(seed=seed)),
            "tpe": reached(objective, tpe),
        }
        for objective in (bowl, optimizers)
    },
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
