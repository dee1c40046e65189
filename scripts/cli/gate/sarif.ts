/** Thresholds that are not met, as SARIF 2.1.0 for code scanning. @module */

import project from "../../../deno.json" with { type: "json" };
import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import { nameOf, valuesOf } from "./words.ts";

/** The SARIF log of `report`: a result for each threshold that is not met, at the model's file. */
export function sarif({ model, verdicts }: CheckReport): Record<string, unknown> {
  const rules = [...new Set(verdicts.map(({ on, rate }) => `${on}/${rate}`))];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "Gibbon",
          version: project.version,
          rules: rules.map((id) => ({
            id,
            shortDescription: { text: `${id.replace("/", " ")} within its threshold` },
          })),
        },
      },
      results: verdicts.filter(({ passed }) => !passed).map((verdict) => {
        const [value, max] = valuesOf(verdict);
        const id = `${verdict.on}/${verdict.rate}`;
        return {
          ruleId: id,
          ruleIndex: rules.indexOf(id),
          level: "error",
          message: { text: `${nameOf(verdict)} is ${value}, at most ${max}` },
          locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(model) } } }],
        };
      }),
    }],
  };
}

/** A path as a reference that may stand in a URI. */
function uriOf(path: string): string {
  return path.split(/[\\/]/).map(encodeURIComponent).join("/");
}
