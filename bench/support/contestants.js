/** Who takes part, in what, and how its runner is started. */
import { PART } from "./statistics.js";

const TRAINING = ["article", "larger", "tiny"];
const INFERENCE = ["row", "rows"];
const PRODUCTS = ["products"];
const ALL = [...TRAINING, ...INFERENCE, ...PRODUCTS];

const python = process.env.GLISSADE_PYTHON ?? "python3";

const peer = (name, label, workloads, file = name) => ({
  name,
  label,
  family: "JavaScript",
  workloads,
  command: [process.execPath, `bench/peers/${file}.js`],
});

const native = (name, label, workloads) => ({
  name,
  label,
  family: "native",
  workloads,
  command: [python, `bench/native/${name.replace("-", "_")}.py`],
});

export const contestants = [
  { ...peer("glissade", "glissade", ALL), family: "glissade" },
  {
    ...peer("glissade-bare", "its products alone", TRAINING),
    family: PART,
  },
  native("keras-tensorflow", "Keras on TensorFlow", [...TRAINING, ...INFERENCE]),
  native("keras-jax", "Keras on JAX", [...TRAINING, ...INFERENCE]),
  native("torch-eager", "PyTorch", [...TRAINING, ...INFERENCE]),
  native("torch-compiled", "PyTorch, compiled", [...TRAINING, ...INFERENCE]),
  native("numpy-openblas", "NumPy", ALL),
  {
    name: "plain-c",
    label: "C",
    family: "native",
    workloads: ALL,
    command: ["build/bench/plain"],
  },
  peer("jax-js", "jax-js", [...TRAINING, ...INFERENCE], "jax"),
  peer("tfjs-wasm", "TensorFlow.js, wasm", [...TRAINING, ...INFERENCE]),
  peer("tfjs-cpu", "TensorFlow.js, cpu", [...TRAINING, ...INFERENCE]),
  peer("convnetjs", "convnetjs", [...TRAINING, ...INFERENCE], "convnet"),
  peer("brain.js", "brain.js", [...TRAINING, ...INFERENCE], "brain"),
  peer("synaptic", "synaptic", ["article", "tiny"]),
  peer("onnxruntime-web", "ONNX Runtime Web", [...INFERENCE, ...PRODUCTS], "onnxruntime"),
];
