"""PyTorch and numpy, asked line by line: a JSON object on standard input, one on standard output."""

import json
import sys
import time

import numpy as np

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

EPSILON = 0.25
MAX_NORM = 1.9365
CHUNK = 1000
LONG_EPSILON = 0.1
# of convolutions few, as those of plain JavaScript take seconds each
STEPS, FEW_STEPS = (40, 0.01), (5, 0.04)
ready = {}


def about(threads):
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    answer = {"numpy": f"numpy {np.__version__}, {blas['name']} {blas['version']}: {core()}"}
    if torch:
        torch.set_num_threads(threads)
        lines = [line.strip(" -") for line in torch.__config__.show().splitlines()]
        mkl = next((line for line in lines if "Math Kernel Library" in line or "BLAS" in line), "unknown BLAS")
        answer["torch"] = f"{torch.__version__}, {mkl.split(' for ')[0]}, {torch.backends.cpu.get_cpu_capability()}"
    return answer


def core():
    """The kernels that OpenBLAS picked for this processor."""
    try:
        from threadpoolctl import threadpool_info
        return ", ".join(str(lib.get("architecture")) for lib in threadpool_info() if lib.get("user_api") == "blas")
    except ImportError:
        return "unknown core, install threadpoolctl to name it"


def load(files, name):
    return np.fromfile(files[name]["path"], dtype=files[name].get("type", "float32")).reshape(files[name]["shape"])


def product(library, form, files):
    a, b = load(files, "a"), load(files, "b")
    if library == "torch":
        a, b = torch.from_numpy(a), torch.from_numpy(b)
    a, b = (a.T if form == "gemmTN" else a), (b.T if form == "gemmNT" else b)
    out = torch.empty(a.shape[0], b.shape[1]) if library == "torch" else np.empty((a.shape[0], b.shape[1]), np.float32)
    multiply = torch.mm if library == "torch" else np.matmul
    call = lambda: multiply(a, b, out=out)
    call()
    return call, {"c": np.asarray(out)}


# the ways to spell maxout over z (B, P, U): which is fastest depends on the machine
SPELLINGS = {
    "max": lambda z: z.max(1).values,
    "amax": lambda z: z.amax(1),
    "maximum": lambda z: maximum(z.unbind(1)),
}


def maximum(pieces):
    most = pieces[0]
    for piece in pieces[1:]:
        most = torch.maximum(most, piece)
    return most


class Layers:
    def __init__(self, files, names, spelling="max", rectified=False):
        self.spelling = SPELLINGS[spelling]
        self.rectified = rectified
        self.shapes = {name: files[name]["shape"] for name in names}
        self.layers = [name[:-1] for name in names if name.endswith("W")]
        self.p = {name: torch.from_numpy(load(files, name).copy()) for name in names}
        for name, value in self.p.items():
            self.p[name] = (value.reshape(-1, value.shape[-1]) if name.endswith("W") else value.reshape(-1)).requires_grad_()

    def loss(self, x, y, dropout=False):
        for i, name in enumerate(self.layers):
            if dropout:
                x = F.dropout(x, 0.2 if i == 0 else 0.5)
            x = F.linear(x, self.p[name + "W"], self.p[name + "b"])
            shape = self.shapes[name + "W"]
            if len(shape) == 3:
                x = self.spelling(x.view(-1, shape[0], shape[1]))
            elif self.rectified and i + 1 < len(self.layers):
                x = F.relu(x)
        return F.cross_entropy(x, y)

    def read(self):
        return {name: value.detach().numpy() for name, value in self.p.items()}


class Images:
    """Convolutions as large as their inputs, rectified, with maxima of 2 x 2, and a linear top."""

    layers = []

    def __init__(self, files, names, spelling=None):
        self.p = {name: torch.from_numpy(load(files, name).copy()).requires_grad_() for name in names}

    def loss(self, x, y, dropout=False):
        x = x.view(-1, 1, 28, 28)
        for name in ("conv0.", "conv1."):
            x = F.conv2d(x, self.p[name + "W"], self.p[name + "b"], padding="same")
            x = F.max_pool2d(F.relu(x), 2)
        return F.cross_entropy(F.linear(x.flatten(1), self.p["top.W"], self.p["top.b"]), y)

    def read(self):
        return {name: value.detach().numpy() for name, value in self.p.items()}


class Rbf:
    layers = []

    def __init__(self, files, names, spelling=None):
        mu, beta = (torch.from_numpy(load(files, name).copy()) for name in ("mu", "beta"))
        self.p = {"mu": mu.requires_grad_(), "rho": beta.expm1().log().requires_grad_()}

    def loss(self, x, y, dropout=False):
        mu, beta = self.p["mu"], F.softplus(self.p["rho"])
        weighted = beta * mu
        far = (x * x) @ beta.T - 2 * (x @ weighted.T) + (weighted * mu).sum(1)
        own = F.one_hot(y, far.shape[1])
        rest = (1 - (-far).exp()).clamp_min(1e-6).log()
        return (own * far - (1 - own) * rest).sum(1).mean()

    def read(self):
        return {"mu": self.p["mu"].detach().numpy(), "beta": F.softplus(self.p["rho"]).detach().numpy()}


def perturbed(net, x, y):
    x = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net.loss(x, y), x)
    return x.detach() + EPSILON * gradient.sign()


def objective(net, what, x, y, dropout):
    loss = net.loss(x, y, dropout)
    if what == "adversarial":
        loss = 0.5 * (loss + net.loss(perturbed(net, x, y), y, dropout))
    return loss


def training(what, files, names):
    x, y = torch.from_numpy(load(files, "x")), torch.from_numpy(load(files, "labels")).long()
    size = 200 if what == "rbf" else 100
    images = what.startswith("cnn")
    make = Rbf if what == "rbf" else Images if images else Layers
    rate = 1.0
    net = make(files, names)
    first = torch.optim.SGD(net.p.values(), lr=rate)
    objective(net, what, x[:size], y[:size], False).backward()
    first.step()
    result = net.read()

    def stepper(spelling):
        net = make(files, names, spelling)
        adam = 0.001 if images else 0.002
        rule = torch.optim.Adam(net.p.values(), lr=adam) if images or what == "rbf" else torch.optim.SGD(net.p.values(), lr=0.1, momentum=0.5)
        order = [torch.randperm(len(y)), 0]

        def call():
            if order[1] + size > len(y):
                order[:] = [torch.randperm(len(y)), 0]
            chosen = order[0][order[1]:order[1] + size]
            order[1] += size
            rule.zero_grad(set_to_none=True)
            objective(net, what, x[chosen], y[chosen], what != "softmax").backward()
            rule.step()
            with torch.no_grad():
                for name in net.layers:
                    W = net.p[name + "W"]
                    W.mul_((MAX_NORM / W.norm(dim=1, keepdim=True)).clamp_(max=1))

        return call

    # its best spelling, so that the comparison is with what PyTorch can do
    calls = [stepper(spelling) for spelling in (SPELLINGS if what in ("maxout", "adversarial") else ["max"])]
    return min(calls, key=lambda call: min(timed(call, 3) for _ in range(3))), result


def walked(net, x, y):
    start = x
    steps, size = FEW_STEPS if isinstance(net, Images) else STEPS
    for _ in range(steps):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(net.loss(x, y), x)
        x = torch.clamp(torch.clamp(x.detach() + size * gradient.sign(), start - LONG_EPSILON, start + LONG_EPSILON), 0, 1)
    return x


def attack(what, files, names):
    images = what.startswith("cnn")
    net = Images(files, names) if images else Layers(files, names, rectified=what == "relu")
    attacked = walked if images or what == "relu" else perturbed
    x, y = torch.from_numpy(load(files, "x")), torch.from_numpy(load(files, "labels")).long()
    out = torch.empty_like(x)

    def call():
        for first in range(0, len(y), CHUNK):
            part = slice(first, first + CHUNK)
            torch.clamp(attacked(net, x[part], y[part]), 0, 1, out=out[part])

    call()
    return call, {"x": out.numpy()}


def timed(call, calls):
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - start


def prepare(request):
    files = request["files"]
    names = [name for name in files if name not in ("x", "labels")]
    if request["work"] == "product":
        call, result = product(request["library"], request["form"], files)
    elif request["work"] == "training":
        call, result = training(request["what"], files, names)
    else:
        call, result = attack(request["what"], files, names)
    for name, values in result.items():
        np.ascontiguousarray(values, dtype=np.float32).tofile(f"{request['out']}{name}")
    ready[request["id"]] = call
    return {"names": list(result)}


def main():
    threads = int(sys.argv[1])
    print(json.dumps(about(threads)), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "prepare":
            answer = prepare(request)
        else:
            answer = {"seconds": timed(ready[request["id"]], request["calls"])}
        print(json.dumps(answer), flush=True)


main()
