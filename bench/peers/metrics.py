"""Figures of many predictions by scikit-learn.

Usage: metrics.py PROBABILITIES TRUTH REPEATS; float64 [n, 3] and uint8 [n], raw.
The last line of the output is JSON: seconds of each run of each figure, and the figures.
"""

import json
import sys
import time

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix, log_loss, roc_auc_score

probabilities = np.fromfile(sys.argv[1], dtype="float64").reshape(-1, 3)
truth = np.fromfile(sys.argv[2], dtype="uint8")
repeats = int(sys.argv[3])
classes = range(3)


def auroc():
    return roc_auc_score(truth == 0, probabilities[:, 0])


def counts():
    predicted = probabilities.argmax(axis=1)
    report = classification_report(truth, predicted, labels=classes, output_dict=True, zero_division=0)
    return {"confusion": confusion_matrix(truth, predicted, labels=classes).tolist(), "f1": report["0"]["f1-score"]}


def losses():
    brier = np.square(probabilities - np.eye(3)[truth]).sum(axis=1).mean()
    return {"logLoss": log_loss(truth, probabilities, labels=classes), "brier": brier}


def timed(work):
    value = work()  # not counted: imports, caches
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds, value


measured = {"auroc": timed(auroc), "counts": timed(counts), "losses": timed(losses)}
print(
    json.dumps(
        {
            "seconds": {name: seconds for name, (seconds, _) in measured.items()},
            "values": {name: value for name, (_, value) in measured.items()},
        }
    )
)
