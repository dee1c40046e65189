import { assert, assertEquals } from "@std/assert";
import { main as bench } from "../../../scripts/bench/bench.ts";
import { contextOf } from "../../../scripts/cli/context.ts";
import { filesIn, gibbon, type Ran, withModel } from "./support.ts";

/** Says class 0 to whatever is asked. */
function anyServer(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { inputs } = await request.json();
    return Response.json({ labels: inputs.map(() => 0) });
  });
}

Deno.test("each long command hears Ctrl-C, says what was kept and how to go on, and ends with 130", () =>
  withModel(async ({ folder, data, model }) => {
    await using server = anyServer();
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const gate = JSON.stringify({ epsilons: [0.1], thresholds: [{ on: "clean", errorRate: 1 }] });
    await Deno.writeTextFile(`${folder}/gate.json`, gate);
    const before = filesIn(folder);
    const on = ["--model", model, "--data", data, "--split", "train"];
    const blind = [
      "--model",
      url,
      "--data",
      data,
      "--epsilon",
      "1",
      "--attack",
      "signNoise",
      "--answers",
      "labels",
    ];
    const out = ["--out", `${folder}/out.safetensors`];
    const again = /; nothing was written, and the same command starts over; --(limit|samples) N /;
    const commands: [args: string[], at: string, kept: RegExp][] = [
      [["attack", ...on, "--epsilon", "1", ...out], "attack", again],
      [["evaluate", ...on], "evaluate", again],
      [["robustness", ...on, "--epsilon", "0.1"], "robustness", again],
      [
        ["check", ...on, "--config", `${folder}/gate.json`],
        "check",
        /; there is no verdict, and the same command starts over/,
      ],
      [["rubbish", "--model", model, "--samples", "3000", ...out], "rubbish", again],
      // within the first input
      [["rubbish", "--model", model, "--samples", "1", "--certify", "1", ...out], "9 %", again],
      [
        ["train", "--model", "maxout", "--units", "9", "--data", data, "--epochs", "100", ...out],
        "epoch 1 of",
        /Training was interrupted and nothing was written; --checkpoint FILE would keep its state/,
      ],
      [
        ["data", "digits", "--out", `${folder}/drawn`],
        "data digits",
        /; nothing was written, and the same command starts over; --train N draws fewer/,
      ],
      [["evaluate", ...blind], "evaluate", again],
      [["attack", ...blind, ...out], "attack", again],
    ];
    for (const [args, interruptAt, kept] of commands) {
      const { code, err, out } = await gibbon(args, { interruptAt });
      assertEquals([code, out], [130, ""], `${args.join(" ")}: ${err}`);
      assert(/^gibbon: .*interrupted.*\n$/.test(err) && kept.test(err), err);
    }
    assertEquals(filesIn(folder), before);
  }));

Deno.test("bench hears Ctrl-C, and says which parts are left", async () => {
  const ran: Ran = { code: -1, out: "", err: "", drawn: "" };
  let [interrupt, time] = [() => {}, 0];
  ran.code = await bench(["--quick", "--only", "latency"], {
    out: (line) => void (ran.out += `${line}\n`),
    err: (line) => void (ran.err += `${line}\n`),
    draw: (text) => text.includes("latency") && interrupt(),
    width: 80,
    // so that each step of progress is shown, however fast the machine is
    now: () => time += 1000,
    onInterrupt(listener) {
      interrupt = listener;
      return () => {};
    },
    exit: () => {},
  });
  assertEquals(ran.code, 130);
  assert(
    /^bench was interrupted; the tables above are complete.* --only latency measures the rest/m.test(ran.err),
    ran.err,
  );
});

Deno.test("one press of Ctrl-C counts once, though a task sends it again; a later one ends the process", async () => {
  let [interrupt, time] = [() => {}, 0];
  const exits: number[] = [];
  const { interruptible } = contextOf({
    out: () => {},
    err: () => {},
    width: 80,
    now: () => time,
    onInterrupt(listener) {
      interrupt = listener;
      return () => {};
    },
    exit: (code) => void exits.push(code),
  });
  await interruptible((signal) => {
    interrupt();
    time = 20;
    interrupt();
    assertEquals([signal.aborted, exits], [true, []]);
    time = 3000;
    interrupt();
    assertEquals(exits, [130]);
    return Promise.resolve();
  });
});
