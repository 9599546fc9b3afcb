"""What Optuna itself finds in tune_journal.jsonl, a journal that glissade wrote: optuna_journal.json.

    GLISSADE_WRITE=1 npx vitest run tests/journal.test.ts   # writes the journal anew
    pip install optuna && python tests/golden/optuna_journal.py
"""

import json
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

here = Path(__file__).parent
storage = JournalStorage(JournalFileBackend(str(here / "tune_journal.jsonl")))


def distribution(one):
    return {"kind": type(one).__name__, **one._asdict()}


def trial(one):
    return {
        "number": one.number,
        "state": one.state.name,
        "value": one.value,
        "params": one.params,
        "distributions": {name: distribution(d) for name, d in one.distributions.items()},
        "user_attrs": one.user_attrs,
        "intermediate_values": one.intermediate_values,
    }


def study(name):
    found = optuna.load_study(study_name=name, storage=storage)
    return {
        "direction": found.direction.name,
        "metric_names": found.metric_names,
        "best": found.best_trial.number,
        "trials": [trial(one) for one in found.trials],
    }


names = optuna.get_all_study_names(storage)
found = {"optuna": optuna.__version__, "studies": {name: study(name) for name in names}}
(here / "optuna_journal.json").write_text(json.dumps(found, indent=1) + "\n")
