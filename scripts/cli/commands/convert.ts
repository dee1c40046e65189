/** `gibbon convert`. @module */

import { InputError, type Model, model, readSafetensors, saveModel } from "../../../src/mod.ts";
import { familyNamed, optionsOf } from "../../../src/models/families.ts";
import { writeOnnx } from "../../../src/onnx.ts";
import { familyFor, pairsOf, weightsFor } from "../../data/weights.ts";
import { UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";
import { prose } from "../help.ts";
import { type Command, command } from "../command.ts";
import { FAMILIES, readFile, readOrReport } from "../inputs.ts";
import { endingOf, isOnnx, readModel } from "../model_file.ts";
import { BEFORE } from "../preprocessing.ts";
import { choice, flag, integerOption, text } from "../options.ts";
import { FORCE } from "../examples_file.ts";
import { SIZES } from "../recipe.ts";

/** Makes a model file of weights that another program saved. */
export const convert: Command = command({
  name: "convert",
  summary: "Make a model file of weights in safetensors or of a model in ONNX, or an ONNX file of a model",
  operand: {
    placeholder: "FILE",
    help:
      "Weights, as torch's save_file or Keras's arrays in safetensors; or a model, ONNX or of this program",
  },
  options: {
    family: choice(FAMILIES, {
      help: "Family of the model that the weights belong to",
      placeholder: "FAMILY",
    }),
    out: text({
      help: "Model file to write, as ONNX if it ends in .onnx",
      placeholder: "FILE",
      required: true,
    }),
    map: text({
      help: "Which name stands for which; by default equal names, then shapes that only one tensor has",
      placeholder: "OURS=THEIRS,…",
    }),
    transpose: choice(["auto", "yes", "no"], {
      help: "Transpose matrices, which are (outputs, inputs) here; auto does so where the shapes require it",
      default: "auto",
    }),
    inputs: integerOption({ help: "Inputs of the model; by default found from the shapes", min: 1 }),
    classCount: integerOption({ help: "Classes of the model; by default found from the shapes", min: 2 }),
    ...BEFORE,
    force: FORCE,
    json: flag("Print one JSON object"),
  },
  own: [{ ...SIZES, of: "family" }],
  examples: [
    "convert model.onnx --out model.safetensors",
    "convert maxout.safetensors --out maxout.onnx",
    "convert torch.safetensors --family softmaxLinear --map W=fc.weight,b=fc.bias --out model.safetensors",
  ],
  async run(values, context) {
    const { operand: file, family: name, out, map, transpose, inputs, classCount: classes, json } = values;
    await checkWritable(out, { force: values.force });
    if (endingOf(file) !== undefined || name === undefined) {
      if (name !== undefined) {
        throw new UserError("--family is for weights; this file says what it computes", 2);
      }
      using model = await readModel(file, values);
      const { inputs, classes, family } = model;
      await writeFileWhole(out, bytesOf(model, out));
      context.print(
        json
          ? JSON.stringify({ model: out, family: family.name, inputs, classes, tensors: family.shapes })
          : prose(
            `wrote ${out}, ${family.name} of ${inputs} inputs and ${classes} classes, from ${file}`,
            context.width,
          ),
      );
      return 0;
    }
    const { tensors } = readOrReport(`read ${file}`, await readFile(file), readSafetensors);
    try {
      const pairs = map === undefined ? new Map<string, string>() : pairsOf(map);
      const family = familyFor(
        (sizes) => familyNamed(name, { ...optionsOf(name, sizes), ...values.own.family[name] }),
        tensors,
        pairs,
        { inputs, classes },
      );
      const weights = weightsFor(family, tensors, pairs, transpose);
      using made = model(family, { tensors: weights, record: { converted: file } });
      await writeFileWhole(out, bytesOf(made, out));
      const sizes = { inputs: family.inputs, classes: family.classes };
      context.print(
        json ? JSON.stringify({ model: out, family: name, ...sizes, tensors: family.shapes }) : prose(
          `wrote ${out}, ${name} of ${sizes.inputs} inputs and ${sizes.classes} classes, from ${
            Object.keys(weights).length
          } tensors of ${file}`,
          context.width,
        ),
      );
      return 0;
    } catch (error) {
      throw error instanceof InputError ? new UserError(error.about(`convert ${file}`).message) : error;
    }
  },
});

/** The file of a model, of the format that its name says. @throws {UserError} if ONNX has no operators for it */
function bytesOf(model: Model, out: string): Uint8Array {
  try {
    return isOnnx(out) ? writeOnnx(model) : saveModel(model);
  } catch (error) {
    throw error instanceof InputError ? new UserError(error.about(`write ${out}`).message) : error;
  }
}
