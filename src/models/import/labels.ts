/** The names of classes in an ONNX file. @module */

import { readTensor } from "./constant.ts";
import type { ModelProto, NodeProto } from "./onnx_file.ts";

/** Nodes that pass labels on as they are. */
const PASSING = new Set(["Cast", "Identity", "Reshape", "ArgMax"]);

/**
 * The names of the classes, as what gives scores or labels has them: of a ZipMap, a classifier of ai.onnx.ml, or a list of
 * which labels are taken. Nothing if the file has none for so many classes.
 */
export function classNames(
  { outputs, initializers }: NonNullable<ModelProto["graph"]>,
  { output, classes, producers, external, refuse }: {
    output: string;
    classes: number;
    producers: ReadonlyMap<string, NodeProto>;
    external: Readonly<Record<string, Uint8Array>>;
    refuse: (reason: string) => never;
  },
): string[] | undefined {
  const texts = (bytes: readonly Uint8Array[] | undefined) =>
    bytes?.map((each) => new TextDecoder().decode(each));
  const attribute = (node: NodeProto, name: string) => node.attributes.find((each) => each.name === name);

  /** Names that a node itself holds. */
  function held(node: NodeProto): string[] | undefined {
    const strings = texts(attribute(node, "classlabels_strings")?.strings);
    const numbers = (attribute(node, "classlabels_ints") ?? attribute(node, "classlabels_int64s"))?.ints;
    if (strings?.length) return strings;
    if (numbers?.length) return numbers.map(String);
    const list = node.op === "ArrayFeatureExtractor" &&
      initializers.find(({ name }) => name === node.inputs[0]);
    if (!list) return undefined;
    const { data, texts: names } = readTensor(list, external, refuse);
    return names ? [...names] : Array.from(data, String);
  }

  /** What an encoder of labels turns their names into. */
  function encoded(node: NodeProto, names: readonly string[]): string[] | undefined {
    const of = (prefix: string) => {
      const strings = texts(attribute(node, `${prefix}_strings`)?.strings);
      return strings?.length ? strings : attribute(node, `${prefix}_int64s`)?.ints.map(String);
    };
    const [keys, values] = [of("keys"), of("values")];
    if (!keys || !values || keys.length !== values.length) return undefined;
    const found = names.map((name) => values[keys.indexOf(name)]);
    return found.every((name) => name !== undefined) ? found : undefined;
  }

  /** The names by way of what gives `name`. */
  function behind(name: string, depth = 0): string[] | undefined {
    const node = producers.get(name);
    if (!node || depth > 32) return undefined;
    const own = held(node);
    if (own) return own;
    if (node.op === "LabelEncoder") {
      const before = behind(node.inputs[0], depth + 1);
      return before && encoded(node, before);
    }
    return PASSING.has(node.op ?? "") ? behind(node.inputs[0], depth + 1) : undefined;
  }

  // what labels are called in the end comes first
  const others = outputs.map(({ name = "" }) => name).filter((name) => name !== output);
  for (const name of [...others, output]) {
    const names = behind(name);
    if (names?.length === classes && new Set(names).size === classes) return names;
  }
}
