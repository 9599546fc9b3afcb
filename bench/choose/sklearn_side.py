"""The side of scikit-learn: MLPClassifier tuned by GridSearchCV inside each outer fold, tested on the rows outside.

    python bench/choose/sklearn_side.py [names of sets]

Writes build/choose/sklearn-<set>.json.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from scipy.sparse import csr_matrix
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Adam and SGD often need more than max_iter passes to meet the tolerance; the plan ends them there.
warnings.filterwarnings("ignore", category=ConvergenceWarning)

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "build" / "choose"
PLAN = json.loads((HERE / "plan.json").read_text())


def read(name):
    """Rows and labels as the file has them, and what prepares the rows."""
    data = json.loads((TARGET / f"{name}.json").read_text())
    labels = np.array(data["labels"])
    if "bags" in data:
        bags = [data["bags"][row] for row in data["sample"]]
        columns = np.array([at for bag in bags for at in bag[::2]])
        values = np.array([value for bag in bags for value in bag[1::2]])
        starts = np.cumsum([0] + [len(bag) // 2 for bag in bags])
        return csr_matrix((values, columns, starts), (len(bags), data["width"])), labels[data["sample"]], "passthrough"
    x = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in data["columns"].items()})
    numbers = [column for column in x if column not in data["categories"]]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="mean"), StandardScaler()), numbers),
            (
                "categories",
                make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=None), OneHotEncoder(handle_unknown="ignore")),
                data["categories"],
            ),
        ]
    )
    return x.astype({column: float for column in numbers}), labels, prepare


def take(x, rows):
    return x.iloc[rows] if isinstance(x, pd.DataFrame) else x[rows]


def run(name, folds):
    """Scores of each outer fold, and what was chosen there."""
    x, y, prepare = read(name)
    grid = {f"mlpclassifier__{key}": values for key, values in PLAN["sklearn"]["grid"].items()}
    results = []
    for fold in folds:
        train, test = np.array(fold["train"]), np.array(fold["test"])
        network = MLPClassifier(max_iter=PLAN["sklearn"]["max_iter"], random_state=fold["seed"] % 2**32)
        inner = [(each["train"], each["test"]) for each in fold["inner"]]
        search = GridSearchCV(make_pipeline(prepare, network), grid, cv=inner, scoring="accuracy")
        began = time.process_time()
        search.fit(take(x, train), y[train])
        seconds = time.process_time() - began
        predicted = search.predict(take(x, test))
        features = search.best_estimator_[0]
        features = take(x, test) if features == "passthrough" else features.transform(take(x, test))
        results.append(
            {
                "accuracy": accuracy_score(y[test], predicted),
                "macroF1": f1_score(y[test], predicted, average="macro"),
                "inner": search.best_score_,
                "chosen": {key.split("__")[1]: value for key, value in search.best_params_.items()},
                "features": [float(abs(features).sum()), int(features.shape[1])],
                "seconds": seconds,
            }
        )
        print(name, json.dumps(results[-1]), flush=True)
    return results


if __name__ == "__main__":
    folds = json.loads((TARGET / "folds.json").read_text())
    for name in sys.argv[1:] or PLAN["sets"]:
        found = {"version": f"scikit-learn {sklearn.__version__}", "folds": run(name, folds[name])}
        (TARGET / f"sklearn-{name}.json").write_text(json.dumps(found))
