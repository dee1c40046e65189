/** The hosts there are. @module */

import type { Host } from "./host.ts";

/** The folder of the host called `name`. */
const folderOf = (name: string) => new URL(name, import.meta.url).pathname;

/** wasmtime from PyPI, in an environment of its own. */
const python: Host = {
  name: "python",
  probe: ["python3", "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"],
  install: "Python 3.11 or later with its venv module (Debian: apt-get install python3-venv)",
  kernels: ["baseline", "relaxed"],
  async prepare(run, folder) {
    const cwd = folderOf("python");
    const env = { PYTHONPATH: cwd, PYTHONDONTWRITEBYTECODE: "1" };
    const interpreter = `${folder}/environment/bin/python`;
    await run(["python3", "-m", "venv", `${folder}/environment`]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run([interpreter, ...pip, "-r", `${cwd}/requirements.txt`]);
    await run([interpreter, "-m", "unittest", "discover", "-s", "tests"], { cwd, env });
    return { command: [interpreter, `${cwd}/conformance.py`], env };
  },
};

/** wazero. */
const go: Host = {
  name: "go",
  probe: ["go", "version"],
  install: "Go 1.25 or later (Debian: apt-get install golang)",
  kernels: ["baseline"],
  async prepare(run, folder) {
    const cwd = folderOf("go");
    await run(["go", "mod", "download"], { cwd });
    // Go's cache of results does not see changes outside the module, such as those of cases.json
    await run(["go", "test", "-count=1", "./..."], { cwd });
    await run(["go", "build", "-o", `${folder}/conformance`, "./cmd/conformance"], { cwd });
    return { command: [`${folder}/conformance`] };
  },
};

/** wasmtime, compiled from source: minutes, unless CARGO_TARGET_DIR keeps what was compiled before. */
const rust: Host = {
  name: "rust",
  probe: ["cargo", "--version"],
  install: "Rust 1.95 or later with cargo (Debian: apt-get install rustup, rustup default stable)",
  kernels: ["baseline", "relaxed"],
  async prepare(run, folder) {
    const cwd = folderOf("rust");
    const target = Deno.env.get("CARGO_TARGET_DIR") ?? `${folder}/target`;
    const env = { CARGO_TARGET_DIR: target };
    await run(["cargo", "build", "--locked"], { cwd, env });
    await run(["cargo", "test", "--locked"], { cwd, env });
    return { command: [`${target}/debug/conformance`] };
  },
};

/** All hosts, the quickest to prepare first. */
export const hosts: readonly Host[] = [python, go, rust];
