"""Runs the ONNX files that tests/models/export/written.ts wrote with onnxruntime, and compares the scores.

    python run.py FOLDER
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort

LIMIT = 1e-5
folder = sys.argv[1]
with open(os.path.join(folder, "cases.json")) as file:
    cases = json.load(file)
failures = 0
for name, case in cases.items():
    path = os.path.join(folder, name + ".onnx")
    onnx.checker.check_model(path, full_check=True)
    session = ort.InferenceSession(path)
    x = np.array(case["x"], dtype=np.float32).reshape(-1, *case["shape"])
    expected = np.array(case["scores"]).reshape(len(x), -1)
    found = session.run(["scores"], {"input": x})[0]
    gap = np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
    ok = found.shape == expected.shape and gap <= LIMIT
    failures += not ok
    print("✓" if ok else "✗", name.ljust(40), f"{gap:.1e}")
print("all as they should be" if failures == 0 else f"{failures} are not")
sys.exit(failures > 0)
