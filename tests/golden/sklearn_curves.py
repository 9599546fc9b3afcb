"""Writes sklearn_curves.json: ROC and precision-recall curves, calibration and Kruskal-Wallis's H by the real libraries.

pip install scikit-learn scipy; python tests/golden/sklearn_curves.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import calibration, metrics

rng = np.random.default_rng(5)


def curves(actual, score):
    false_rate, true_rate, _ = metrics.roc_curve(actual, score, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(actual, score)
    return {
        "roc": {"x": false_rate.tolist(), "y": true_rate.tolist()},
        "auc": metrics.roc_auc_score(actual, score),
        "precisionRecall": {"x": recall[::-1].tolist(), "y": precision[::-1].tolist()},
        "averagePrecision": metrics.average_precision_score(actual, score),
    }


def float32(values):
    """Numbers that float32 holds exactly, so that both sides see the same ties."""
    return np.asarray(values, dtype=np.float32).astype(float)


# Rounded, so that many scores are equal.
actual = (rng.random(80) < 0.35).astype(int)
ties = float32(np.round(np.clip(0.3 * actual + rng.random(80) * 0.7, 0, 1), 1))
smooth = float32(np.clip(0.25 * actual + rng.random(80) * 0.75, 0, 1))
observed, predicted = calibration.calibration_curve(actual, smooth, n_bins=10)

classes = rng.integers(0, 3, 60)
logits = rng.normal(size=(60, 3)) + 1.2 * np.eye(3)[classes]
several = float32(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
several_auc = [metrics.roc_auc_score(classes == k, several[:, k]) for k in range(3)]
several_precision = [metrics.average_precision_score(classes == k, several[:, k]) for k in range(3)]

# Rows of the first two classes, and their two logits: what counts is the distance.
is_pair = classes < 2
pair = float32(3 * logits[is_pair, :2])
distance = pair[:, 1] - pair[:, 0]
pair_brier = metrics.brier_score_loss(classes[is_pair], 1 / (1 + np.exp(-distance)))

objectives = np.round(rng.normal(size=40), 1)
groups = rng.choice(["adam", "rmsprop", "sgd"], 40)
objectives[groups == "sgd"] += 1.0
h = stats.kruskal(*[objectives[groups == name] for name in np.unique(groups)]).statistic

out = {
    "sklearn": sklearn.__version__,
    "scipy": scipy.__version__,
    "actual": actual.tolist(),
    "ties": {"scores": ties.tolist(), **curves(actual, ties)},
    "smooth": {"scores": smooth.tolist(), **curves(actual, smooth)},
    "calibration": {
        "observed": observed.tolist(),
        "predicted": predicted.tolist(),
        "brier": metrics.brier_score_loss(actual, smooth),
    },
    "several": {
        "classes": classes.tolist(),
        "scores": several.tolist(),
        "auc": several_auc,
        "averagePrecision": several_precision,
    },
    "logits": float32(logits).tolist(),
    "pair": {
        "classes": classes[is_pair].tolist(),
        "logits": pair.tolist(),
        "auc": metrics.roc_auc_score(classes[is_pair], distance),
        "averagePrecision": metrics.average_precision_score(classes[is_pair], distance),
        "brier": pair_brier,
    },
    "kruskal": {"objectives": objectives.tolist(), "groups": groups.tolist(), "h": h},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
