"""Keras on JAX: the same program, compiled by XLA."""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import keras_fit  # noqa: E402

keras_fit.serve("jax")
