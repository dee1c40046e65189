/** safetensors files that tell when they are damaged: their metadata hold a checksum over all else. @module */

import { InputError } from "../errors.ts";
import { OWN_TYPES, readTensors, type Safetensors, writeSafetensors } from "./safetensors_file.ts";
import { sha256 } from "./sha256.ts";

/** The same as `writeSafetensors`, with SHA-256 of that file in the metadata, under `sha256`. */
export function writeChecked(
  tensors: Safetensors["tensors"],
  metadata: Safetensors["metadata"],
): Uint8Array<ArrayBuffer> {
  const { sha256: _, ...rest } = metadata;
  return writeSafetensors(tensors, { ...rest, sha256: sha256(writeSafetensors(tensors, rest)) });
}

/**
 * The same as `read`, which takes the types that the library writes by default, without the checksum. Files of earlier versions have none and are taken as they are.
 *
 * @throws {InputError} that `action` failed, if there is a checksum and it is another file's
 */
export function readChecked(
  action: string,
  bytes: Uint8Array,
  read: (bytes: Uint8Array) => Safetensors = (own) => readTensors(own, OWN_TYPES),
): Safetensors & { readonly checked: boolean } {
  const { tensors, metadata } = read(bytes);
  const { sha256: wanted, ...rest } = metadata;
  const checked = wanted !== undefined;
  // over what is in the file, however another program orders it
  if (checked && sha256(writeSafetensors(tensors, rest)) !== wanted) {
    // a change that was meant takes `sha256` out of the metadata
    throw new InputError("format", action, "its content does not fit its checksum, sha256 in its metadata");
  }
  return { tensors, metadata: rest, checked };
}
