"""Attacks and bounds of other toolkits on a network that verdicts.ts wrote: `verdicts.py WHAT FOLDER` prints JSON."""

import json
import sys
import time
import types
from pathlib import Path

import numpy as np

what, folder = sys.argv[1], Path(sys.argv[2])
spec = json.loads((folder / "net.json").read_text())
numbers = np.fromfile(folder / "numbers.bin", dtype="<f4")


def taken(shape, first):
    return numbers[first : first + int(np.prod(shape))].reshape(shape)


X = taken(spec["x"]["shape"], spec["x"]["first"])
Y = np.array(spec["labels"])
EPSILON = spec["epsilon"]
WEIGHTS = [
    {name: taken(t["shape"], t["first"]) for name, t in layer.get("tensors", {}).items()}
    for layer in spec["layers"]
]


def torch_network(flat=False):
    import torch

    torch.set_num_threads(spec["threads"])

    class Maxout(torch.nn.Module):
        def __init__(self, pieces):
            super().__init__()
            self.pieces = pieces

        def forward(self, z):
            return z.view(len(z), self.pieces, -1).amax(1)

    class Rbf(torch.nn.Module):
        def __init__(self, mu, beta):
            super().__init__()
            self.mu, self.beta = torch.tensor(mu), torch.tensor(beta)

        def forward(self, x):
            return -(self.beta * (x[:, None, :] - self.mu) ** 2).sum(2)

    modules = [] if flat else [torch.nn.Flatten()]
    for layer, weights in zip(spec["layers"], WEIGHTS):
        if layer["type"] == "linear":
            W, b = weights["W"], weights["b"]
            made = torch.nn.Linear(W.shape[1], W.shape[0])
            made.weight.data, made.bias.data = torch.tensor(W), torch.tensor(b)
            modules.append(made)
        elif layer["type"] == "maxout":
            modules.append(Maxout(layer["pieces"]))
        elif layer["type"] == "rbf":
            modules.append(Rbf(weights["mu"], weights["beta"]))
        else:
            modules.append(torch.nn.ReLU())
    return torch.nn.Sequential(*modules).eval()


def autoattack():
    """AutoAttack as torchattacks has it: accuracy and time."""
    import torch
    import torchattacks

    net = torch_network()
    side = int(np.sqrt(X.shape[1]))
    x, y = torch.tensor(X).view(len(X), 1, side, side), torch.tensor(Y)
    attack = torchattacks.AutoAttack(net, eps=EPSILON, n_classes=spec["classes"], seed=0)
    start, before = time.perf_counter(), time.process_time()
    wrong, error = np.zeros(len(X), bool), 0
    for i in range(0, len(x), 250):
        adversarial = attack(x[i : i + 250], y[i : i + 250])
        error = max(error, float((adversarial - x[i : i + 250]).abs().max()))
        with torch.no_grad():
            wrong[i : i + 250] = (net(adversarial).argmax(1) != y[i : i + 250]).numpy()
    return {
        "errorRate": float(wrong.mean()),
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "farthest": error,
    }


def minimal():
    """L2 lengths by DeepFool, DDN, FMN and C&W of Foolbox and adversarial-library; None where nothing was found."""
    visdom = types.ModuleType("visdom")
    visdom.Visdom = object
    sys.modules.setdefault("visdom", visdom)
    import foolbox
    import torch
    from adv_lib import attacks as library

    net = torch_network()
    x, y = torch.tensor(X), torch.tensor(Y)
    wrapped = foolbox.PyTorchModel(net, bounds=(0, 1))

    def by_foolbox(attack):
        return lambda: attack(wrapped, x, y, epsilons=None)[1]

    runs = {
        "foolbox deepFool": by_foolbox(foolbox.attacks.L2DeepFoolAttack()),
        "foolbox ddn": by_foolbox(foolbox.attacks.DDNAttack()),
        "foolbox fmn": by_foolbox(foolbox.attacks.L2FMNAttack()),
        "foolbox carliniWagner": by_foolbox(foolbox.attacks.L2CarliniWagnerAttack(steps=spec["cwSteps"])),
        "adv-lib ddn": lambda: library.ddn(net, x, y, levels=None),
        "adv-lib fmn": lambda: library.fmn(net, x, y, norm=2, steps=100),
        "adv-lib deepFool": lambda: library.df(net, x, y),
        "adv-lib carliniWagner": lambda: library.carlini_wagner_l2(net, x, y, max_iterations=spec["cwSteps"]),
    }
    out = {}
    for name, run in runs.items():
        start = time.perf_counter()
        # rounding may leave the box by a bit
        found = run().detach().clamp(0, 1)
        seconds = time.perf_counter() - start
        with torch.no_grad():
            fooled = net(found).argmax(1) != y
        far = (found.double() - x.double()).norm(dim=1)
        lengths = [float(d) if good else None for d, good in zip(far, fooled)]
        out[name] = {"lengths": lengths, "seconds": seconds}
    return out


def crown():
    """Lower bounds of the label's lead on each other class by auto_LiRPA, (N, C − 1) by rising class."""
    import torch
    from auto_LiRPA import BoundedModule, BoundedTensor, PerturbationLpNorm

    net = torch_network(flat=True)
    x = torch.tensor(X)
    low, high = (x - EPSILON).clamp(min=0), (x + EPSILON).clamp(max=1)
    classes = spec["classes"]
    C = torch.zeros(len(x), classes - 1, classes)
    for i, label in enumerate(Y):
        for k, rival in enumerate(c for c in range(classes) if c != label):
            C[i, k, label], C[i, k, rival] = 1, -1
    bounds = []
    seconds = 0
    bounded = BoundedModule(net, torch.empty(100, x.shape[1]))
    for i in range(0, len(x), 100):
        part = slice(i, i + 100)
        ptb = PerturbationLpNorm(norm=np.inf, eps=EPSILON, x_L=low[part], x_U=high[part])
        with torch.no_grad():
            start = time.perf_counter()
            lower, _ = bounded.compute_bounds(
                x=(BoundedTensor(x[part], ptb),), C=C[part], method="CROWN", bound_upper=False
            )
            seconds += time.perf_counter() - start
        bounds += lower.tolist()
    return {"bounds": bounds, "seconds": seconds}


def semidefinite():
    """Upper bounds of the rival's lead by jax_verify's SDP-FO, for the pairs in the file: one hidden layer of ReLU."""
    import functools

    import jax
    import jax.numpy as jnp

    # what it calls by older names
    jax.tree_multimap = jax.tree_util.tree_map
    jax.ops.index_update = lambda array, index, value: array.at[index].set(value)
    from jax_verify import sdp_verify
    from jax_verify.src.sdp_verify import utils

    params = [(jnp.array(w["W"].T), jnp.array(w["b"])) for w in WEIGHTS if w]
    out = []
    for row, rival in spec["pairs"]:
        start = time.perf_counter()
        label = int(Y[row])
        # intervals: of the first layer they are what CROWN finds, whose code here wants a JAX that is no longer to be had
        bounds = utils.boundprop(params, utils.init_bound(X[row], EPSILON, input_bounds=(0.0, 1.0)))
        instance = utils.make_sdp_verif_instance(
            utils.make_relu_robust_verif_instance(
                params, bounds, target_label=rival, label=label, input_bounds=(0.0, 1.0)
            )
        )
        index = len(instance.dual_shapes) - 1
        dim = instance.dual_shapes[-1][1]

        def rate(path, kappa_index, kappa_dim):
            # as its example for the MNIST perceptron has them
            if kappa_index in path:
                return jax.nn.one_hot(jnp.array([0]), kappa_dim) * 10000
            return 0.1 if "lam" in path else 0.03 if path == (kappa_index - 1, "nu") else 1.0

        steps = spec["sdpSteps"]
        bound, _ = sdp_verify.solve_sdp_dual(
            instance,
            num_steps=sum(steps),
            steps_per_anneal=steps[:-1] + [int(1e9)],
            opt_multiplier_fn=functools.partial(rate, kappa_index=index, kappa_dim=dim),
            use_exact_eig_train=False,
            use_exact_eig_eval=True,
            n_iter_lanczos=100,
            eval_every=sum(steps),
            opt_name="adam",
            anneal_factor=0.1,
            lr_init=1e-3,
            kappa_zero_after=int(0.6 * sum(steps)),
            verbose=False,
        )
        out.append({"bound": float(bound), "seconds": time.perf_counter() - start})
    return out


print(json.dumps({"autoattack": autoattack, "minimal": minimal, "crown": crown, "semidefinite": semidefinite}[what]()))
