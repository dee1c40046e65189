using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .gate)],
  sockets = [(name = "http", address = "127.0.0.1:8000", http = (), service = "main")],
  # in MB: enough for the mixture of `deno task load`, and far from Cloudflare's 128
  v8Flags = ["--max-heap-size=32"],
);

const gate :Workerd.Worker = (
  modules = [
    (name = "workerd.js", esModule = embed "dist/workerd.js"),
    (name = "gibbon.wasm", wasm = embed "dist/gibbon.wasm"),
    (name = "digits.safetensors", data = embed "dist/digits.safetensors"),
  ],
  compatibilityDate = "2026-06-01",
  compatibilityFlags = ["enable_request_signal"],
);
