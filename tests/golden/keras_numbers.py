"""Writes keras_numbers.json: losses, their gradients, and optimizer trajectories as real Keras computes them.

pip install keras==3.15.1 jax numpy; python tests/golden/keras_numbers.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np

Y = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
P = [[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.0, 1.0, 0.0]]
Z = [[0.3, -1.2, 2.0], [-4.0, 0.0, 0.5], [30.0, -30.0, 1.0]]
LABELS = [1, 0, 2]
WEIGHTS = [1.0, 0.0, 2.5]


def losses():
    kinds = [
        ("meanSquaredError", keras.losses.MeanSquaredError, {}, P, Y),
        ("meanAbsoluteError", keras.losses.MeanAbsoluteError, {}, [[z + 0.1 for z in row] for row in Z], Y),
        ("binaryCrossentropy", keras.losses.BinaryCrossentropy, {}, P, Y),
        ("binaryCrossentropy", keras.losses.BinaryCrossentropy, {"label_smoothing": 0.1}, P, Y),
        ("binaryCrossentropy", keras.losses.BinaryCrossentropy, {"from_logits": True}, Z, Y),
        ("categoricalCrossentropy", keras.losses.CategoricalCrossentropy, {}, P, Y),
        ("categoricalCrossentropy", keras.losses.CategoricalCrossentropy, {"label_smoothing": 0.1}, P, Y),
        ("categoricalCrossentropy", keras.losses.CategoricalCrossentropy, {"from_logits": True}, Z, Y),
        (
            "categoricalCrossentropy",
            keras.losses.CategoricalCrossentropy,
            {"from_logits": True, "label_smoothing": 0.1},
            Z,
            Y,
        ),
        ("sparseCategoricalCrossentropy", keras.losses.SparseCategoricalCrossentropy, {}, P, LABELS),
        ("sparseCategoricalCrossentropy", keras.losses.SparseCategoricalCrossentropy, {"from_logits": True}, Z, LABELS),
    ]
    rows = []
    for name, make, options, prediction, target in kinds:
        for weight in (None, WEIGHTS):
            loss = make(**options)

            def value(p):
                w = None if weight is None else jnp.array(weight, dtype="float32")
                return loss(jnp.array(target), p, sample_weight=w)

            p = jnp.array(prediction, dtype="float32")
            rows.append(
                {
                    "name": name,
                    "options": camel(options),
                    "prediction": prediction,
                    "target": target,
                    "weight": weight,
                    "loss": float(value(p)),
                    "gradient": np.asarray(jax.grad(value)(p)).tolist(),
                }
            )
    return rows


def camel(options):
    def name(key):
        head, *tail = key.split("_")
        return head + "".join(part.capitalize() for part in tail)

    renamed = {"clipnorm": "clipNorm", "global_clipnorm": "globalClipNorm", "clipvalue": "clipValue"}
    return {renamed.get(key, name(key)): value for key, value in options.items()}


START = [[1, -2], [0.5, 3]]
GRADIENTS = [[[0.5, -0.25], [0.1, 1]], [[-0.3, 0.2], [0, 0.5]], [[0.2, 0.1], [-0.4, -0.25]]]


def optimizers():
    sgd, rmsprop, adam = keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Adam
    kinds = [
        ("sgd", sgd, {}),
        ("sgd", sgd, {"momentum": 0.9}),
        ("sgd", sgd, {"momentum": 0.9, "nesterov": True}),
        ("sgd", sgd, {"weight_decay": 0.1}),
        ("sgd", sgd, {"clipnorm": 0.5}),
        ("sgd", sgd, {"global_clipnorm": 0.5}),
        ("sgd", sgd, {"clipvalue": 0.2}),
        ("rmsprop", rmsprop, {}),
        ("rmsprop", rmsprop, {"momentum": 0.9}),
        ("rmsprop", rmsprop, {"centered": True}),
        ("rmsprop", rmsprop, {"centered": True, "momentum": 0.9}),
        ("rmsprop", rmsprop, {"rho": 0.5, "weight_decay": 0.1}),
        ("adam", adam, {}),
        ("adam", adam, {"amsgrad": True}),
        ("adam", adam, {"amsgrad": True, "beta_2": 0.5}),
        ("adam", adam, {"weight_decay": 0.004}),
        ("adam", adam, {"beta_1": 0.5, "epsilon": 0.01}),
    ]
    rows = []
    for name, make, options in kinds:
        for scale in (1.0, 1e-5):
            variable = keras.Variable(np.array(START, dtype="float32"))
            optimizer = make(**options)
            steps = []
            for gradient in GRADIENTS:
                optimizer.apply([jnp.array(gradient, dtype="float32") * scale], [variable])
                steps.append(np.asarray(variable.value).tolist())
            rows.append({"name": name, "options": camel(options), "scale": scale, "steps": steps})
    return {"start": START, "gradients": GRADIENTS, "rows": rows}


out = {"keras": keras.__version__, "losses": losses(), "optimizers": optimizers()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
