"""Writes sklearn_columns.json: records as features, as real scikit-learn makes them.

pip install scikit-learn pandas; python tests/golden/sklearn_columns.py
"""

import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, StandardScaler

rng = np.random.default_rng(5)
rows = 40
frame = pd.DataFrame(
    {
        "mass": rng.normal(4200, 800, rows).round(0),
        "bill": rng.normal(44, 5, rows).round(1),
        "depth": rng.gamma(2, 8, rows).round(2),
        "island": rng.choice(["Dream", "Biscoe", "Torgersen"], rows, p=[0.5, 0.3, 0.2]),
        "sex": rng.choice(["male", "female"], rows),
        "ringed": rng.random(rows) < 0.3,
    }
)
for name in ("mass", "bill", "depth", "island", "sex"):
    frame.loc[rng.choice(rows, 5, replace=False), name] = None
train, test = frame[:28], frame[28:].copy()
test.loc[test.index[0], "island"] = "Cormorant"


def number(impute, scaler):
    return make_pipeline(SimpleImputer(strategy=impute, add_indicator=False), scaler)


encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
transformer = ColumnTransformer(
    [
        ("mass", number("mean", StandardScaler()), ["mass"]),
        ("bill", number("median", MinMaxScaler()), ["bill"]),
        ("depth", SimpleImputer(strategy="median"), ["depth"]),
        (
            "island",
            make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=None), encoder),
            ["island"],
        ),
        (
            "sex",
            make_pipeline(
                SimpleImputer(strategy="constant", fill_value="~", missing_values=None), encoder
            ),
            ["sex"],
        ),
        ("ringed", "passthrough", ["ringed"]),
    ]
)
records = json.loads(pd.concat([train, test]).to_json(orient="records"))
as_objects = lambda part: part.astype({"island": object, "sex": object}).where(part.notna(), None)
fitted = transformer.fit_transform(as_objects(train))
out = {
    "sklearn": sklearn.__version__,
    "train": records[:28],
    "test": records[28:],
    "trained": np.asarray(fitted, float).tolist(),
    "tested": np.asarray(transformer.transform(as_objects(test)), float).tolist(),
    "labels": LabelEncoder().fit_transform(["dog", "cat", "Dog", "cow", "cat"]).tolist(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, allow_nan=False) + "\n")
