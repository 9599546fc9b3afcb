"""Writes keras_merges.json: merge layers and the gradients of their inputs as real Keras computes them.

pip install keras==3.15.1 jax==0.10.2 numpy; python tests/golden/keras_merges.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np

random = np.random.default_rng(7)
pair, three = [[4], [4]], [[2, 3], [2, 3], [2, 3]]

KINDS = [
    ("add", keras.layers.Add, {}, pair),
    ("add", keras.layers.Add, {}, three),
    ("subtract", keras.layers.Subtract, {}, pair),
    ("multiply", keras.layers.Multiply, {}, pair),
    ("multiply", keras.layers.Multiply, {}, three),
    ("average", keras.layers.Average, {}, pair),
    ("average", keras.layers.Average, {}, three),
    ("maximum", keras.layers.Maximum, {}, pair),
    ("maximum", keras.layers.Maximum, {}, three),
    ("minimum", keras.layers.Minimum, {}, pair),
    ("minimum", keras.layers.Minimum, {}, three),
    ("concatenate", keras.layers.Concatenate, {}, [[2, 3], [2, 1]]),
    ("concatenate", keras.layers.Concatenate, {"axis": 1}, [[2, 3], [1, 3]]),
    ("concatenate", keras.layers.Concatenate, {"axis": -2}, [[2, 3], [1, 3]]),
    ("concatenate", keras.layers.Concatenate, {"axis": 2}, [[1, 2, 2], [1, 3, 2]]),
    *[
        ("dot", keras.layers.Dot, {"axes": axes, "normalize": normalize}, shapes)
        for axes, shapes in [
            (1, pair),
            (-1, pair),
            (2, [[2, 4], [3, 4]]),
            (1, [[4, 2], [4, 3]]),
            ([1, 2], [[4, 2], [3, 4]]),
            ([2, 1], [[2, 4], [4]]),
            ([-1, -2], [[4], [4, 3]]),
        ]
        for normalize in (False, True)
    ],
]


def row(name, make, options, shapes):
    layer = make(**options)
    # So many decimals that no two inputs are equal: JAX shares the gradient of a tie, glissade does not.
    draw = lambda shape: np.round(random.uniform(-2, 2, shape), 5).astype("float32")
    inputs = [jnp.array(draw((2, *shape))) for shape in shapes]
    output = layer(inputs)
    slope = draw(output.shape)
    gradients = jax.grad(lambda given: jnp.sum(layer(given) * slope))(inputs)
    flat = lambda array: [round(float(value), 7) for value in np.asarray(array).ravel()]
    return {
        "name": name,
        "options": options,
        "shapes": shapes,
        "inputs": [flat(x) for x in inputs],
        "output": list(output.shape[1:]),
        "y": flat(output),
        "dy": flat(slope),
        "gradients": [flat(gradient) for gradient in gradients],
    }


rows = ",\n".join("  " + json.dumps(row(*kind)) for kind in KINDS)
versions = f'"keras": "{keras.__version__}",\n "jax": "{jax.__version__}"'
text = f'{{\n {versions},\n "rows": [\n{rows}\n ]\n}}\n'
pathlib.Path(__file__).with_suffix(".json").write_text(text)
