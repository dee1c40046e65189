/** The machine of a benchmark. @module */

/** Machine, engine and moment. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  /** Its widest vector instructions. */
  readonly vectors: string;
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
  readonly v8: string;
}

const VECTORS = [["avx512f", "AVX-512"], ["fma", "AVX2 and FMA"], ["avx", "AVX"], ["asimd", "NEON"]] as const;

/** This machine, now. */
export async function machine(): Promise<Machine> {
  // Deno reads /proc/cpuinfo only with all permissions
  const info = await output("lscpu");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(info)?.[1];
  const { deno, v8 } = Deno.version;
  const flags = field("Flags")?.split(" ") ?? [];
  const [family, model] = [field("CPU family"), field("Model")];
  return {
    date: new Date().toISOString(),
    cpu: `${field("Model name") ?? "unknown processor"}${
      family ? ` (family ${family}, model ${model})` : ""
    }`,
    vectors: VECTORS.find(([flag]) => flags.includes(flag))?.[1] ?? "unknown vectors",
    cores: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno,
    v8,
  };
}

/** The same in a line. */
export function machineLine({ date, cpu, vectors, cores, system, deno, v8 }: Machine): string {
  return `${cpu}, ${vectors}, ${cores} cores, ${system}, Deno ${deno}, V8 ${v8}, ${date.slice(0, 10)}`;
}

/** What a program prints; nothing if there is no such program. */
async function output(program: string): Promise<string> {
  try {
    return new TextDecoder().decode((await new Deno.Command(program).output()).stdout);
  } catch {
    return "";
  }
}
