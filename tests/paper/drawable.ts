import { assert, assertEquals } from "@std/assert";
import type { Axis, Figure } from "../../src/paper/figure.ts";

/** Passes if an axis of percents that has ends has those of percents. */
function percents({ unit, domain }: Axis, name: string): void {
  if (unit === "%" && domain) assertEquals(domain, [0, 100], name);
}

/** Passes if a figure is whole: something is shown, every number is one, every picture has its pixels; `full` if every row of pictures is to be. */
export function assertDrawable(figure: Figure, name: string, { full = false } = {}): void {
  assert(/^[\w-]+$/.test(figure.id), `${name}: no name in a page`);
  assert(figure.title !== "" && figure.caption !== "", name);
  const finite = (values: readonly (number | undefined)[]) =>
    values.forEach((value) => assert(value === undefined || Number.isFinite(value), `${name}: ${value}`));
  switch (figure.kind) {
    case "lines":
      assert(figure.series.length > 0, name);
      percents(figure.y, name);
      assertEquals(new Set(figure.series.map(({ name }) => name)).size, figure.series.length, name);
      for (const { points } of figure.series) {
        assert(points.length > 1, name);
        finite(points.flat());
        for (const [axis, i] of [[figure.x, 0], [figure.y, 1]] as const) {
          if (axis.scale === "log") assert(points.every((point) => point[i] > 0), `${name}: log of ≤ 0`);
        }
      }
      break;
    case "matrix":
      assertEquals(figure.values.length, figure.rows.length, name);
      for (const row of figure.values) {
        assertEquals(row.length, figure.columns.length, name);
        finite(row.map((value) => value ?? undefined));
      }
      break;
    case "bars":
      assert(figure.groups.length > 0, name);
      percents(figure.y, name);
      for (const { values } of figure.groups) {
        assert(values.length > 0, name);
        finite(values.flatMap(({ value, low, high }) => [value ?? undefined, low, high]));
      }
      break;
    case "images":
      assert(figure.images.length > 0 && figure.range[0] < figure.range[1], name);
      if (full) assertEquals(figure.images.length % figure.columns, 0, `${name}: ${figure.columns} in a row`);
      for (const { pixels } of figure.images) {
        assertEquals(atob(pixels).length, figure.width * figure.height, name);
      }
  }
}
