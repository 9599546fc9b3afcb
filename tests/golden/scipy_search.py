"""Writes scipy_search.json: SciPy's Sobol points and normal distribution, scikit-learn's rungs of successive halving.

pip install scipy==1.17.1 scikit-learn==1.9.1 numpy; python tests/golden/scipy_search.py
"""

import json
import pathlib

import numpy
import scipy
import sklearn
from scipy.stats import norm, qmc
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV

DIMENSIONS = 40
POINTS = 32
FAR = 100_000


def sobol(first, count):
    sequence = qmc.Sobol(DIMENSIONS, scramble=False, bits=32)
    if first:
        sequence.fast_forward(first)
    return (sequence.random(count) * 2**32).astype(numpy.int64).tolist()


class Trained(BaseEstimator):
    """Its score is its distance from a third, less what epochs are missing."""

    def __init__(self, x=0.0, epochs=1):
        self.x = x
        self.epochs = epochs

    def fit(self, data, target):
        return self

    def score(self, data, target):
        return -abs(self.x - 1 / 3) - 1 / self.epochs


def rungs(trials, epochs, **options):
    search = HalvingRandomSearchCV(
        Trained(),
        {"x": numpy.linspace(0, 1, 1001)},
        n_candidates=trials,
        resource="epochs",
        max_resources=epochs,
        cv=2,
        random_state=0,
        refit=False,
        min_resources=options.get("minEpochs", "exhaust"),
        factor=options.get("factor", 3),
    ).fit(numpy.zeros((4, 1)), numpy.zeros(4))
    table = search.cv_results_
    sizes = [[int(n), int(e)] for n, e in zip(search.n_candidates_, search.n_resources_)]
    tried = [[float(p["x"]), -float(s)] for p, s in zip(table["params"], table["mean_test_score"])]
    return {"trials": trials, "epochs": epochs, "options": options, "rungs": sizes, "tried": tried}


HALVINGS = [
    (9, 9, {}),
    (10, 30, {}),
    (20, 100, {}),
    (27, 5, {}),
    (2, 10, {}),
    (1, 7, {}),
    (16, 64, {"factor": 2}),
    (30, 50, {"factor": 4, "minEpochs": 2}),
    (9, 100, {"minEpochs": 1}),
    (50, 10, {"minEpochs": 4}),
    (12, 3, {"minEpochs": 3, "factor": 2}),
]

normal = [float(x) for x in numpy.linspace(-8, 8, 65)]
shares = [1e-9, 1e-5, 0.01, 0.2, 0.5, 0.77, 0.999, 1 - 1e-9]

golden = {
    "scipy": scipy.__version__,
    "sklearn": sklearn.__version__,
    "sobol": {"first": sobol(0, POINTS), "from": FAR, "later": sobol(FAR, 4)},
    "normal": [[x, float(norm.cdf(x))] for x in normal],
    "quantiles": [[p, float(norm.ppf(p))] for p in shares],
    "halving": [rungs(trials, epochs, **options) for trials, epochs, options in HALVINGS],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
