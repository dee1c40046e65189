/** What passes between the page and a laboratory: plain data, for it crosses from thread to thread. @module */

import { SIDE } from "../../data/digits/raster.ts";

/** Pixels of an image. */
export const PIXELS: number = SIDE * SIDE;

/** Classes that the page knows: digits. */
export const CLASSES = 10;

/** The `format` of a saved state. */
export const STATE_FORMAT = "gibbon-page-1";

/** Kinds of models that can be trained here; keys of the registry of families. */
export const FAMILIES = ["softmaxLinear", "maxout", "rbf"] as const;

/** How a model is to be trained. */
export interface Plan {
  readonly family: typeof FAMILIES[number];
  /** Whether it is trained against the fast gradient sign method too. */
  readonly adversarial: boolean;
  readonly seed: number;
  readonly epochs: number;
}

/** Images to pick from. */
export interface Gallery {
  /** What the images are. */
  readonly name: string;
  /** Examples that can be learnt from, and those held out. */
  readonly train: number;
  readonly test: number;
  /** Pixels of the first of those held out, one image after another. */
  readonly images: Float32Array;
  /** Their classes, if they are known. */
  readonly labels?: Int32Array;
}

/** An image, attacked. */
export interface Subject {
  /** (PIXELS). */
  readonly image: Float32Array;
  /** Its class; default what the model takes it for. */
  readonly label?: number;
  /** Name of the model that the step is made for. */
  readonly source: string;
}

/** What one model says of the image before and after the step. */
export interface Opinion {
  readonly clean: Verdict;
  readonly attacked: Verdict;
}

/** What a model says of one image. */
export interface Verdict {
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Probability of each class. */
  readonly probabilities: Float32Array;
}

/** An image and the step that is to fool. */
export interface Look {
  /** The class whose loss the step raises. */
  readonly label: number;
  readonly epsilon: number;
  /** −1, 0 or 1 for each pixel. */
  readonly signs: Float32Array;
  /** The attacked image. */
  readonly attacked: Float32Array;
  /** By name of the model. */
  readonly opinions: Readonly<Record<string, Opinion>>;
}

/** Scores along the direction of the step. */
export interface Curves {
  readonly label: number;
  /** From −reach to reach. */
  readonly epsilons: Float32Array;
  /** For each class, its score at each ε. */
  readonly scores: readonly Float32Array[];
}

/** Errors on held-out images, attacked for one model and shown to another. */
export interface Transfer {
  readonly epsilon: number;
  readonly examples: number;
  readonly names: readonly string[];
  /** Error rate of each model on clean images. */
  readonly clean: readonly number[];
  /** Row by row the model that the step is made for, column by column the one that it is shown to. */
  readonly attacked: readonly (readonly number[])[];
}

/** Noise moved toward a class. */
export interface Growth {
  readonly samples: number;
  /** One image after another. */
  readonly images: Float32Array;
  /** Probability of the class aimed at, for each image. */
  readonly confidence: Float32Array;
  /** 1 where that reaches a half. */
  readonly fooled: Uint8Array;
}

/** How far a training is. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Part of all updates that is done, in [0, 1]. */
  readonly done: number;
  /** What is known when an epoch is over. */
  readonly end?: EpochEnd;
}

/** What a watched training shows after an epoch. */
export interface EpochEnd {
  /** Mean loss over the epoch, in nats. */
  readonly loss: number;
  /** Error rates on held-out images, clean and attacked. */
  readonly clean: number;
  readonly attacked: number;
  /** The model's file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filters: Filters;
}

/** First-layer weights as images, in rows: of one class, or of one unit's pieces. */
export interface Filters {
  readonly columns: number;
  readonly images: Float32Array;
}

/** What a training came to. */
export interface Trained {
  /** Whether it ran to its end; otherwise it can be resumed. */
  readonly finished: boolean;
  /** The model's file, of the end or of the last whole epoch, if there was one. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** A file as it was opened. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What files turned out to hold. */
export interface Opened {
  /** A model's file, and what it says of itself. */
  readonly model?: {
    readonly name: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly family: string;
  };
  /** Whether there were images, which are now those to pick from. */
  readonly images: boolean;
  /** A link's part after the #, from a file of the page's state. */
  readonly link?: string;
}
