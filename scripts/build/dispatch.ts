/** The function through which a worker calls a kernel by its number, as AssemblyScript. @module */

import { type Signature, signaturesIn } from "./signatures.ts";

/** How the argument at place `i` of each type is read: see the layout of a block in `asm/threads.ts`. */
const READ: Readonly<Record<string, (i: number) => string>> = {
  usize: (i) => `load<usize>(args, ${192 + 4 * i})`,
  i32: (i) => `load<i32>(args, ${192 + 4 * i})`,
  f32: (i) => `<f32>load<f64>(args, ${8 * i})`,
  f64: (i) => `load<f64>(args, ${8 * i})`,
};

/**
 * The text of `asm/dispatch.ts`: `dispatch(job, args)` calls the kernel at that place in `jobs`, each argument
 * converted as a host's call converts it. `sources` are the files of `asm/` by path.
 *
 * @throws {Error} if a kernel is in none of them, or takes what no host could pass
 */
export function dispatchSource(jobs: readonly string[], sources: ReadonlyMap<string, string>): string {
  const signatures = signaturesIn(sources);
  const imports: string[] = [], cases: string[] = [];
  for (const [job, kernel] of jobs.entries()) {
    const { module, parameters, result } = checked(kernel, signatures.get(kernel));
    const args = parameters.map(({ type }, i) => READ[type](i));
    imports.push(`import { ${kernel} } from "./${module}";`);
    const call = `${kernel}(${args.join(", ")})`;
    cases.push(
      result === "void" ? `    case ${job}: ${call}; break;` : `    case ${job}: return <f64>${call};`,
    );
  }
  return [
    ...imports,
    "export function dispatch(job: i32, args: usize): f64 {",
    "  switch (job) {",
    ...cases,
    "  }",
    "  return 0;",
    "}",
  ].join("\n");
}

function checked(kernel: string, signature: Signature | undefined): Signature {
  if (!signature) throw new Error(`Cannot dispatch ${kernel}: it is not in asm/`);
  const strange = signature.parameters.find(({ type }) => !Object.hasOwn(READ, type));
  if (strange) throw new Error(`Cannot dispatch ${kernel}: no host passes ${strange.type}`);
  return signature;
}
