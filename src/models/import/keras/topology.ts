/** Models of Keras and tfjs as their configuration says: layers in a row, or a graph of them. @module */

import { shown, suggestion } from "../../../wording.ts";
import type { Constant } from "../constant.ts";
import type { Writer, Written } from "../written.ts";
import { asJson, type Json, Layer, member } from "./layer.ts";
import { LAYERS } from "./layers.ts";

/** What is known beside the configuration. */
export interface Topology {
  readonly writer: Writer;
  /** Whether it is of Keras 3. */
  readonly keras3: boolean;
  /** A weight of the layer at the end of `path`, the names of the models around it and its own. */
  weight(path: readonly string[], name: string, place: number): Constant | undefined;
}

/** Classes that are models by themselves. */
const MODELS = new Set(["Sequential", "Functional", "Model"]);

/** Models within models deeper than this are none. */
const MAX_DEPTH = 8;

/** More layers than a model of this library's size has. */
const MAX_LAYERS = 1000;

/** The layers of a model. */
interface Entry {
  readonly kind: string;
  readonly name: string;
  readonly config: Json;
  readonly inbound: readonly unknown[];
}

/** The layers that `config`, of a model, lists. */
function layersOf(writer: Writer, config: unknown): Entry[] {
  // tfjs once wrote the layers of a row without what is around them
  const list = Array.isArray(config) ? config : member(asJson(config) ?? {}, "layers");
  if (!Array.isArray(list)) return writer.refuse("its configuration lists no layers");
  if (list.length > MAX_LAYERS) writer.refuse(`it has ${list.length} layers, more than ${MAX_LAYERS}`);
  return list.map((each) => {
    const entry = asJson(each) ?? {}, [kind, settings] = [entry.class_name, asJson(entry.config)];
    const name = settings?.name ?? entry.name;
    if (typeof kind !== "string" || !settings || typeof name !== "string") {
      return writer.refuse("one of its layers has no class, name and configuration");
    }
    const inbound = member(entry, "inbound_nodes");
    return { kind, name, config: settings, inbound: Array.isArray(inbound) ? inbound : [] };
  });
}

/** The shape of an example that a layer of inputs says, −1 where it is open. */
function inputShape(writer: Writer, config: Json): number[] | undefined {
  const batchShape = member(config, "batch_shape") ?? member(config, "batch_input_shape");
  if (!Array.isArray(batchShape)) return undefined;
  const shape = batchShape.slice(1).map((n) => n ?? -1);
  return shape.every((n) => Number.isSafeInteger(n))
    ? shape
    : writer.refuse(`its input has shape ${shown(batchShape)}, which is none`);
}

/** The shape of an example that the model `config`, of class `kind`, takes. */
export function exampleShape(writer: Writer, kind: string, config: unknown): number[] {
  const layers = layersOf(writer, config);
  const found = kind === "Sequential" || Array.isArray(config)
    ? firstShape(writer, layers, config)
    : inputShape(writer, layers.find(({ kind }) => kind === "InputLayer")?.config ?? {});
  return found ??
    writer.refuse("it does not say the shape of its input; give its first layer one, and save it again");
}

function firstShape(writer: Writer, [first]: readonly Entry[], config: unknown): number[] | undefined {
  const built = member(asJson(config) ?? {}, "build_input_shape");
  return first && (inputShape(writer, first.config) ??
    (MODELS.has(first.kind) ? exampleShape(writer, first.kind, first.config) : undefined) ??
    (Array.isArray(built) ? inputShape(writer, { batch_shape: built }) : undefined));
}

/** What the model of class `kind` makes of `inputs`. */
export function writeModel(
  of: Topology,
  { kind, config, path }: { kind: string; config: unknown; path: readonly string[] },
  inputs: readonly Written[],
): Written {
  const { writer } = of;
  if (path.length > MAX_DEPTH) writer.refuse(`models are nested deeper than ${MAX_DEPTH}`);
  const layers = layersOf(writer, config);
  if (kind === "Sequential" || Array.isArray(config)) {
    if (inputs.length !== 1) writer.refuse(`it has ${inputs.length} inputs, expected one`);
    return layers.reduce(
      (x, layer) => layer.kind === "InputLayer" ? x : write(of, layer, path, [x]),
      inputs[0],
    );
  }
  return writeGraph(of, { layers, config: asJson(config) ?? {}, path }, inputs);
}

/** What a layer makes of its inputs. */
function write(of: Topology, layer: Entry, path: readonly string[], inputs: readonly Written[]): Written {
  const { writer, keras3, weight } = of, { kind, name, config } = layer, layerPath = [...path, name];
  [writer.layer, writer.kind] = [name, kind];
  if (MODELS.has(kind)) return writeModel(of, { kind, config, path: layerPath }, inputs);
  const reader = Object.hasOwn(LAYERS, kind) ? LAYERS[kind] : undefined;
  if (!reader) {
    return writer.refuse(
      `layers of class ${kind.slice(0, 40)} are not known here${
        suggestion(kind, Object.keys(LAYERS))
      }; export the ` +
        "model as ONNX, of which onnxruntime can be attacked without gradients",
    );
  }
  if (inputs.length === 0) writer.refuse("it has no inputs");
  return reader(
    new Layer(config, writer, (called, place) => weight(layerPath, called, place), keras3),
    inputs,
  );
}

/** The places that a list of a graph's inputs or outputs names, `[layer, node, tensor]` each. */
function placesIn(value: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(value)) return [];
  return typeof value[0] === "string" ? [value] : value.filter(Array.isArray);
}

/** The layers that a call of a layer reads: of Keras 3 tensors with their history, of Keras 2 and tfjs lists. */
function sourcesOf(call: unknown): readonly (readonly unknown[])[] {
  const found: (readonly unknown[])[] = [];
  const look = (value: unknown, depth: number): void => {
    const own = asJson(value), history = own && member(asJson(member(own, "config")) ?? {}, "keras_history");
    if (Array.isArray(history)) found.push(history);
    else if (own && depth === 0) look(member(own, "args"), 1);
    else if (Array.isArray(value) && typeof value[0] === "string") found.push(value);
    else if (Array.isArray(value) && depth < 4) value.forEach((each) => look(each, depth + 1));
  };
  look(call, 0);
  return found;
}

function writeGraph(
  of: Topology,
  { layers, config, path }: { layers: readonly Entry[]; config: Json; path: readonly string[] },
  inputs: readonly Written[],
): Written {
  const { writer } = of, entries = placesIn(config.input_layers), outputs = placesIn(config.output_layers);
  if (entries.length !== inputs.length || outputs.length !== 1) {
    writer.refuse(`it has ${entries.length} inputs and ${outputs.length} outputs, expected one of each`);
  }
  const byName = new Map(layers.map((layer) => [layer.name, layer])), values = new Map<string, Written>();
  entries.forEach(([name], k) => values.set(JSON.stringify([name, 0]), inputs[k]));
  /** Calls that are being looked at, of which none may need itself. */
  const open = new Set<string>();

  function value([name, call = 0, tensor = 0]: readonly unknown[]): Written {
    const key = JSON.stringify([name, call]), known = values.get(key);
    if (known) return known;
    const layer = byName.get(name as string);
    const inbound = layer?.inbound[call as number];
    if (!layer || inbound === undefined || tensor !== 0) {
      return writer.refuse(
        `there is no output ${shown(tensor)} of call ${shown(call)} of layer ${shown(name)}`,
      );
    }
    if (open.has(key) || open.size > layers.length) {
      writer.refuse(`layer ${shown(name)} reads what is made of it`);
    }
    open.add(key);
    const out = write(of, layer, path, sourcesOf(inbound).map(value));
    open.delete(key);
    values.set(key, out);
    return out;
  }

  return value(outputs[0]);
}
