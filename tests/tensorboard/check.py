"""Reads back with the real TensorBoard what write.js wrote, and compares all of it: each value, step and tag.

pip install tensorboard==2.21.0 pillow; node tests/tensorboard/write.js LOGS; python tests/tensorboard/check.py LOGS

Asks two running TensorBoards by HTTP, as its pages do: one with its own loader of files, one with the loader in Rust.
"""

import io
import json
import math
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import numpy as np
from google.protobuf import text_format
from PIL import Image
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.compat.proto import event_pb2, graph_pb2
from tensorboard.plugins.histogram import summary_v2 as histograms
from tensorboard.util import tensor_util

LOGS = pathlib.Path(sys.argv[1])
EXPECTED = json.loads((LOGS / "expected.json").read_text())
THRESHOLDS = 201
SHOWN = 40
checked = 0


def same(got, wanted, what):
    """Ends the check if two things differ."""
    global checked
    equal = np.array_equal(got, wanted) if isinstance(wanted, np.ndarray) else got == wanted
    if not equal:
        sys.exit(f"{what}: must be {str(wanted)[:300]}, is {str(got)[:300]}")
    checked += 1


class Board:
    """A running TensorBoard."""

    def __init__(self, fast):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        script = "from tensorboard.main import run_main; run_main()"
        options = ["--logdir", str(LOGS), "--port", str(self.port), "--host", "127.0.0.1"]
        options += [f"--load_fast={'true' if fast else 'false'}"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        runs = sum(1 for _ in {path.parent for path in LOGS.rglob("*tfevents*")})
        for _ in range(120):
            try:
                if len(self.ask("runs")) == runs:
                    return
            except OSError:
                pass
            time.sleep(0.5)
        sys.exit("TensorBoard does not start")

    def ask(self, path, body=None, **query):
        text = urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
        url = f"http://127.0.0.1:{self.port}/data/{path}" + (f"?{text}" if text else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
            content = answer.read()
            return json.loads(content) if "json" in answer.headers["Content-Type"] else content

    def series(self, plugin, run, tag):
        return self.ask(f"plugin/{plugin}/{plugin}", run=run, tag=tag)

    def scalars(self, run, tag, points):
        got = [(step, value) for _, step, value in self.series("scalars", run, tag)]
        same(got, [(step, float(np.float32(value))) for step, value in points], f"{run} {tag}")

    def images(self, run, tag, wanted):
        got = self.ask("plugin/images/images", run=run, tag=tag, sample=0)
        same([one["step"] for one in got], [step for step, _ in wanted], f"{run} {tag}: steps")
        for one, (step, pixels) in zip(got, wanted):
            png = self.ask(f"plugin/images/individualImage?{one['query']}")
            image = np.asarray(Image.open(io.BytesIO(png)))
            same(image, pixels if pixels is not None else image, f"{run} {tag} at {step}")

    def close(self):
        self.process.terminate()
        self.process.wait()


def array(tensor):
    return np.float32(tensor["data"]).reshape(tensor["shape"])


def by_epoch(book, name):
    return [(logs["epoch"], logs[name]) for logs in book["epochs"] if name in logs]


def metrics(book):
    """Names of losses and metrics, and of them those that validation has."""
    names = [name for name in book["epochs"][0] if name != "epoch"]
    held = [name[4:] for name in names if name.startswith("val_")]
    return [name for name in names if not name.startswith("val_")], held


def check_epochs(board, run, book, rate, steps):
    series, held = metrics(book)
    for name in series:
        board.scalars(f"{run}/train", f"epoch_{name}", by_epoch(book, name))
    epochs = [logs["epoch"] for logs in book["epochs"]]
    board.scalars(f"{run}/train", "epoch_learning_rate", [(epoch, rate) for epoch in epochs])
    for name in held:
        points = by_epoch(book, f"val_{name}")
        board.scalars(f"{run}/validation", f"epoch_{name}", points)
        counted = [((epoch + 1) * steps, value) for epoch, value in points]
        board.scalars(f"{run}/validation", f"evaluation_{name}_vs_iterations", counted)


def buckets(numbers):
    tensor = histograms.histogram_pb("", numbers).value[0].tensor
    return tensor_util.make_ndarray(tensor)


def grey(numbers):
    low, high = float(numbers.min()), float(numbers.max())
    scale = 255 / (high - low) if high > low else 0
    return np.uint8(np.floor((np.float64(numbers) - low) * scale + 0.5))


def picture(weight):
    flat = np.squeeze(weight)
    if flat.ndim == 0:
        return None
    if flat.ndim == 1:
        flat = flat[None]
    return grey(flat.T if flat.shape[0] > flat.shape[1] else flat)


def softmax(logits):
    powers = np.exp(np.float64(logits) - logits.max(axis=1, keepdims=True))
    return np.float32(powers / powers.sum(axis=1, keepdims=True))


def curve(scores, members):
    """As tensorboard.plugins.pr_curve.summary counts; that module asks for TensorFlow."""
    place = np.int32(np.floor(np.float64(scores) * (THRESHOLDS - 1)))
    counts = [np.bincount(place[members == kind], minlength=THRESHOLDS) for kind in (1, 0)]
    tp, fp = [np.cumsum(count[::-1])[::-1] for count in counts]
    tn, fn = fp[0] - fp, tp[0] - tp
    return [tp, fp, tn, fn, tp / np.maximum(1e-7, tp + fp), tp / np.maximum(1e-7, tp + fn)]


def check_curve(board, run, tag, scores, members):
    """The page leaves out thresholds from the first on at which nothing is true."""
    entries = board.ask("plugin/pr_curves/pr_curves", run=run, tag=f"{tag}/pr_curves")[run]
    same([one["step"] for one in entries], list(range(len(scores))), f"{run} {tag}: steps")
    for one, score in zip(entries, scores):
        tp, fp, tn, fn, precision, recall = np.float32(curve(score, members))
        seen = len(one["precision"])
        names = ["true_positives", "false_positives", "true_negatives", "false_negatives"]
        for name, counts in zip(names, (tp, fp, tn, fn)):
            same(one[name], [int(count) for count in counts[:seen]], f"{tag} {name}")
        same(np.float32(one["precision"]), precision[:seen], f"{tag} precision")
        same(np.float32(one["recall"]), recall[:seen], f"{tag} recall")
        same(seen, THRESHOLDS - int((tp + fp == 0).sum()), f"{tag} thresholds")


def confusion(truth, predicted, classes):
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix


def table(head, rows):
    cells = [[re.sub(r"([|\\])", r"\\\1", cell) for cell in row] for row in [head, *rows]]
    cells.insert(1, ["---"] * len(head))
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def texts(run, tag):
    """Notes as they were written; the page gives HTML."""
    found = plugin_event_accumulator.EventAccumulator(str(LOGS / run), size_guidance={"tensors": 0})
    found.Reload()
    return [
        (event.step, tensor_util.make_ndarray(event.tensor_proto).item().decode())
        for event in found.Tensors(tag)
    ]


def check_matrix(board, run, tag, matrices, names):
    wanted = []
    for step, matrix in enumerate(matrices):
        rows = [[names[i], *map(str, row)] for i, row in enumerate(matrix)]
        wanted.append((step, table(["", *names], rows)))
    same(texts(run, f"{tag}/table"), wanted, f"{run} {tag}: table")
    board.images(run, f"{tag}/image", [(step, None) for step, _ in enumerate(matrices)])
    same(len(board.series("text", run, f"{tag}/table")), len(matrices), f"{run} {tag}: page")


def sheet(book, predicted):
    """Digits in frames: green where they are known, red where not."""
    pixels = np.float32(book["pixels"]).reshape(SHOWN, 28, 28)
    drawn = np.full((5 * 32, 8 * 32, 3), 255, np.uint8)
    for place in range(SHOWN):
        top, left = 32 * (place // 8) + 1, 32 * (place % 8) + 1
        right = book["truth"][place] == predicted[place]
        drawn[top : top + 30, left : left + 30] = (40, 160, 70) if right else (210, 40, 40)
        value = np.uint8(np.floor((pixels[place] - pixels.min()) * 255 / np.ptp(pixels) + 0.5))
        drawn[top + 1 : top + 29, left + 1 : left + 29] = value[..., None]
    return drawn


def check_digits(board):
    book, steps = EXPECTED["digits"], 40
    check_epochs(board, "digits", book, 0.001, steps)
    count = range(10, len(book["batches"]) + 1, 10)
    for name in metrics(book)[0]:
        board.scalars("digits/train", f"batch_{name}", [(i, book["batches"][i - 1][name]) for i in count])
    for tag, points in (("batch", list(count)), ("epoch", list(range(6)))):
        rates = board.series("scalars", "digits/train", f"{tag}_steps_per_second")
        same([step in points and rate > 0 for _, step, rate in rates], [True] * len(rates), f"{tag}: rates")
    shown = [0, 2, 4]
    for i, path in enumerate(book["paths"]):
        for tag, numbers in (("histogram", book["weights"]), ("gradient", book["gradients"])):
            got = board.series("histograms", "digits/train", f"{path}/{tag}")
            same([step for _, step, _ in got], shown, f"{path}/{tag}: steps")
            for _, step, found in got:
                same(np.array(found), buckets(numbers[step][i]["data"]), f"{path}/{tag} at {step}")
            spread = board.series("distributions", "digits/train", f"{path}/{tag}")
            same([step for _, step, _ in spread], shown, f"{path}/{tag}: distribution")
        wanted = [(step, picture(array(book["weights"][step][i]))) for step in shown]
        board.images("digits/train", f"{path}/image", wanted)
    scores = [softmax(array(one)) for (one,) in book["predictions"]]
    truth, names = np.array(book["truth"]), book["labels"]
    for i, name in enumerate(names):
        check_curve(board, "digits/validation", f"class/{name}", [one[:, i] for one in scores], truth == i)
    guesses = [one.argmax(axis=1) for one in scores]
    matrices = [confusion(truth, guess, 10) for guess in guesses]
    check_matrix(board, "digits/validation", "confusion_matrix", matrices, names)
    board.images("digits/validation", "examples/input", [(i, sheet(book, one)) for i, one in enumerate(guesses)])
    tables = []
    for step, (guess, score) in enumerate(zip(guesses, scores)):
        rows = [
            [str(i), names[truth[i]], names[guess[i]], f"{score[i, guess[i]]:.3f}"] for i in range(SHOWN)
        ]
        tables.append((step, table(["row", names_of_output(), "predicted", "score"], rows)))
    same(texts("digits/validation", "examples/table"), tables, "examples/table")
    same(texts("digits/train", "notes/data")[0][1].startswith("2,000 of **MNIST**'s digits"), True, "notes/data")
    page = board.series("text", "digits/train", "notes/data")[0]["text"]
    same("<strong>MNIST</strong>" in page and "<td>é</td>" in page, True, "notes/data: page")


def names_of_output():
    return "a layer, with odd: characters é"


def check_branches(board):
    book, run = EXPECTED["branches"], "branches/validation"
    check_epochs(board, "branches", book, 0.001, 5)
    scores = [array(one[0])[:, 0] for one in book["predictions"]]
    truth = np.array(book["clicks"])
    check_curve(board, run, "click/class/1", scores, truth == 1)
    matrices = [confusion(truth, np.int32(score > 0.5), 2) for score in scores]
    check_matrix(board, run, "click/confusion_matrix", matrices, ["0", "1"])


def check_graphs(board):
    def nodes(run):
        text = board.ask("plugin/graphs/graph", run=run, conceptual="false")
        graph = text_format.Parse(text, graph_pb2.GraphDef())
        return {node.name: node for node in graph.node}

    def sizes(node):
        return [axis.size for axis in node.attr["_output_shapes"].list.shape[0].dim]

    digits = nodes("digits/train")
    odd = names_of_output()
    same(list(digits["hidden/dense"].input), ["input", "hidden/kernel", "hidden/bias"], "graph: edges")
    same(list(digits[f"{odd}/dense"].input), ["hidden/relu", f"{odd}/kernel", f"{odd}/bias"], "graph: edges")
    same(sizes(digits["hidden/relu"]), [-1, 32], "graph: shapes")
    same(sizes(digits["hidden/kernel"]), [784, 32], "graph: shapes")
    same(digits["input"].op, "Placeholder", "graph: input")
    branches = nodes("branches/train")
    same(list(branches["concatenate/concatenate"].input), ["shared/relu", "shared/relu_1"], "graph: merge")
    for name, reads in (("dense", "user"), ("dense_1", "item")):
        wanted = [reads, "tower/dense/kernel", "tower/dense/bias"]
        same(list(branches[f"tower/dense/{name}"].input), wanted, "graph: a model within")
    same(list(branches["outputs/rating"].input), ["rating/dense"], "graph: outputs")
    unknown = [read for node in branches.values() for read in node.input if read not in branches]
    same(unknown, [], "graph: edges from nowhere")


def check_resumed(board):
    first, second = EXPECTED["resumed"]
    begun = second["first"]
    for name in ("loss", "val_loss"):
        points = [(logs["epoch"], logs[name]) for logs in first["epochs"] if logs["epoch"] < begun]
        points += by_epoch(second, name)
        run = "resumed/validation" if name == "val_loss" else "resumed/train"
        board.scalars(run, "epoch_loss", points)
        if name == "val_loss":
            counted = [((epoch + 1) * 3, value) for epoch, value in points]
            board.scalars(run, "evaluation_loss_vs_iterations", counted)
    batches = [logs["loss"] for logs in first["batches"][: 3 * begun] + second["batches"]]
    board.scalars("resumed/train", "batch_loss", list(enumerate(batches, 1)))


def check_study(board):
    space, trials = EXPECTED["study"]["space"], EXPECTED["study"]["trials"]
    experiment = board.ask("plugin/hparams/experiment", body={"experimentName": ""})
    infos = {info["name"]: info for info in experiment["hparamInfos"]}
    same(sorted(infos), sorted(space), "hparams: names")
    for name, domain in space.items():
        info = infos[name]
        if isinstance(domain, dict) and "low" in domain:
            interval = {"minValue": domain["low"], "maxValue": domain["high"]}
            same((info["type"], info["domainInterval"]), ("DATA_TYPE_FLOAT64", interval), name)
            continue
        values = domain["choices"] if isinstance(domain, dict) else [domain]
        kinds = {str: "STRING", bool: "BOOL", int: "FLOAT64"}
        kind = kinds[type(values[0])] if len({type(one) for one in values}) == 1 else "STRING"
        shown = [one if kind != "STRING" or isinstance(one, str) else json.dumps(one) for one in values]
        same((info["type"], info["domainDiscrete"]), (f"DATA_TYPE_{kind}", shown), name)
    tags = [info["name"]["tag"] for info in experiment["metricInfos"]]
    same(tags, ["val_accuracy", "seconds", "epochs"], "hparams: metrics")
    statuses = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
    asked = {"experimentName": "", "allowedStatuses": statuses, "startIndex": 0, "sliceSize": 100}
    asked["colParams"] = [{"metric": {"tag": tag, "group": ""}, "includeInResult": True} for tag in tags]
    asked["colParams"] += [{"hparam": name, "includeInResult": True} for name in space]
    groups = board.ask("plugin/hparams/session_groups", body=asked)["sessionGroups"]
    same(len(groups), len(trials), "hparams: trials")
    found = {group["name"]: group for group in groups}
    for trial in trials:
        group = found[f"trial_{trial['number']:04d}"]
        for name, value in trial["params"].items():
            text = infos[name]["type"] == "DATA_TYPE_STRING" and not isinstance(value, str)
            same(group["hparams"][name], json.dumps(value) if text else value, f"trial: {name}")
        values = {one["name"]["tag"]: one["value"] for one in group["metricValues"]}
        wanted = {"val_accuracy": trial.get("value"), "seconds": trial["seconds"], "epochs": trial["epochs"]}
        wanted = {tag: float(np.float32(one)) for tag, one in wanted.items() if one is not None}
        same(values, wanted, "trial: metrics")
        ended = {"complete": "SUCCESS", "failed": "FAILURE", "pruned": "UNKNOWN"}[trial["status"]]
        session = group["sessions"][0]
        same(session["status"], f"STATUS_{ended}", "trial: status")
        same(session["endTimeSecs"] >= session["startTimeSecs"] > 0, True, "trial: times")
        run = f"study/trial_{trial['number']:04d}"
        if trial["curve"]:
            board.scalars(run, "epoch_val_accuracy", list(enumerate(trial["curve"])))


def check_tags(board):
    """That there is nothing but what was checked."""
    book = EXPECTED["digits"]
    series, held = metrics(book)
    times = ["epoch_steps_per_second", "batch_steps_per_second", "epoch_learning_rate"]
    scalars = board.ask("plugin/scalars/tags")
    wanted = {f"{kind}_{name}" for name in series for kind in ("epoch", "batch")} | set(times)
    same(set(scalars["digits/train"]), wanted, "tags")
    wanted = {tag for name in held for tag in (f"epoch_{name}", f"evaluation_{name}_vs_iterations")}
    same(set(scalars["digits/validation"]), wanted, "tags")
    found = board.ask("plugin/histograms/tags")
    same(sorted(found), ["digits/train"], "tags: histograms")
    wanted = {f"{path}/{kind}" for path in book["paths"] for kind in ("histogram", "gradient")}
    same(set(found["digits/train"]), wanted, "tags: histograms")
    pages = board.ask("plugins_listing")
    shown = {name for name, page in pages.items() if page["enabled"]}
    wanted = {"scalars", "images", "graphs", "distributions", "histograms", "text", "pr_curves", "hparams"}
    same(wanted - shown, set(), "pages")


def check_records():
    """Every record of every file, with both of its sums."""
    for path in LOGS.rglob("*tfevents*"):
        events = list(event_file_loader.RawEventFileLoader(str(path)).Load())
        first = event_pb2.Event.FromString(events[0])
        same(first.file_version, "brain.Event:1", f"{path.name}: version")
        data, at, records = path.read_bytes(), 0, 0
        while at < len(data):
            at += int.from_bytes(data[at : at + 8], "little") + 16
            records += 1
        same((at, len(events)), (len(data), records), f"{path.name}: records")


check_records()
for fast in (False, True):
    board = Board(fast)
    try:
        for check in (check_tags, check_digits, check_branches, check_graphs, check_resumed, check_study):
            check(board)
    finally:
        board.close()
    print(f"TensorBoard, {'Rust' if fast else 'Python'} loader: {checked} comparisons so far, all equal")
