/** Reports a test that takes too much processor time, which the test itself cannot. @module */

/// <reference lib="deno.worker" />
import process from "node:process";

/** Milliseconds that the current test may take, and a number that changes with each test. */
export type Watched = Float64Array<SharedArrayBuffer>;

/** Milliseconds between two checks. */
const PAUSE = 100;

self.onmessage = ({ data: watched }: MessageEvent<Watched>) => {
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let begun = spent(), at = watched[1];
  setInterval(() => {
    if (watched[1] !== at) [begun, at] = [spent(), watched[1]];
    else if (spent() - begun > watched[0]) Deno.stdout.writeSync(new TextEncoder().encode('"late"\n'));
  }, PAUSE);
};
