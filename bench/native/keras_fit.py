"""Keras as its users run it: Sequential, compile, `fit` and `predict_on_batch`."""

import importlib
import os
import time

import runner


def serve(backend):
    """`backend` is "tensorflow" or "jax": Keras reads it as it is imported."""
    os.environ["KERAS_BACKEND"] = backend
    runner.pin()
    runner.serve(Keras)


class Keras:
    departs = ""

    def __init__(self, workload):
        import keras

        backend = keras.config.backend()
        library = importlib.import_module(backend)
        if backend == "tensorflow":
            library.config.threading.set_intra_op_parallelism_threads(1)
            library.config.threading.set_inter_op_parallelism_threads(1)
        self.name = f"keras-{backend}"
        self.keras, self.workload = keras, workload
        title = {"tensorflow": "TensorFlow", "jax": "JAX"}[backend]
        self.version = f"Keras {keras.__version__}, {title} {library.__version__}"
        self.x, y, labels = runner.read_rows(workload)
        self.y = labels if workload["name"] == "larger" else y
        self.model = self.build()

    def build(self):
        keras, (inputs, *units) = self.keras, self.workload["units"]
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input(shape=(inputs,)),
                *(layers.Dense(count, activation="relu") for count in units[:-1]),
                layers.Dense(units[-1]),
            ]
        )
        model.set_weights(runner.read_weights(self.workload))
        optimizers, losses = keras.optimizers, keras.losses
        if self.workload["name"] == "larger":
            model.compile(
                optimizer=optimizers.Adam(learning_rate=0.001),
                loss=losses.SparseCategoricalCrossentropy(from_logits=True),
            )
        elif self.workload["name"] == "tiny":
            model.compile(optimizer=optimizers.RMSprop(learning_rate=0.001), loss="mse")
        else:
            model.compile(optimizer=optimizers.SGD(learning_rate=0.01), loss="mse")
        return model

    def check(self, rows):
        x, y = self.x[:rows], self.y[:rows]
        if self.workload["kind"] == "inference":
            return float(abs(self.model.predict_on_batch(x)).mean())
        model, size = self.build(), self.workload["batch_size"]
        model.fit(x, y, batch_size=size, epochs=1, shuffle=False, verbose=0)
        return float(model.evaluate(x, y, batch_size=size, verbose=0))

    def train(self, rows):
        distinct = min(rows, len(self.x))
        x, y = self.x[:distinct], self.y[:distinct]
        size, epochs = self.workload["batch_size"], rows // distinct

        def run():
            watch = stopwatch(self.keras)
            options = {"batch_size": size, "epochs": epochs, "callbacks": [watch]}
            history = self.model.fit(x, y, verbose=0, **options)
            return float(history.history["loss"][-1]), watch.ended - watch.began

        return run

    def infer(self, call):
        size = self.workload["rows"]
        row = size * (call % (len(self.x) // size))
        return float(self.model.predict_on_batch(self.x[row : row + size])[0, 0])


def stopwatch(keras):
    """Times the epochs of a fit alone: what starts a fit is small in one of the usual length."""

    class Stopwatch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 0:
                self.began = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.ended = time.perf_counter()

    return Stopwatch()
