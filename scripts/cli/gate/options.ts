/** The gate that a command's options and the file they name make, and the baseline beside it. @module */

import { InputError } from "../../../src/errors.ts";
import { type Baseline, readBaseline } from "../../../src/evaluate/read_baseline.ts";
import { METHODS } from "../../../src/certify/options.ts";
import { type Effort, EFFORTS } from "../../../src/evaluate/efforts.ts";
import { GATE, type Gate, gateAttacks, type Threshold, worstCaseOf } from "../../../src/evaluate/gate.ts";
import { trialsOf } from "../../../src/evaluate/trials.ts";
import { readGate } from "../../../src/evaluate/read_gate.ts";
import { EXIT, UserError } from "../../errors.ts";
import { BOUNDED } from "../attacking.ts";
import { readFile } from "../inputs.ts";
import { choice, number, numbers, text } from "../options.ts";

/** Options that make a gate. */
export const GATE_OPTIONS = {
  config: text({
    help: "Gate file with attacks, sizes and thresholds, as below",
    placeholder: "FILE",
  }),
  epsilon: numbers({ help: "Sizes of the perturbation; by default 0.25", placeholder: "E,…", min: 0 }),
  norm: choice(["Linf", "L2", "L1"], { help: "Norm that bounds a perturbation; by default Linf" }),
  ...BOUNDED,
  effort: choice([...EFFORTS, "none"], {
    help: "How hard to look for the worst case over many attacks; by default standard",
  }),
  certify: choice([...METHODS, "none"], {
    help: "Bounds that certify; by default those there are, where a threshold is on certified error",
  }),
  maxClean: rate("Greatest error on the unchanged examples"),
  maxAttacked: rate("Greatest error in the worst case, at each size"),
  maxCertified: rate("Greatest error that no certificate excludes, at each size"),
  baseline: text({
    help: "Report of an earlier check on the same examples, as --out writes it; by default none",
    placeholder: "FILE",
  }),
  noWorse: number({
    help:
      "Fail where the model is worse than the baseline, by McNemar's exact test at this level, such as 0.05",
    placeholder: "A",
    above: 0,
    below: 1,
  }),
} as const;

function rate(help: string) {
  return number({ help: `${help}, a fraction`, placeholder: "R", min: 0, max: 1 });
}

/** What those options say. */
export interface GateValues {
  readonly config?: string;
  readonly epsilon?: readonly number[];
  readonly norm?: "Linf" | "L2" | "L1";
  readonly bounds?: readonly number[];
  readonly fixed?: readonly number[];
  readonly grid?: number;
  readonly effort?: Effort | "none";
  readonly certify?: Gate["certify"];
  readonly maxClean?: number;
  readonly maxAttacked?: number;
  readonly maxCertified?: number;
  readonly baseline?: string;
  readonly noWorse?: number;
}

/** The gate of the file that is named, if one is, with what the other options say. @throws {UserError} if it is none */
export async function gateOf({ config, baseline, noWorse, ...values }: GateValues): Promise<Gate> {
  const fail = (problem: string) =>
    new UserError(
      config === undefined ? `Cannot check: ${problem}` : `Cannot use gate ${config}: ${problem}`,
      EXIT.usage,
    );
  const { epsilon: epsilons, norm, bounds, fixed, grid, effort, certify } = values;
  const limits = { clean: values.maxClean, attacked: values.maxAttacked, certified: values.maxCertified };
  const given = Object.entries({ epsilons, norm, bounds, fixed, grid, effort, certify })
    .filter(([, value]) => value !== undefined);
  try {
    const read = {
      ...(config !== undefined && readGate(await jsonIn(config, fail))),
      ...readGate(Object.fromEntries(given)),
    };
    const rates: Threshold[] = [
      ...read.thresholds ?? [],
      ...Object.entries(limits).flatMap(([on, errorRate]) =>
        errorRate === undefined ? [] : [{ on, errorRate }]
      ),
    ];
    const gate = { ...GATE, ...read, thresholds: rates };
    const thresholds = [...rates, ...(noWorse === undefined ? [] : pairs(gate, noWorse))];
    if (thresholds.length === 0) {
      throw fail(
        config === undefined
          ? "there is no threshold; give --max-attacked R, the greatest error in the worst case, or --config FILE"
          : "it has no thresholds, and would let everything pass",
      );
    }
    if (baseline === undefined && thresholds.some((each) => each.noWorse !== undefined)) {
      throw fail("there is no baseline; give --baseline FILE, the report of an earlier check");
    }
    trialsOf({ ...gate, thresholds }, 1);
    return { ...gate, thresholds };
  } catch (error) {
    throw error instanceof InputError ? fail(error.reason) : error;
  }
}

/** What `--no-worse` asks: of the examples as they are, of the worst case, and of each attack. */
function pairs(gate: Gate, noWorse: number): Threshold[] {
  const certified = gate.thresholds?.some(({ on }) => on === "certified");
  return [
    "clean",
    ...(worstCaseOf(gate) ? ["attacked", ...(certified ? ["certified"] : [])] : []),
    ...gateAttacks(gate).map(({ name }) => name),
  ].map((on) => ({ on, noWorse }));
}

/** The baseline in the file at `path`, of examples with the hash `data`. @throws {UserError} if it is none */
export async function baselineOf(path: string, data: string): Promise<Baseline> {
  const fail = (problem: string) => new UserError(`Cannot use baseline ${path}: ${problem}`, EXIT.usage);
  const value = await jsonIn(path, fail);
  try {
    return readBaseline(value, data);
  } catch (error) {
    throw error instanceof InputError ? fail(error.reason) : error;
  }
}

/** What stands in the file at `path`, as JSON. */
async function jsonIn(path: string, fail: (problem: string) => UserError): Promise<unknown> {
  const bytes = await readFile(path);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw fail("it is not JSON");
  }
}
