"""Keras on TensorFlow: `article` is the article's own program."""

import keras_fit

keras_fit.serve("tensorflow")
