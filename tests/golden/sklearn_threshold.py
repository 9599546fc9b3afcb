"""Writes sklearn_threshold.json: scores, and the best that any cut reaches by real scikit-learn's measures.

pip install scikit-learn; python tests/golden/sklearn_threshold.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import TunedThresholdClassifierCV

rng = np.random.default_rng(3)
COSTS = {"falsePositive": 1, "falseNegative": 5}


def cost(y, predicted):
    (_, false_positive), (false_negative, _) = metrics.confusion_matrix(y, predicted, labels=[0, 1])
    total = COSTS["falsePositive"] * false_positive + COSTS["falseNegative"] * false_negative
    return total / len(y)


measures = {
    "f1": lambda y, p: metrics.f1_score(y, p, zero_division=0),
    "accuracy": metrics.accuracy_score,
    "costs": lambda y, p: -cost(y, p),
}


class Scores(ClassifierMixin, BaseEstimator):
    """A classifier whose one feature is its probability."""

    def fit(self, x, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, x):
        return np.column_stack([1 - x[:, 0], x[:, 0]])

    def predict(self, x):
        return (x[:, 0] > 0.5).astype(int)


def case(rows, share, digits):
    y = (rng.random(rows) < share).astype(int)
    y[:2] = [0, 1]
    scores = 1 / (1 + np.exp(-(2.5 * y - 1.5 + rng.normal(0, 1.5, rows))))
    scores = np.float32(scores.round(digits)).astype(float)
    cuts = np.unique(np.concatenate([[-1], scores]))
    best = {
        name: max(measure(y, (scores > cut).astype(int)) for cut in cuts)
        for name, measure in measures.items()
    }
    tuned = {}
    for name, measure in measures.items():
        classifier = TunedThresholdClassifierCV(
            Scores().fit(None, None),
            scoring=metrics.make_scorer(measure),
            cv="prefit",
            refit=False,
            thresholds=200,
        ).fit(scores[:, None], y)
        tuned[name] = float(classifier.best_score_)
    return {"y": y.tolist(), "scores": scores.tolist(), "best": best, "tuned": tuned}


out = {
    "sklearn": sklearn.__version__,
    "costs": COSTS,
    "cases": [case(60, 0.5, 6), case(150, 0.1, 6), case(120, 0.3, 1), case(2, 0.5, 2)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
