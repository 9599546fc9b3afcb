"""Writes keras_callbacks.json: what real Keras's callbacks do, driven by hand over series of values.

pip install keras==3.15.1 jax numpy; python tests/golden/keras_callbacks.py
"""

import inspect
import json
import os
import pathlib
import random
import tempfile

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras

RATE = 0.1


class Model:
    """What the callbacks use of a model; it notes what is saved, and its weights are the epoch's number."""

    def __init__(self):
        self.optimizer = keras.optimizers.SGD(RATE)
        self.stop_training = False
        self.weights = None
        self.restored = None
        self.saved = []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.restored = weights

    def save(self, path, overwrite):
        self.saved.append(path.removesuffix(".keras"))


def camel(options):
    def name(key):
        head, *tail = key.split("_")
        return head + "".join(part.capitalize() for part in tail)

    return {name(key): value for key, value in options.items()}


def fit(callback, values, series, batches=0):
    """One fit with a value an epoch and `batches` steps in each; the model, and the rate after each epoch."""
    model, rates = Model(), []
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_begin(epoch)
        for batch in range(batches):
            callback.on_train_batch_end(batch, {"loss": batch / 5})
        callback.on_epoch_end(epoch, {series: value})
        rates.append(float(f"{float(model.optimizer.learning_rate):.6g}"))
        if model.stop_training:
            break
    callback.on_train_end()
    return model, rates


def walks():
    """Series that fall and rise again, in hundredths: no difference lies on a threshold below."""
    draw = random.Random(0)
    series = [[0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.5] * 8, [0.2, 0.3, 0.4, 0.1, 0.5, 0.6, 0.7, 0.8, 0.9]]
    for _ in range(3):
        value, walk = 1.01, []
        for _ in range(20):
            value += draw.choice([-0.09, -0.05, -0.02, 0.0, 0.03, 0.06])
            walk.append(round(value, 2))
        series.append(walk)
    return series


WALKS = walks()


def plateaus():
    kinds = [
        {"patience": 1},
        {"patience": 2, "cooldown": 1},
        {"patience": 1, "cooldown": 3, "factor": 0.5},
        {"patience": 0, "factor": 0.5, "min_lr": 0.01},
        {"patience": 2, "min_delta": 0.055, "min_lr": 0.03},
        {"patience": 2, "mode": "max", "cooldown": 2},
    ]
    for options in kinds:
        for walk, values in enumerate(WALKS):
            callback = keras.callbacks.ReduceLROnPlateau(monitor="loss", **options)
            yield {"options": camel(options), "walk": walk, "rates": fit(callback, values, "loss")[1]}


def stops():
    kinds = [
        {},
        {"patience": 2},
        {"patience": 3, "min_delta": 0.055},
        {"patience": 2, "mode": "max"},
        {"patience": 3, "baseline": 0.755},
        {"patience": 2, "start_from_epoch": 4},
    ]
    for options in kinds:
        for walk, values in enumerate(WALKS):
            callback = keras.callbacks.EarlyStopping(monitor="loss", restore_best_weights=True, **options)
            model, rates = fit(callback, values, "loss")
            yield {
                "options": camel(options),
                "walk": walk,
                "epochs": len(rates),
                "stopped": model.stop_training,
                "restored": model.restored,
            }


def checkpoints():
    kinds = [
        ("{epoch}", {}, 0),
        ("a-{epoch:02d}-{loss:.4f}", {"save_best_only": True}, 0),
        ("{epoch:3d} {loss}", {"save_best_only": True, "mode": "max"}, 0),
        ("best-{epoch}", {"save_best_only": True, "initial_value_threshold": 0.755}, 0),
        ("{epoch:02d}-{batch:03d}-{loss:.1f}", {"save_freq": 2}, 3),
        ("{epoch}-{batch}", {"save_freq": 7}, 3),
        ("{epoch}-{batch}", {"save_freq": 1}, 2),
    ]
    for filepath, options, batches in kinds:
        for walk in (2, 3) if batches == 0 else (2,):
            callback = keras.callbacks.ModelCheckpoint(filepath + ".keras", monitor="loss", **options)
            model, _ = fit(callback, WALKS[walk], "loss", batches)
            yield {
                "filepath": filepath,
                "options": camel(options),
                "batches": batches,
                "walk": walk,
                "saved": model.saved,
            }


def tables():
    kinds = [
        ({}, [{"loss": 0.5, "accuracy": 0.25}, {"loss": 0.125, "accuracy": 0.75}]),
        ({"separator": ";"}, [{"loss": 0.5}, {"loss": 0.25, "val_loss": 1.5}, {"loss": 0.2}]),
        ({}, [{"val_loss": 2.5, "loss": 0.5, "acc": 1.5}, {"loss": 0.25, "acc": 0.5}]),
        ({}, [{'odd,"name"': 0.5}, {'odd,"name"': 0.25}]),
    ]
    for options, logs in kinds:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log.csv")
            callback = keras.callbacks.CSVLogger(str(path), **options)
            callback.on_train_begin()
            for epoch, given in enumerate(logs):
                callback.on_epoch_end(epoch, given)
            callback.on_train_end()
            yield {"options": camel(options), "logs": logs, "lines": path.read_bytes().decode().split("\r\n")}


def directions():
    """The names of Keras's metrics, and whether more is better."""
    needed = {
        "num_classes": 2,
        "target_class_ids": [0],
        "precision": 0.5,
        "recall": 0.5,
        "sensitivity": 0.5,
        "specificity": 0.5,
    }
    for _, kind in sorted(inspect.getmembers(keras.metrics, inspect.isclass)):
        parameters = inspect.signature(kind).parameters.values()
        given = {p.name: needed[p.name] for p in parameters if p.default is p.empty and p.name in needed}
        try:
            metric = kind(**given)
        except TypeError:
            continue
        if getattr(metric, "_direction", None):
            yield [metric.name, metric._direction]


def defaults():
    names = ["ReduceLROnPlateau", "LearningRateScheduler", "ModelCheckpoint", "CSVLogger", "EarlyStopping"]
    for name in names:
        parameters = inspect.signature(getattr(keras.callbacks, name)).parameters.values()
        given = {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}
        needed = [key for key, value in given.items() if value is inspect.Parameter.empty]
        yield {"name": name, "needed": needed, "defaults": camel({k: v for k, v in given.items() if k not in needed})}


out = {
    "keras": keras.__version__,
    "jax": jax.__version__,
    "rate": RATE,
    "defaults": list(defaults()),
    "directions": camel(dict(directions())),
    "walks": WALKS,
    "plateaus": list(plateaus()),
    "stops": list(stops()),
    "checkpoints": list(checkpoints()),
    "tables": list(tables()),
}


def rows(value):
    """One line a case keeps the file short."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join("  " + json.dumps(row) for row in value) + "\n ]"


text = ",\n".join(f" {json.dumps(key)}: {rows(value)}" for key, value in out.items())
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + text + "\n}\n")
