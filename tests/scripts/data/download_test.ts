import { assert, assertEquals, assertRejects } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { downloadMnist, type DownloadOptions, type Progress } from "../../../scripts/data/download.ts";
import { UserError } from "../../../scripts/errors.ts";

const gzip = (bytes: Uint8Array<ArrayBuffer>) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

// Multiplying by large primes leaves bytes that barely pack, so that files are several pieces long.
const PLAIN = {
  "images.gz": Uint8Array.from({ length: 200_000 }, (_, i) => Math.imul(i * i, 2654435761) >>> 13),
  "labels.gz": Uint8Array.from({ length: 1000 }, (_, i) => i % 10),
};
const PACKED = { "images.gz": await gzip(PLAIN["images.gz"]), "labels.gz": await gzip(PLAIN["labels.gz"]) };
const FILES = {
  "images.gz": await sha256(PLAIN["images.gz"]),
  "labels.gz": await sha256(PLAIN["labels.gz"]),
};

type Answer = (bytes: Uint8Array<ArrayBuffer>, request: Request) => Response;

const whole: Answer = (bytes) => new Response(bytes);
const ranged: Answer = (bytes, request) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  if (from === 0) return whole(bytes, request);
  if (from >= bytes.length) return new Response(null, { status: 416 });
  const headers = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  return new Response(bytes.subarray(from), { status: 206, headers });
};
const missing: Answer = () => new Response("<h1>No</h1>", { status: 404 });
const wrong: Answer = (bytes, request) =>
  whole(bytes.map((byte, i) => i === 5000 || bytes.length < 5000 ? 7 : byte), request);
/** Half the file, and then nothing more. */
const stuck: Answer = (bytes) =>
  new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(bytes.subarray(0, bytes.length / 2)) }),
    { headers: { "content-length": `${bytes.length}` } },
  );

interface Mirror {
  readonly url: string;
  /** The files asked for, each with the byte to begin at if one was named. */
  readonly asked: string[];
}

/** Runs `run` with a mirror for each of `answers` and an empty folder. */
async function withMirrors(
  answers: Answer[],
  run: (mirrors: Mirror[], folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const servers = answers.map((answer) => {
    const asked: string[] = [];
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const name = new URL(request.url).pathname.slice(1);
      asked.push([name, request.headers.get("range")].filter(Boolean).join(" "));
      return answer(PACKED[name as keyof typeof PACKED], request);
    });
    return { server, mirror: { url: `http://127.0.0.1:${server.addr.port}/`, asked } };
  });
  try {
    await run(servers.map(({ mirror }) => mirror), folder);
  } finally {
    await Promise.all(servers.map(({ server }) => server.shutdown()));
    await Deno.remove(folder, { recursive: true });
  }
}

function get(folder: string, mirrors: readonly Mirror[], options: DownloadOptions = {}): Promise<void> {
  return downloadMnist(folder, { mirrors: mirrors.map(({ url }) => url), files: FILES, ...options });
}

async function assertWhole(folder: string): Promise<void> {
  assertEquals(Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort(), Object.keys(FILES).sort());
  for (const [name, bytes] of Object.entries(PACKED)) {
    assertEquals(await Deno.readFile(`${folder}/${name}`), bytes);
  }
}

Deno.test("downloadMnist() fetches each file once, reports its progress, and keeps good files", () =>
  withMirrors([ranged], async (mirrors, folder) => {
    const heard: Progress[] = [];
    const out = `${folder}/new/mnist`;
    await get(out, mirrors, { onProgress: (progress) => heard.push(progress) });
    await assertWhole(out);
    for (const [file, { length }] of Object.entries(PACKED)) {
      const ofFile = heard.filter((progress) => progress.file === file);
      assertEquals(ofFile.at(-1), { file, received: length, total: length });
      assert(ofFile.every(({ received }, i) => i === 0 || received > ofFile[i - 1].received));
    }
    await get(out, mirrors);
    assertEquals(mirrors[0].asked, ["images.gz", "labels.gz"]);
  }));

Deno.test("downloadMnist() replaces a file that is not good", () =>
  withMirrors([ranged], async (mirrors, folder) => {
    await Deno.writeFile(`${folder}/images.gz`, PACKED["labels.gz"]);
    await get(folder, mirrors);
    await assertWhole(folder);
  }));

Deno.test("downloadMnist() asks only for the bytes that a part lacks", () =>
  withMirrors([ranged], async (mirrors, folder) => {
    const received: number[] = [];
    await Deno.writeFile(`${folder}/images.gz.part`, PACKED["images.gz"].subarray(0, 1000));
    await Deno.writeFile(`${folder}/labels.gz.part`, PACKED["labels.gz"]);
    await get(folder, mirrors, { onProgress: (progress) => received.push(progress.received) });
    await assertWhole(folder);
    assertEquals(mirrors[0].asked, ["images.gz bytes=1000-"]);
    assert(received[0] > 1000 && received.at(-1) === PACKED["images.gz"].length);
  }));

Deno.test("downloadMnist() starts again where a part belongs to another file", async () => {
  for (const length of [1000, 400_000]) {
    await withMirrors([ranged], async (mirrors, folder) => {
      await Deno.writeFile(`${folder}/images.gz.part`, new Uint8Array(length));
      await get(folder, mirrors);
      await assertWhole(folder);
      assertEquals(mirrors[0].asked, [`images.gz bytes=${length}-`, "images.gz", "labels.gz"]);
    });
  }
});

Deno.test("downloadMnist() takes the whole file from a server that ignores ranges", () =>
  withMirrors([whole], async (mirrors, folder) => {
    await Deno.writeFile(`${folder}/images.gz.part`, new Uint8Array(400_000));
    await get(folder, mirrors);
    await assertWhole(folder);
  }));

Deno.test("downloadMnist() tries the next mirror, and completes the bytes of the last one", async () => {
  for (const first of [missing, wrong]) {
    await withMirrors([first, ranged], async (mirrors, folder) => {
      await get(folder, mirrors);
      await assertWhole(folder);
      assertEquals(mirrors[1].asked, ["images.gz", "labels.gz"]);
    });
  }
  await withMirrors([ranged], async (mirrors, folder) => {
    await get(folder, [{ url: "http://127.0.0.1:1/", asked: [] }, ...mirrors]);
    await assertWhole(folder);
  });
  await withMirrors([stuck, ranged], async (mirrors, folder) => {
    await get(folder, mirrors, { patience: 200 });
    await assertWhole(folder);
    assertEquals(mirrors[1].asked, [
      `images.gz bytes=${Math.floor(PACKED["images.gz"].length / 2)}-`,
      `labels.gz bytes=${Math.floor(PACKED["labels.gz"].length / 2)}-`,
    ]);
  });
});

Deno.test("downloadMnist() says what each mirror did, and leaves no file of other bytes", () =>
  withMirrors([missing, wrong], async (mirrors, folder) => {
    const [a, b] = mirrors.map(({ url }) => new URL(url).host);
    const gone = { url: "http://127.0.0.1:1/", asked: [] };
    const { message, exitCode } = await assertRejects(() => get(folder, [...mirrors, gone]), UserError);
    const why = `${a} answered 404; ${b} sent other bytes; 127.0.0.1:1 cannot be reached or broke off`;
    assertEquals([message, exitCode], [`Cannot download images.gz: ${why}`, 1]);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("downloadMnist() keeps the part when it is stopped, and completes it the next time", () =>
  withMirrors([stuck, ranged], async ([first, second], folder) => {
    const stop = new AbortController();
    const error = await assertRejects(
      () => get(folder, [first], { signal: stop.signal, onProgress: () => stop.abort() }),
      UserError,
      "Cannot download images.gz: it was stopped; the next run resumes it",
    );
    assertEquals(error.exitCode, 130);
    const { size } = await Deno.stat(`${folder}/images.gz.part`);
    assert(size > 0 && size < PACKED["images.gz"].length);
    await get(folder, [second]);
    await assertWhole(folder);
    assertEquals(second.asked[0], `images.gz bytes=${size}-`);
  }));

Deno.test("downloadMnist() says when it cannot write, and asks no further mirror", () =>
  withMirrors([ranged, ranged], async (mirrors, folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => get(`${folder}/file`, mirrors), UserError, `Cannot write ${folder}/file: `);
    await Deno.mkdir(`${folder}/images.gz`);
    await assertRejects(
      () => get(folder, mirrors),
      UserError,
      `Cannot write ${folder}/images.gz: it is a folder`,
    );
    assertEquals([mirrors[0].asked.length, mirrors[1].asked.length], [1, 0]);
  }));

Deno.test("downloadMnist() gives up a mirror that says or sends more than a file may have", async () => {
  const endless: Answer = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }));
  const huge: Answer = () =>
    new Response(new ReadableStream(), { headers: { "content-length": "99999999999" } });
  await withMirrors([endless, huge], async (mirrors, folder) => {
    const { message } = await assertRejects(() => get(folder, mirrors, { maxBytes: 2 ** 20 }), UserError);
    assert(/^Cannot download images.gz: .* sent more than 1048576 bytes; /.test(message), message);
    assert(/ says that it has 99999999999 bytes, more than 1048576$/.test(message), message);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
  await withMirrors([endless, whole], async (mirrors, folder) => {
    await get(folder, mirrors, { maxBytes: 2 ** 20 });
    await assertWhole(folder);
  });
});
