/** `gibbon convert`. @module */

import { familyNamed, InputError, model, optionsOf, readSafetensors, saveModel } from "../../../src/mod.ts";
import { familyFor, pairsOf, weightsFor } from "../../data/weights.ts";
import { UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";
import { type Command, command } from "../command.ts";
import { FAMILIES, readFile, readOrReport } from "../inputs.ts";
import { choice, flag, integerOption, text } from "../options.ts";
import { FORCE } from "../examples_file.ts";
import { SIZES } from "../recipe.ts";

/** Makes a model file of weights that another program saved. */
export const convert: Command = command({
  name: "convert",
  summary: "Make a model file of weights in safetensors that another program saved",
  operand: { placeholder: "FILE", help: "Weights, as torch's save_file or Keras's arrays in safetensors" },
  options: {
    family: choice(FAMILIES, { help: "Family of the model", placeholder: "FAMILY", required: true }),
    out: text({ help: "Model file to write", placeholder: "FILE", required: true }),
    map: text({
      help: "Names that go together; by default equal names, and shapes that only one tensor has",
      placeholder: "OURS=THEIRS,…",
    }),
    transpose: choice(["auto", "yes", "no"], {
      help: "Turn matrices, which are (outputs, inputs) here; auto does so where shapes say so",
      default: "auto",
    }),
    inputs: integerOption({ help: "Inputs of the model; by default what the shapes say", min: 1 }),
    classCount: integerOption({ help: "Classes of the model; by default what the shapes say", min: 2 }),
    force: FORCE,
    json: flag("Print one JSON object"),
  },
  own: [{ ...SIZES, of: "family" }],
  examples: [
    "convert torch.safetensors --family softmaxLinear --map W=fc.weight,b=fc.bias --out model.safetensors",
  ],
  async run(values, context) {
    const { operand: file, family: name, out, map, transpose, inputs, classCount: classes, json } = values;
    await checkWritable(out, { force: values.force });
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
      await writeFileWhole(out, saveModel(made));
      const sizes = { inputs: family.inputs, classes: family.classes };
      context.print(
        json
          ? JSON.stringify({ model: out, family: name, ...sizes, tensors: family.shapes })
          : `wrote ${out}, ${name} of ${sizes.inputs} inputs and ${sizes.classes} classes, from ${
            Object.keys(weights).length
          } tensors of ${file}`,
      );
      return 0;
    } catch (error) {
      throw error instanceof InputError ? new UserError(error.about(`convert ${file}`).message) : error;
    }
  },
});
