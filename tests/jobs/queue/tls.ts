/** A queue by TLS, with a user who has a password: it serves, strangers are refused, and nothing secret is said. @module */

import { assert, assertEquals } from "@std/assert";
import { end, freePort, gibbon, reproduces, said, type Setup, startServer, until } from "./processes.ts";

/** The user, and the password that must not be printed. */
const USER = "gibbon", SECRET = "hidden-7f3a@:/#%?";

/** A certificate for 127.0.0.1 from an authority of its own, as files in `folder`. */
async function certificates(folder: string): Promise<{ authority: string; cert: string; key: string }> {
  const [authority, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => `${folder}/${name}`);
  const names = `${folder}/names`;
  await Deno.writeTextFile(names, "subjectAltName=IP:127.0.0.1\n");
  const newKey = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const steps = [
    ["req", "-x509", ...newKey, "-subj", "/CN=test", "-keyout", `${folder}/ca.key`, "-out", authority],
    ["req", ...newKey.slice(0, 3), "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", `${folder}/request`],
    [
      ...["x509", "-req", "-in", `${folder}/request`, "-CA", authority, "-CAkey", `${folder}/ca.key`],
      ...["-CAcreateserial", "-days", "2", "-extfile", names, "-out", cert],
    ],
  ];
  for (const args of steps) {
    const { code, stderr } = await new Deno.Command("openssl", { args }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
  return { authority, cert, key };
}

/** The queue by TLS. */
export async function tls(setup: Setup): Promise<void> {
  const { folder, reproduce } = setup;
  const { authority, cert, key } = await certificates(folder);
  const port = freePort(), address = `127.0.0.1:${port}`;
  const redis = await startServer({
    folder,
    port,
    tls: [
      ...["--tls-cert-file", cert, "--tls-key-file", key],
      ...["--tls-ca-cert-file", authority, "--tls-auth-clients", "no"],
      ...["--user", USER, "on", `>${SECRET}`, "~*", "&*", "+@all", "--user", "default", "off"],
    ],
  });
  const heard: string[] = [];
  const store = `${folder}/tls`, trust = { DENO_CERT: authority };
  // the password in the address of one, in the environment of the other
  const worker = gibbon(
    ["worker", "--queue", `rediss://${USER}@${address}`, "--store", store, "--concurrency", "1"],
    { env: { ...trust, GIBBON_QUEUE_PASSWORD: SECRET } },
  );
  for (const stream of [worker.stdout, worker.stderr]) {
    const text = stream.pipeThrough(new TextDecoderStream());
    text.pipeTo(new WritableStream({ write: (chunk) => void heard.push(chunk) })).catch(() => {});
  }
  try {
    const queue = `rediss://${USER}:${encodeURIComponent(SECRET)}@${address}`;
    heard.push(await reproduces(setup, { queue, store, env: trust }));
    await until(() => heard.join("").includes("done experiment"));
    const refused = [
      { queue: `rediss://${USER}:wrong-hidden-7f3a@${address}`, env: trust },
      { queue: `rediss://${address}`, env: trust },
      { queue, env: {} as Record<string, string> },
    ];
    for (const { queue, env } of refused) {
      const { code, text } = await said([...reproduce, "--queue", queue, "--store", store], { env });
      assertEquals(code, 1, text);
      assert(text.includes(`Cannot use the queue at rediss://${address}: `), text);
      heard.push(text);
    }
    const all = heard.join("\n");
    assert(!all.includes("hidden-7f3a"), all);
    console.log("TLS: the same report; a wrong password, none, and an unknown authority are refused");
    console.log("TLS: no password in what anyone said");
  } finally {
    await end(worker);
    await end(redis);
  }
}
