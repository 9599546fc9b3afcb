"""Writes tensorboard_keras.json: which runs, tags and steps real Keras's TensorBoard callback writes, by its options.

pip install keras==3.15.1 tensorboard==2.21.0 tensorflow-cpu==2.21.0; python tests/golden/tensorboard_keras.py
"""

import inspect
import json
import os
import pathlib
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.util import tensor_util

FITS = [
    {"options": {}, "fit": {"epochs": 2}},
    {"options": {}, "fit": {"epochs": 3, "validation_split": 0.25, "validation_freq": 2}},
    {"options": {"update_freq": "batch"}, "fit": {"epochs": 2}},
    {"options": {"update_freq": 2, "write_steps_per_second": True}, "fit": {"epochs": 2}},
    {"options": {"write_steps_per_second": True, "write_graph": False}, "fit": {"epochs": 2}},
    {"options": {"histogram_freq": 2, "write_images": True}, "fit": {"epochs": 5}},
    {"options": {"histogram_freq": 1}, "fit": {"epochs": 5, "initial_epoch": 3}},
]


def camel(options):
    def name(key):
        head, *tail = key.split("_")
        return head + "".join(part.capitalize() for part in tail)

    return {name(key): value for key, value in options.items()}


def run(options, fit):
    keras.utils.set_random_seed(0)
    x = np.arange(40).reshape(20, 2) / 40
    model = keras.Sequential(
        [keras.layers.Input([2]), keras.layers.Dense(3, name="first"), keras.layers.Dense(1, name="last")]
    )
    model.compile("sgd", "mse", metrics=[keras.metrics.MeanAbsoluteError(name="meanAbsoluteError")])
    with tempfile.TemporaryDirectory() as folder:
        callback = keras.callbacks.TensorBoard(folder, **options)
        model.fit(x, x.sum(axis=1), batch_size=5, verbose=0, callbacks=[callback], **fit)
        found = {}
        for path in sorted(pathlib.Path(folder).rglob("*tfevents*")):
            tags = found.setdefault(path.parent.name, {})
            for event in event_file_loader.EventFileLoader(str(path)).Load():
                for value in event.summary.value:
                    plugin = value.metadata.plugin_data.plugin_name
                    # The graph is told otherwise; weights have no model's name before theirs.
                    if plugin.startswith("graph"):
                        continue
                    tag = value.tag.removeprefix("sequential/")
                    entry = tags.setdefault(tag, {"plugin": plugin, "steps": []})
                    entry["steps"].append(event.step)
    keras.backend.clear_session()
    return found


rows = [{"options": camel(one["options"]), "fit": camel(one["fit"]), "runs": run(**one)} for one in FITS]
signature = inspect.signature(keras.callbacks.TensorBoard.__init__)
defaults = {key: one.default for key, one in signature.parameters.items() if key != "self"}
out = {"keras": keras.__version__, "defaults": camel(defaults), "rows": rows}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
