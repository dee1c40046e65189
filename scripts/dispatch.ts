/** The function through which a worker calls a kernel by its number, as AssemblyScript. @module */

const LOAD: Readonly<Record<string, string>> = {
  usize: "<usize>load<f64>",
  i32: "<i32>load<f64>",
  f32: "<f32>load<f64>",
  f64: "load<f64>",
};

/**
 * The text of `asm/dispatch.ts`: `dispatch(job, args)` calls the kernel at that place in `jobs`, each argument read
 * from a float64 and converted as a host's call converts it. `sources` are the files of `asm/` by path.
 *
 * @throws {Error} if a kernel is in none of them, or takes what no host could pass
 */
export function dispatchSource(jobs: readonly string[], sources: ReadonlyMap<string, string>): string {
  const imports: string[] = [], cases: string[] = [];
  for (const [job, kernel] of jobs.entries()) {
    const { module, parameters, result } = signatureOf(kernel, sources);
    const args = parameters.map((type, i) => `${LOAD[type]}(args${i > 0 ? `, ${8 * i}` : ""})`);
    imports.push(`import { ${kernel} } from "./${module}";`);
    const call = `${kernel}(${args.join(", ")})`;
    cases.push(
      result === "void" ? `    case ${job}: ${call}; return 0;` : `    case ${job}: return <f64>${call};`,
    );
  }
  return [
    ...imports,
    "export function dispatch(job: i32, args: usize): f64 {",
    "  switch (job) {",
    ...cases,
    "    default: unreachable();",
    "  }",
    "  return 0;",
    "}",
  ].join("\n");
}

function signatureOf(kernel: string, sources: ReadonlyMap<string, string>) {
  for (const [path, text] of sources) {
    const [, list, result] = text.match(new RegExp(`export function ${kernel}\\(([^)]*)\\): (\\w+)`)) ?? [];
    if (list === undefined) continue;
    const parameters = list.split(",").map((each) => each.split(":")[1]?.trim()).filter(Boolean);
    const strange = parameters.find((type) => !Object.hasOwn(LOAD, type));
    if (strange) throw new Error(`Cannot dispatch ${kernel}: no host passes ${strange}`);
    return { module: path.replace(/^asm\/|\.ts$/g, ""), parameters, result };
  }
  throw new Error(`Cannot dispatch ${kernel}: it is not in asm/`);
}
