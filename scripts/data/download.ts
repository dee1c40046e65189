/** MNIST, fetched from public mirrors. @module */

import { reason, UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { sha256 } from "../sha256.ts";
import { gunzip } from "./gzip.ts";

/** How far the download of one file has come. */
export interface Progress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes received, those of an earlier run included. */
  readonly received: number;
  /** Bytes in all, if the mirror says. */
  readonly total?: number;
}

/** Where to download from, and whom to tell. */
export interface DownloadOptions {
  /** Addresses that the files' names are appended to, tried in turn; default the two usual mirrors of MNIST. */
  mirrors?: readonly string[];
  /** Stops the download; what was received is kept for the next run. */
  signal?: AbortSignal;
  /** Told of every piece received, and once of every file that is already there. */
  onProgress?: (progress: Progress) => void;
  /** SHA-256 of each file's unpacked bytes, by the file's name; default MNIST's. */
  files?: Readonly<Record<string, string>>;
  /** Bytes that one file may have; default 64 MiB, six times the largest of MNIST. */
  maxBytes?: number;
  /** Milliseconds without a byte after which a mirror is given up; default 30000. */
  patience?: number;
}

/** Addresses that the names of MNIST's files are appended to. */
export const MIRRORS = [
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
];

const MNIST = {
  "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

const MAX_BYTES = 2 ** 26;

/** One file to download. */
interface Job extends DownloadOptions {
  readonly file: string;
  readonly sha256: string;
  /** Where the file is to be. */
  readonly path: string;
  /** Where it grows. */
  readonly part: string;
}

/**
 * Nothing; the folder `out` then holds the four files of MNIST, gzipped, each with the published SHA-256. Files
 * that are already good are kept, parts of files are completed, and a mirror that fails is followed by the next.
 *
 * @throws {UserError} if a file can be had from no mirror, `out` cannot be written, or `signal` stops it
 */
export async function downloadMnist(out: string, options: DownloadOptions = {}): Promise<void> {
  await makeFolder(out);
  for (const [file, sha256] of Object.entries(options.files ?? MNIST)) {
    const path = `${out}/${file}`;
    await download({ ...options, file, sha256, path, part: `${path}.part` });
  }
}

async function download(job: Job): Promise<void> {
  const { file, sha256, path, part, mirrors = MIRRORS, signal, onProgress } = job;
  if (await isSound(path, sha256)) {
    const { size } = await Deno.stat(path);
    return onProgress?.({ file, received: size, total: size });
  }
  let sound = await isSound(part, sha256);
  const problems: string[] = [];
  for (const mirror of sound ? [] : mirrors) {
    try {
      sound = await fromMirror(mirror, job);
      if (sound) break;
      problems.push(`${hostOf(mirror)} sent other bytes`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (signal?.aborted) {
        throw new UserError(`Cannot download ${file}: it was stopped; the next run resumes it`, 130);
      }
      if (error instanceof Failure && error.spoilt) await Deno.remove(part).catch(() => {});
      problems.push(`${hostOf(mirror)} ${error instanceof Failure ? error.message : reason(error)}`);
    }
  }
  if (!sound) throw new UserError(`Cannot download ${file}: ${problems.join("; ")}`);
  await orCannotWrite(path, Deno.rename(part, path));
}

/** Why a mirror did not give the file. */
class Failure extends Error {
  /** A failure; `spoilt` if what it sent cannot be used. */
  constructor(message: string, readonly spoilt = false) {
    super(message);
  }
}

/** Whether `job.part` is now whole and good. */
async function fromMirror(mirror: string, job: Job): Promise<boolean> {
  const kept = await sizeOf(job.part);
  let sound = await fetchRest(mirror, job) && await isSound(job.part, job.sha256);
  // What an earlier run kept may be of a file packed in another way.
  if (!sound && kept > 0) {
    await Deno.remove(job.part);
    sound = await fetchRest(mirror, job) && await isSound(job.part, job.sha256);
  }
  if (!sound) await Deno.remove(job.part).catch(() => {});
  return sound;
}

/** Whether the mirror gave the bytes that `job.part` lacks, which are then in it. */
async function fetchRest(
  mirror: string,
  { file, part, signal, onProgress, patience = 30_000, maxBytes = MAX_BYTES }: Job,
): Promise<boolean> {
  const kept = await sizeOf(part);
  const stalled = new AbortController();
  const wait = () => setTimeout(() => stalled.abort(), patience);
  let timer = wait();
  try {
    const response = await fetch(mirror + file, {
      signal: AbortSignal.any([stalled.signal, ...signal ? [signal] : []]),
      // The bytes are to be counted and kept as they are stored.
      headers: { "accept-encoding": "identity", ...kept > 0 ? { range: `bytes=${kept}-` } : {} },
    });
    const resumed = response.status === 206 &&
      response.headers.get("content-range")?.startsWith(`bytes ${kept}-`);
    if (!resumed && response.status !== 200) {
      await response.body?.cancel();
      if (kept > 0 && [206, 416].includes(response.status)) return false;
      throw new Failure(`answered ${response.status}`);
    }
    let received = resumed ? kept : 0;
    const length = response.headers.get("content-length");
    const total = length === null ? undefined : received + Number(length);
    if (total !== undefined && total > maxBytes) {
      await response.body?.cancel();
      throw new Failure(`says that it has ${total} bytes, more than ${maxBytes}`);
    }
    using growing = await orCannotWrite(
      part,
      Deno.open(part, { write: true, create: true, truncate: !resumed }),
    );
    await growing.seek(received, Deno.SeekMode.Start);
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = wait();
      // leaving the loop ends the download, even of a mirror that would send forever
      if (received + piece.length > (total ?? maxBytes)) {
        throw new Failure(`sent more than ${total ?? maxBytes} bytes`, true);
      }
      for (let at = 0; at < piece.length;) at += await orCannotWrite(part, growing.write(piece.subarray(at)));
      received += piece.length;
      onProgress?.({ file, received, total });
    }
    return true;
  } catch (error) {
    if (stalled.signal.aborted) throw new Failure(`sent nothing for ${patience / 1000} s`);
    throw error instanceof TypeError ? new Failure("cannot be reached or broke off") : error;
  } finally {
    clearTimeout(timer);
  }
}

async function isSound(path: string, wanted: string): Promise<boolean> {
  try {
    return await sha256(await gunzip(await Deno.readFile(path))) === wanted;
  } catch {
    return false;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

async function orCannotWrite<T>(path: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${reason(error)}`);
  }
}

function hostOf(mirror: string): string {
  return URL.canParse(mirror) ? new URL(mirror).host : mirror;
}
