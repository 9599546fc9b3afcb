"""Writes tensorboard_bytes.json: bytes and numbers as TensorBoard's own writers make them.

pip install tensorboard==2.21.0 tensorflow-cpu==2.21.0; python tests/golden/tensorboard_bytes.py
"""

import io
import json
import pathlib

import numpy as np
import tensorboard.version
from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow as sums
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.image import metadata as image
from tensorboard.plugins.pr_curve import summary as pr_curve
from tensorboard.plugins.scalar import summary_v2 as scalar
from tensorboard.plugins.text import summary_v2 as text
from tensorboard.summary.writer import record_writer
from tensorboard.util import tensor_util

ODD = "a layer, with/odd: characters é 🙂"
NUMBERS = [[0.5, -1.25, 3.0, 0.5, 2.0, -0.125], [1.5, 1.5], [], [-3.0], [0.1 * i for i in range(31)]]
SCORES = [0.0, 1.0, 0.25, 0.75, 0.5, 0.999, 0.004999, 0.3]
TRUTH = [0, 1, 0, 1, 1, 1, 1, 0]


def crcs():
    rows = []
    for data in (b"", b"a", b"123456789", bytes(range(256)), bytes(32)):
        rows.append({"data": data.hex(), "crc": sums.crc32c(data), "masked": sums.masked_crc32c(data)})
    return rows


def record(data):
    out = io.BytesIO()
    record_writer.RecordWriter(out).write(data)
    return out.getvalue().hex()


def event(step, summary=None, **other):
    made = event_pb2.Event(wall_time=1700000000.25, step=step, **other)
    if summary is not None:
        made.summary.CopyFrom(summary_pb2.Summary.FromString(summary.SerializeToString()))
    return record(made.SerializeToString())


def images():
    data = [b"2", b"1", bytes([1, 2, 3])]
    summary = summary_pb2.Summary()
    about = image.create_summary_metadata(display_name=None, description=None)
    tensor = tensor_util.make_tensor_proto(data)
    summary.value.add(tag=ODD, metadata=about, tensor=tensor)
    return summary


def session(**content):
    data = plugin_data_pb2.HParamsPluginData(**content)
    summary = summary_pb2.Summary()
    tags = {"session_start_info": "_hparams_/session_start_info", "session_end_info": "_hparams_/session_end_info"}
    about = metadata.create_summary_metadata(data)
    summary.value.add(tag=tags[next(iter(content))], metadata=about, tensor=metadata.NULL_TENSOR)
    return summary


def start(name, value):
    info = plugin_data_pb2.SessionStartInfo(group_name="trial_3", start_time_secs=12.5)
    kind = {str: "string_value", bool: "bool_value", float: "number_value"}[type(value)]
    setattr(info.hparams[name], kind, value)
    return session(session_start_info=info)


def end(status, seconds):
    return session(session_end_info=plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=seconds))


experiment = hparams.hparams_config_pb(
    hparams=[
        hparams.HParam("rate", hparams.RealInterval(0.0, 0.5)),
        hparams.HParam("units", hparams.IntInterval(4, 64)),
        hparams.HParam("optimizer", hparams.Discrete(["adam", "sgd"])),
        hparams.HParam("nesterov", hparams.Discrete([False, True])),
        hparams.HParam("width", hparams.Discrete([1, 2])),
    ],
    metrics=[hparams.Metric("val_accuracy"), hparams.Metric("seconds")],
    time_created_secs=12.5,
)

graph = graph_pb2.GraphDef()
node = graph.node.add(name="x", op="Placeholder")
shape = node.attr["_output_shapes"].list.shape.add()
shape.dim.add(size=-1)
shape.dim.add(size=300)

events = {
    "version": event(0, file_version="brain.Event:1"),
    "empty": event(2**53 - 1, summary_pb2.Summary()),
    "graph": event(0, graph_def=graph.SerializeToString()),
    "scalar": event(300, scalar.scalar_pb(ODD, 0.1)),
    "zero": event(1, scalar.scalar_pb("zero", 0.0)),
    "text": event(2, text.text_pb("note", "a **b** é")),
    "histogram": event(3, histogram.histogram_pb("h", NUMBERS[0])),
    "image": event(4, images()),
    "curve": event(5, pr_curve.pb("c", np.array(TRUTH, bool), np.array(SCORES))),
    "experiment": event(0, experiment),
    "startText": event(0, start("optimizer", "adam")),
    "startNumber": event(0, start("rate", 0.25)),
    "startFalse": event(0, start("nesterov", False)),
    "endSuccess": event(5, end(api_pb2.STATUS_SUCCESS, 13.5)),
    "endUnknown": event(5, end(api_pb2.STATUS_UNKNOWN, 13.5)),
}


def buckets(numbers):
    tensor = histogram.histogram_pb("", numbers).value[0].tensor
    return {"numbers": numbers, "buckets": tensor_util.make_ndarray(tensor).tolist()}


curve = tensor_util.make_ndarray(
    summary_pb2.Summary.FromString(
        pr_curve.pb("c", np.array(TRUTH, bool), np.array(SCORES)).SerializeToString()
    ).value[0].tensor
)

out = {
    "tensorboard": tensorboard.version.VERSION,
    "odd": ODD,
    "crcs": crcs(),
    "records": [{"data": data.hex(), "record": record(data)} for data in (b"", b"abc", bytes(300))],
    "events": events,
    "histograms": [buckets(numbers) for numbers in NUMBERS],
    "curve": {"scores": SCORES, "truth": TRUTH, "values": curve.tolist()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
