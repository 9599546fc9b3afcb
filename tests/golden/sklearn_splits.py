"""Writes sklearn_splits.json: where real scikit-learn's splitters put each row.

pip install scikit-learn; python tests/golden/sklearn_splits.py
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import model_selection as ms

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def parts(splitter, rows, y=None, groups=None):
    x = np.zeros((rows, 1))
    return [
        {"train": train.tolist(), "test": test.tolist()}
        for train, test in splitter.split(x, y, groups)
    ]


def test_only(splitter, rows, y=None, groups=None):
    return [part["test"] for part in parts(splitter, rows, y, groups)]


plain = [
    {"rows": rows, "folds": folds, "tests": test_only(ms.KFold(folds), rows)}
    for rows, folds in ((10, 3), (23, 5), (7, 7), (12, 4))
]

stratified = []
for rows, folds, classes in ((30, 3, 2), (57, 5, 4), (41, 4, 6), (20, 2, 1)):
    labels = rng.choice(classes, rows, p=rng.dirichlet(np.ones(classes) * 3))
    tests = test_only(ms.StratifiedKFold(folds), rows, labels)
    stratified.append({"folds": folds, "labels": labels.tolist(), "tests": tests})

grouped = []
for folds, sizes in ((3, [9, 2, 5, 7, 1, 4]), (4, [12, 3, 8, 1, 6, 2, 5, 4, 7]), (2, [3, 1])):
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    tests = test_only(ms.GroupKFold(folds), len(groups), None, groups)
    grouped.append({"folds": folds, "groups": groups.tolist(), "tests": tests})

# Groups and classes come in the order of their numbers, which settles ties alike.
stratified_grouped = []
for folds, many, classes in ((3, 12, 2), (4, 20, 3), (5, 25, 4), (2, 30, 2), (6, 40, 5)):
    groups = np.repeat(np.arange(many), rng.integers(1, 9, many))
    labels = rng.choice(classes, len(groups), p=rng.dirichlet(np.ones(classes) * 4))
    labels[:classes] = np.arange(classes)
    tests = test_only(ms.StratifiedGroupKFold(folds), len(groups), labels, groups)
    stratified_grouped.append(
        {"folds": folds, "groups": groups.tolist(), "labels": labels.tolist(), "tests": tests}
    )

series = [
    {
        "rows": rows,
        "folds": folds,
        "testSize": size,
        "gap": gap,
        "maxTrainSize": most,
        "splits": parts(
            ms.TimeSeriesSplit(folds, test_size=size, gap=gap, max_train_size=most), rows
        ),
    }
    for rows, folds, size, gap, most in (
        (6, 5, None, 0, None),
        (50, 4, None, 2, None),
        (40, 3, 5, 0, 12),
        (40, 3, 5, 4, 100),
    )
]

sizes = []
for rows, test_size, classes in ((150, 0.25, 3), (101, 0.1, 4), (37, 9, 2), (10, 0.35, 2)):
    weights = np.arange(1, classes + 1)
    labels = np.repeat(np.arange(classes), (weights * rows // weights.sum()))
    labels = np.concatenate([labels, np.zeros(rows - len(labels), int)])
    train, test = ms.train_test_split(
        np.arange(rows), test_size=test_size, stratify=labels, random_state=0
    )
    sizes.append(
        {
            "testSize": test_size,
            "labels": labels.tolist(),
            "train": np.bincount(labels[train], minlength=classes).tolist(),
            "test": np.bincount(labels[test], minlength=classes).tolist(),
        }
    )

out = {
    "sklearn": sklearn.__version__,
    "kFold": plain,
    "stratifiedKFold": stratified,
    "groupKFold": grouped,
    "stratifiedGroupKFold": stratified_grouped,
    "timeSeries": series,
    "trainTest": sizes,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
