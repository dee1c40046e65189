/** Requests of the page to its workers, and their results: plain data, because it crosses from thread to thread. @module */

import { SIDE } from "../data/digits/raster.ts";
import type { AnySchema } from "../schema.ts";

/** Pixels of an image, and the classes of the built-in digits. */
export const PIXELS: number = SIDE * SIDE;
export const CLASSES = 10;

/** The `format` of a saved state. */
export const STATE_FORMAT = "gibbon-page-1";

/** Values of the options that a schema describes. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** How a model is to be trained. */
export interface Plan {
  /** A key of the registry of families. */
  readonly family: string;
  /** Options of the family that differ from the page's. */
  readonly options?: OptionValues;
  /** Whether it is trained against the fast gradient sign method too. */
  readonly adversarial: boolean;
  readonly seed: number;
  readonly epochs: number;
}

/** A family or an attack, and what can be set of it. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  /** One line, without a period. */
  readonly summary: string;
  /** Options with a control of their own. */
  readonly options: AnySchema;
}

/** An attack as the page offers it. */
export interface AttackEntry extends CatalogEntry {
  /** Whether it can aim at a class. */
  readonly targeted: boolean;
  /** What its ε measures unless an option says otherwise. */
  readonly norm: "Linf" | "L2" | "L1";
}

/** Everything that can be chosen, from the registries. */
export interface Catalog {
  readonly families: readonly CatalogEntry[];
  readonly attacks: readonly AttackEntry[];
}

/** Examples to pick from. */
export interface Gallery {
  /** What the examples are. */
  readonly name: string;
  /** Whether they are the digits that come with the page. */
  readonly builtIn: boolean;
  /** Numbers of training examples and of held-out ones. */
  readonly train: number;
  readonly test: number;
  /** Inputs of one example, and number of classes. */
  readonly inputs: number;
  readonly classes: number;
  /** Names of the inputs, if they are columns of a table and no pixels. */
  readonly features?: readonly string[];
  /** Names of the classes; default their numbers. */
  readonly classNames?: readonly string[];
  /** Inputs of the first held-out examples, one after another. */
  readonly examples: Float32Array;
  /** Their classes, if they are known. */
  readonly labels?: Int32Array;
}

/** An example, attacked. */
export interface Subject {
  /** Its inputs. */
  readonly example: Float32Array;
  /** Its class; default what the model predicts. */
  readonly label?: number;
  /** Name of the model that is attacked. */
  readonly source: string;
  /** The attack: a key of the registry. */
  readonly attack: string;
  /** Its options beside ε. */
  readonly options?: OptionValues;
  /** The class that it aims at; default any but the label. */
  readonly target?: number;
}

/** A model's prediction for one example. */
export interface Prediction {
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Probability of each class. */
  readonly probabilities: Float32Array;
}

/** A model's predictions for the example, for the attacked one, and for one moved as far at random. */
export interface Predictions {
  readonly clean: Prediction;
  readonly attacked: Prediction;
  readonly noisy: Prediction;
}

/** An attacked example. */
export interface AttackResult {
  /** The class that the attack leads away from. */
  readonly label: number;
  readonly epsilon: number;
  /** What was added, as `scale` times a direction in [−1, 1]. */
  readonly scale: number;
  readonly direction: Float32Array;
  /** The attacked example, and the example plus random signs of the same size. */
  readonly attacked: Float32Array;
  readonly noisy: Float32Array;
  /** Predictions by name of the model; with `alone`, of the attacked one alone. */
  readonly predictions: Readonly<Record<string, Predictions>>;
  readonly alone: boolean;
}

/** The least ε that changes the prediction. */
export interface Smallest {
  /** On the slider's grid; none if no ε of the slider is enough. */
  readonly epsilon?: number;
  /** The label, and what the model predicts then. */
  readonly label: number;
  readonly predicted?: number;
  /** Whether the model is wrong without any attack. */
  readonly wrongBefore: boolean;
}

/** Scores along the direction of the gradient's sign. */
export interface Curves {
  readonly label: number;
  /** From −reach to reach. */
  readonly epsilons: Float32Array;
  /** For each class, its score at each ε. */
  readonly scores: readonly Float32Array[];
  /** Whether the scores are exactly straight lines. */
  readonly linear: boolean;
}

/** Error rates on held-out examples that were attacked through one model and shown to another. */
export interface Transfer {
  readonly epsilon: number;
  readonly attack: string;
  readonly examples: number;
  readonly names: readonly string[];
  /** Error rate of each model on clean examples. */
  readonly clean: readonly number[];
  /** Row by row the model that is attacked, column by column the one that is tested. */
  readonly attacked: readonly (readonly number[])[];
}

/** Noise moved toward a class. */
export interface Rubbish {
  readonly samples: number;
  readonly target: number;
  /** One example after another. */
  readonly examples: Float32Array;
  /** Probability of the target class, for each, before and after the step. */
  readonly before: Float32Array;
  readonly confidence: Float32Array;
  /** 1 where that reaches a half. */
  readonly fooled: Uint8Array;
}

/** Progress of a training. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Part of all updates that is done, in [0, 1]. */
  readonly done: number;
  /** Measures of the model when an epoch is over. */
  readonly end?: EpochEnd;
}

/** Measures of a watched training after an epoch. */
export interface EpochEnd {
  /** Mean loss over the epoch, in nats. */
  readonly loss: number;
  /** Error rates on held-out examples, clean and attacked. */
  readonly clean: number;
  readonly attacked: number;
  /** The model's file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filters?: Filters;
}

/** First-layer weights as images, in rows: of one class, or of one unit's pieces. */
export interface Filters {
  readonly columns: number;
  readonly images: Float32Array;
}

/** Result of a training. */
export interface Trained {
  /** Whether it ran to its end; otherwise it can be resumed. */
  readonly finished: boolean;
  /** Whole epochs that were trained. */
  readonly epochs: number;
  /** The model's file, of the end or of the last whole epoch, if there was one. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** A file as it was opened. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What opened files hold. */
export interface Opened {
  readonly model?: {
    readonly name: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly family: string;
  };
  /** Whether there were examples, which are now those to pick from. */
  readonly examples: boolean;
  /** Whether the examples have another shape, so that all models before them are gone. */
  readonly reshaped: boolean;
  /** A link's part after the #, from a file of the page's state. */
  readonly link?: string;
}

/** All requests by name, with their parameters, results and progress. */
export interface Requests {
  catalog: { params: Record<never, never>; result: Catalog };
  gallery: { params: { count: number }; result: Gallery };
  train: {
    params: {
      name: string;
      plan: Plan;
      /** Whether to measure each epoch's model. */
      watch: boolean;
      resume: boolean;
      /** Whole epochs after which it stops as if it were paused; default none. */
      until?: number;
    };
    result: Trained;
    progress: Progress;
  };
  /** Trainings of this worker rest for a while, because a hand is dragging and wants the machine. */
  rest: { params: Record<never, never>; result: void };
  setModel: { params: { name: string; bytes: Uint8Array<ArrayBuffer> }; result: void };
  /** With `alone`, only the attacked model is asked what it makes of the result, which a hand does not wait for. */
  attack: { params: Subject & { epsilon: number; alone?: boolean }; result: AttackResult };
  smallest: { params: Subject & { max: number; step: number }; result: Smallest };
  /** The same by many steps on the margin, projected gradient descent, whatever the attack that is chosen. */
  strongest: { params: Subject & { max: number; step: number }; result: Smallest };
  /** Proven radius, in the attack's norm, within which no attack changes the prediction; none where nothing is proven. */
  certify: { params: Subject & { max: number }; result: { radius?: number } };
  curves: { params: Subject & { reach: number }; result: Curves };
  transfer: {
    params: Pick<Subject, "attack" | "options"> & { epsilon: number; examples: number };
    result: Transfer;
  };
  rubbish: {
    params: { source: string; target: number; step: number; seed: number; samples: number };
    result: Rubbish;
  };
  noiseError: { params: { source: string; seed: number; samples: number }; result: { errorRate: number } };
  openFiles: { params: { files: readonly NamedBytes[] }; result: Opened };
  /** Back to the built-in digits; whether the models are gone, because their shape was another. */
  closeFiles: { params: Record<never, never>; result: { reshaped: boolean } };
}

export type RequestName = keyof Requests;
export type Params<K extends RequestName> = Requests[K]["params"];
export type Result<K extends RequestName> = Requests[K]["result"];
export type ProgressOf<K extends RequestName> = Requests[K] extends { progress: infer P } ? P : never;

/** What a handler has beside its parameters. */
export interface Context<K extends RequestName> {
  onProgress(progress: ProgressOf<K>): void;
  readonly signal: AbortSignal;
}

/** A message from the page to a worker. */
export type ToWorker = { id: number; name: RequestName; params: unknown } | { id: number; abort: true };
/** A message from a worker to the page. */
export type FromWorker =
  | { id: number; result: unknown }
  | { id: number; error: string }
  | { id: number; progress: unknown };

/** One end of the channel between them: a worker, its global scope, or a message port. */
export interface Channel {
  postMessage(message: ToWorker | FromWorker): void;
  // deno-lint-ignore no-explicit-any
  onmessage: ((event: any) => void) | null;
}
