"""Writes ONNX models of scikit-learn and PyTorch into a folder, with inputs and what onnxruntime makes of them.

    python models.py FOLDER [--rows 1000] [--only NAME …]

Each model NAME is NAME.onnx (and NAME.onnx.data where the exporter writes two files), its inputs NAME.x.npy (B, D) float32
and scores NAME.y.npy; of up to 16 rows they are in cases.json. The line of NAME in cases.json says which numbers these are: "scores", "probabilities", or
"positive", the probability of class 1, and which labels (B) the file itself gives. Gradients NAME.g.npy (B, D), of the sum
over scores of w[c]·score[c], are there for PyTorch, with w = (1, −1/2, 1/3, …).
"""

import argparse
import json
import os
import warnings

import numpy as np
import onnxruntime as ort

warnings.filterwarnings("ignore")
SEED = 7
# up to so many rows are written into cases.json itself
FEW = 16


def blobs(classes, features, rows, rng):
    """Points of `classes` overlapping clouds, each feature of another scale."""
    centers = rng.normal(size=(classes, features))
    y = rng.integers(0, classes, rows)
    x = centers[y] + 0.8 * rng.normal(size=(rows, features))
    return (x * np.linspace(0.5, 3, features) + np.linspace(-1, 2, features)).astype(np.float32), y


def sklearn_models():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
    from sklearn.svm import SVC, LinearSVC

    def mlp(activation, **more):
        return MLPClassifier((8,), activation=activation, random_state=SEED, max_iter=60, **more)

    yield "logistic2", 2, make_pipeline(StandardScaler(), LogisticRegression())
    yield "logistic3", 3, make_pipeline(MinMaxScaler(), LogisticRegression())
    yield "logistic3_names", -3, make_pipeline(StandardScaler(), LogisticRegression())
    yield "logistic_clip", 3, make_pipeline(MinMaxScaler(clip=True), LogisticRegression())
    yield "logistic_ovr", 3, make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression()))
    for activation in ["identity", "logistic", "tanh", "relu"]:
        yield f"mlp2_{activation}", 2, make_pipeline(StandardScaler(), mlp(activation))
        yield f"mlp3_{activation}", 3, make_pipeline(MinMaxScaler(), mlp(activation))
    yield "linear_svc2", 2, make_pipeline(StandardScaler(), LinearSVC())
    yield "linear_svc3", 3, make_pipeline(MinMaxScaler(), LinearSVC())
    yield "ridge3", 3, make_pipeline(StandardScaler(), RidgeClassifier())
    yield "svc2_rbf", 2, make_pipeline(StandardScaler(), SVC())
    yield "svc3_rbf", 3, make_pipeline(MinMaxScaler(), SVC())
    yield "svc4_rbf", 4, make_pipeline(StandardScaler(), SVC(C=3))
    yield "svc3_linear", 3, make_pipeline(StandardScaler(), SVC(kernel="linear"))
    yield "svc2_poly", 2, make_pipeline(StandardScaler(), SVC(kernel="poly", degree=3, coef0=1))
    yield "svc2_sigmoid", 2, make_pipeline(StandardScaler(), SVC(kernel="sigmoid"))
    yield "svc2_probability", 2, make_pipeline(StandardScaler(), SVC(probability=True, random_state=SEED))
    yield "normalizer_l2", 3, make_pipeline(Normalizer("l2"), LogisticRegression(C=100))
    yield "forest", 3, make_pipeline(RandomForestClassifier(3, max_depth=3, random_state=SEED))


def write_sklearn(folder, rows, only):
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    for name, classes, pipeline in sklearn_models():
        rng = np.random.default_rng(SEED)
        x, y = blobs(abs(classes), 5, 300 + rows, rng)
        if classes < 0:
            y = np.array(["ant", "bee", "cow", "dog"])[y]
        pipeline.fit(x[:300], y[:300])
        test = x[300:]
        last = pipeline.steps[-1][1]
        for suffix, kind, dtype, zipmap in [
            ("", FloatTensorType, np.float32, True),
            ("_double", DoubleTensorType, np.float64, False),
            ("_array", FloatTensorType, np.float32, False),
        ]:
            full = name + suffix
            if only and full not in only:
                continue
            path = os.path.join(folder, full + ".onnx")
            options = {id(last): {"raw_scores": True}} if isinstance(last, LinearSVC) else {id(pipeline): {"zipmap": zipmap}}
            if dtype == np.float64:
                # the operator Scaler gives float32, and ZipMap takes no other
                for _, step in pipeline.steps:
                    if isinstance(step, StandardScaler):
                        options[id(step)] = {"div": "div"}
            try:
                made = to_onnx(pipeline, initial_types=[("input", kind([None, 5]))], options=options)
            except Exception as problem:  # an estimator that skl2onnx does not convert
                print("cannot make", full, str(problem)[:100])
                continue
            with open(path, "wb") as file:
                file.write(made.SerializeToString())
            try:
                session = ort.InferenceSession(path)
                label, scores = session.run(None, {"input": test.astype(dtype)})
            except Exception as problem:
                print("onnxruntime does not run", full, str(problem)[:160])
                os.remove(path)
                continue
            if zipmap and isinstance(scores, list):
                scores = np.array([list(row.values()) for row in scores])
            kind_of = "probabilities" if hasattr(last, "predict_proba") else "scores"
            order = list(pipeline.classes_)
            label = np.array([order.index(each) for each in label])
            yield full, test, np.asarray(scores), label, None, {
                "kind": kind_of,
                "classNames": [str(each) for each in order],
                # onnxruntime gives the scores of a machine of two classes with the other sign than its labels
                "negated": name.startswith("svc2"),
                "refused": name in ["forest", "svc2_probability"],
                # chosen after measuring: onnxruntime itself is 6e-6 off there
                **({"limit": 2e-5} if name == "svc2_poly" else {}),
            }


def torch_models():
    import torch
    from torch import nn

    class Front(nn.Module):
        def __init__(self, inner, mean, std):
            super().__init__()
            self.inner = inner
            self.register_buffer("mean", mean)
            self.register_buffer("std", std)

        def forward(self, x):
            return self.inner((x - self.mean) / self.std)

    class Maxout(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(12, 3 * 8)
            self.top = nn.Linear(8, 4)

        def forward(self, x):
            return self.top(self.first(x).reshape(-1, 3, 8).amax(1))

    class Rbf(nn.Module):
        def __init__(self):
            super().__init__()
            self.mu = nn.Parameter(torch.randn(6, 12))
            self.beta = nn.Parameter(torch.rand(6, 12) * 0.1)
            self.top = nn.Linear(6, 3)

        def forward(self, x):
            distance = ((x.unsqueeze(1) - self.mu) ** 2 * self.beta).sum(-1)
            return self.top(torch.exp(-distance))

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(12, 12)
            self.norm = nn.LayerNorm(12)
            self.top = nn.Linear(24, 3)

        def forward(self, x):
            h = x + nn.functional.elu(self.a(x))
            return self.top(torch.cat([self.norm(h), torch.maximum(h, -0.5 * x)], dim=1))

    def cnn():
        return nn.Sequential(
            nn.Conv2d(2, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, stride=2, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.1),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(8, 3),
        )

    def cnn2():
        return nn.Sequential(
            nn.ZeroPad2d((1, 0, 0, 1)), nn.Conv2d(2, 4, (3, 2), groups=2), nn.Tanh(), nn.AvgPool2d(2, padding=1),
            nn.Flatten(), nn.Linear(4 * 4 * 5, 10), nn.Sigmoid(), nn.Linear(10, 4), nn.LogSoftmax(1),
        )

    yield "mlp", (12,), nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 4))
    yield "mlp_softmax", (12,), nn.Sequential(nn.Linear(12, 16), nn.ELU(), nn.Linear(16, 4), nn.Softmax(dim=-1))
    yield "mlp_binary", (12,), nn.Sequential(nn.Linear(12, 6), nn.SiLU(), nn.Linear(6, 1), nn.Sigmoid())
    yield "mlp_images", (1, 3, 4), nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Hardtanh(), nn.Linear(5, 3))
    yield "front", (12,), Front(nn.Sequential(nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 3)),
                                torch.linspace(-2, 2, 12), torch.linspace(0.3, 3, 12))
    yield "front_images", (3, 4, 4), Front(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3)),
                                           torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1),
                                           torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))
    yield "cnn", (2, 9, 9), cnn()
    yield "cnn2", (2, 8, 8), cnn2()
    yield "maxout", (12,), Maxout()
    yield "rbf", (12,), Rbf()
    yield "residual", (12,), Residual()


def write_torch(folder, rows, only):
    import torch

    for name, shape, module in torch_models():
        torch.manual_seed(SEED)
        for parameter in module.parameters():
            torch.nn.init.uniform_(parameter, -0.5, 0.5)
        for part in module.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(part.running_mean, -0.3, 0.3)
                torch.nn.init.uniform_(part.running_var, 0.5, 2)
        if name == "rbf":
            module.beta.data.abs_().mul_(0.3)
        module.eval()
        x = torch.randn(rows, *shape)
        for suffix in ["_dynamo", "_legacy", "_dynamic", "_legacy_dynamic"]:
            full = f"torch_{name}{suffix}"
            if only and full not in only:
                continue
            path = os.path.join(folder, full + ".onnx")
            more = {}
            batch = 1 if "dynamic" not in suffix else 4
            if suffix == "_dynamic":
                more["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
            if suffix == "_legacy_dynamic":
                more["dynamic_axes"] = {"x": {0: "batch"}, "y": {0: "batch"}}
            try:
                torch.onnx.export(
                    module, (x[:batch],), path, dynamo="legacy" not in suffix, input_names=["x"], output_names=["y"],
                    verbose=False, **more,
                )
            except Exception as problem:
                print("cannot make", full, str(problem)[:160])
                continue
            session = ort.InferenceSession(path)
            if "dynamic" in suffix:
                y = session.run(None, {"x": x.numpy()})[0]
            else:
                y = np.concatenate([session.run(None, {"x": each[None].numpy()})[0] for each in x])
            variable = x.clone().requires_grad_()
            scores = module[:-1](variable) if name in ["mlp_softmax", "mlp_binary", "cnn2"] else module(variable)
            weights = torch.tensor([(-1) ** c / (c + 1) for c in range(scores.shape[1])])
            (scores * weights).sum().backward()
            kind = {"mlp_softmax": "probabilities", "mlp_binary": "positive", "cnn2": "logProbabilities"}.get(name, "scores")
            label = (y[:, 0] > 0.5).astype(int) if kind == "positive" else y.argmax(1)
            yield full, x.reshape(rows, -1).numpy(), y, label, variable.grad.reshape(rows, -1).numpy(), {
                "kind": kind, "input": list(shape),
            }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    cases = {}
    for write in [write_sklearn, write_torch]:
        for name, x, y, label, gradient, case in write(options.folder, options.rows, options.only):
            arrays = {"x": x.astype(np.float32), "y": np.asarray(y, dtype=np.float64), "label": np.asarray(label, dtype=np.int32)}
            if gradient is not None:
                arrays["g"] = gradient.astype(np.float32)
            cases[name] = case
            for key, array in arrays.items():
                if options.rows > FEW:
                    np.save(os.path.join(options.folder, f"{name}.{key}.npy"), array)
                else:
                    case[key] = [[float(f"{value:.9g}") for value in row] for row in array.reshape(len(array), -1)]
    with open(os.path.join(options.folder, "cases.json"), "w") as file:
        json.dump(cases, file)
    print(len(cases), "models")


if __name__ == "__main__":
    main()
