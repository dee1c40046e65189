import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../../scripts/bench/certificates/log.ts";
import { UserError } from "../../../scripts/errors.ts";

Deno.test("logOf keeps what is settled, tries the rest again, and goes on with the same model and constraint alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log.jsonl`;
    const setting = { model: Uint8Array.of(1, 2, 3), constraint: { epsilon: 0.1, norm: "Linf" } } as const;
    const first = await logOf(path, setting);
    assertEquals(first.settled.size, 0);
    first.append(3, { certified: true, falsified: false, method: "crown", margin: 0.5 });
    first.append(1, { certified: false, falsified: false, method: null, margin: -1 });
    first.append(0, { certified: false, falsified: true, method: "attack", margin: null });
    Deno.writeTextFileSync(path, '{"row":5,"certi', { append: true });
    const second = await logOf(path, setting);
    assertEquals([...second.settled.keys()], [3, 0]);
    second.append(1, { certified: true, falsified: false, method: "complete", margin: 0.25 });
    assertEquals([...(await logOf(path, setting)).settled.keys()], [3, 0, 1]);
    const other = { ...setting, constraint: { epsilon: 0.2, norm: "Linf" } } as const;
    await assertRejects(() => logOf(path, other), UserError, "another model or constraint");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
