/** Which files of a folder are a data set. @module */

import { UserError } from "../errors.ts";

/** The files of a data set: those to train on and those to test on, or one part alone. */
export interface DataFiles {
  readonly format: "idx" | "npy" | "npz" | "csv" | "images";
  /** For each part its files: inputs and labels, or one that holds both. */
  readonly parts: readonly (readonly string[])[];
}

/** A kind of file by its name. */
interface Layout {
  readonly format: "idx" | "npy" | "csv";
  /** Groups: what comes before, which part, and inputs or labels. */
  readonly name: RegExp;
  /** What part and role are, from the groups. */
  readonly roles: readonly ("x" | "y")[];
  /** What a missing file is called. */
  called(part: "train" | "test", role: "x" | "y"): string;
}

const LAYOUTS: readonly Layout[] = [
  {
    format: "idx",
    name:
      /^(?<set>.*?)[-_.]?\b(?<part>train|t10k|test)[-_.](?<role>images?|labels?)[-_.]idx\d([-_.]ubyte|[-_.]byte|[-_.]int)?(\.gz)?$/i,
    roles: ["x", "y"],
    called: (part, role) =>
      `${part === "train" ? "train" : "t10k"}-${role === "x" ? "images-idx3" : "labels-idx1"}-ubyte`,
  },
  {
    format: "npy",
    name: /^(?<set>.*?)[-_.]?(?<role>x|y)[-_](?<part>train|test)\.npy(\.gz)?$/i,
    roles: ["x", "y"],
    called: (part, role) => `${role}_${part}.npy`,
  },
  {
    format: "npy",
    name: /^(?<set>)(?<role>x|y|data|target|labels)(?<part>)\.npy(\.gz)?$/i,
    roles: ["x", "y"],
    called: (_, role) => role === "x" ? "X.npy" : "y.npy",
  },
  {
    format: "csv",
    name: /^(?<set>.*?)[-_.]?(?<role>)(?<part>train|test)\.(csv|tsv|txt)(\.gz)?$/i,
    roles: ["x"],
    called: (part) => `${part}.csv`,
  },
];

/** The file of the labels of the inputs in `file`, an array of any name. */
export function labelsBeside(file: string): string {
  return file.replace(/\.npy$/i, "_labels.npy");
}

/**
 * The data set among the files `names`; nothing if there is none. Only files of the same beginning as `only`, if that is
 * one of them.
 *
 * @throws {UserError} if it lacks a file, or there are several; `action` begins the message
 */
export function layoutOf(action: string, names: readonly string[], only?: string): DataFiles | undefined {
  for (const { format, name, roles, called } of LAYOUTS) {
    const files = names.flatMap((file) => {
      const groups = name.exec(file)?.groups;
      if (!groups) return [];
      const part = /^(t10k|test)$/i.test(groups.part) ? "test" : groups.part ? "train" : "";
      return [{ file, set: groups.set, part, role: /^(y|labels?|target)$/i.test(groups.role) ? "y" : "x" }];
    });
    const set = files.find(({ file }) => file === only)?.set;
    if (only !== undefined && set === undefined) continue;
    const sets = [...new Set(files.map((each) => each.set))].sort();
    if (sets.length === 0) continue;
    if (sets.length > 1 && set === undefined) {
      throw new UserError(
        `Cannot ${action}: it holds several sets, ${
          sets.map((each) => each || "one without a name").join(", ")
        }; ` +
          `name a file of one`,
      );
    }
    const own = files.filter((each) => each.set === (set ?? sets[0]));
    const parts = own.some(({ part }) => part === "") ? [""] : ["train", "test"];
    return {
      format,
      parts: parts.map((part) =>
        roles.map((role) => {
          // of a file and the same packed, the file
          const [file] = own.filter((each) => each.part === part && each.role === role).map(({ file }) =>
            file
          ).sort();
          if (file !== undefined) return file;
          throw new UserError(`Cannot ${action}: ${called(part as "train" | "test", role)} is missing`);
        })
      ),
    };
  }
  return undefined;
}
