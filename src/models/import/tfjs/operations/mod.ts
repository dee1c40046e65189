/** The operations of TensorFlow that are known, by name. @module */

import type { Operation } from "../node.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { PRODUCTS } from "./products.ts";
import { SHAPES } from "./shapes.ts";

/** By name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = { ...PRODUCTS, ...ARITHMETIC, ...SHAPES };
