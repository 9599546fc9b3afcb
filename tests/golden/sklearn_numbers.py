"""Writes sklearn_numbers.json: metrics, reports and weights as real scikit-learn computes them.

pip install scikit-learn; python tests/golden/sklearn_numbers.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics, preprocessing, utils

rng = np.random.default_rng(7)
actual = rng.integers(0, 5, 60)
predicted = np.where(rng.random(60) < 0.6, actual, rng.integers(0, 4, 60))
weights = rng.random(60)
score = {
    average: [
        metrics.f1_score(actual, predicted, average=average, zero_division=0),
        metrics.f1_score(actual, predicted, average=average, zero_division=0, sample_weight=weights),
    ]
    for average in ("macro", "micro", "weighted")
}
x = rng.normal(size=(6, 3)) * 4 + 1
classes = np.unique(actual)
out = {
    "sklearn": sklearn.__version__,
    "actual": actual.tolist(),
    "predicted": predicted.tolist(),
    "weights": weights.tolist(),
    "confusion": metrics.confusion_matrix(actual, predicted).tolist(),
    "report": metrics.classification_report(actual, predicted, output_dict=True, zero_division=0),
    "f1": score,
    "balanced": utils.class_weight.compute_class_weight("balanced", classes=classes, y=actual).tolist(),
    "x": x.tolist(),
    "standardized": preprocessing.StandardScaler().fit_transform(x).tolist(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
