/** Test requests: bodies that are malformed JSON, or JSON of another shape. @module */

import { type Case, input, JSON_TYPE, type Target } from "./case.ts";

/** Malformed JSON, and JSON of another shape. */
export function malformedJson({ model, inputs, classes }: Target): Case[] {
  const row = input(0, inputs);
  const good = JSON.stringify({ x: [row] });
  const first = (value: string) => `{"x":[[${[value, ...row.slice(1)].join()}]]}`;
  const deep = (levels: number) => `{"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const bad = (body: Case["body"], status: Case["status"], action = "classify"): Case => ({
    name: `${action} ${typeof body === "string" ? body.slice(0, 60) : `${body?.length} bytes`}`,
    method: "POST",
    path: `/models/${model}/${action}`,
    headers: JSON_TYPE,
    body,
    status,
  });
  const checked = (labels: unknown) => bad(JSON.stringify({ x: [row], labels }), 422, "check");
  return [
    ...[
      "",
      " ",
      "{",
      good.slice(0, -1),
      good.slice(0, good.length / 2),
      `${good}}`,
      `${good},`,
      "nul",
      "NaN",
      "'x'",
    ]
      .map((body) => bad(body, 400)),
    ...[
      first("NaN"),
      first("Infinity"),
      first("-"),
      first("0x1"),
      first("1."),
      first("undefined"),
      `{x:[]}`,
      '{"x\u0000":1',
    ]
      .map((body) => bad(body, 400)),
    ...[
      [0xff],
      [0xfe, 0xff, 0, 0x7b],
      [0x7b, 0xc0, 0xaf, 0x7d],
      Array.from('{"x":"\xed\xa0\x80"}', (c) => c.charCodeAt(0)),
    ]
      .map((bytes) => bad(Uint8Array.from(bytes), 400)),
    ...[
      "null",
      "1",
      "true",
      '"x"',
      "[]",
      `[${good}]`,
      "{}",
      '{"x":null}',
      '{"x":1}',
      '{"x":"1"}',
      '{"x":{}}',
      '{"x":[]}',
    ]
      .map((body) => bad(body, 422)),
    ...[
      "[[]]",
      "[{}]",
      "[1,2]",
      "[null]",
      '["11"]',
      '[{"length":1}]',
      '{"length":1}',
      `[[${row}],[]]`,
      `[[${row}],1]`,
    ]
      .map((x) => bad(`{"x":${x}}`, 422)),
    ...[`[[${row.slice(1)}]]`, `[[${row},0]]`, `{"shape":[1,${inputs}],"data":[${row}]}`, `{"data":{}}`]
      .map((x) => bad(`{"x":${x}}`, 422)),
    ...["null", "true", '"1"', "[1]", "{}", "1e999", "-1e999", "1e39", "[[[[1]]]]", '{"valueOf":1}']
      .map((value) => bad(first(value), 422)),
    ...[
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "labels",
      "x ",
      "a".repeat(5000),
      "\\u0000",
      "\\n",
    ]
      .map((key) => bad(`{"x":[[${row}]],"${key}":1}`, 422)),
    bad(`{"__proto__":{"x":[[${row}]]}}`, 422),
    bad(deep(100), 422),
    ...[10_000, 100_000].map((levels) => bad(deep(levels), [400, 422])),
    bad("[".repeat(200_000), 400),
    bad('{"a":'.repeat(50_000), 400),
    bad(`{"x":[${Array(501).fill("[]")}]}`, 413),
    bad(`{"x":[[${"0,".repeat(2 ** 20)}0]]}`, 413),
    bad(JSON.stringify({ x: [row], threshold: 2 }), 422, "screen"),
    ...["x", null, -1, [0.5], {}].map((threshold) =>
      bad(JSON.stringify({ x: [row], threshold }), 422, "screen")
    ),
    bad(good, 422, "check"),
    ...[null, 1, "0", {}, [], [0, 0], [null], ["0"], [0.5], [-1], [classes], [1e10], [[0]], [{}]].map(
      checked,
    ),
    bad(`{"x":[[${row}]],"labels":[1e999]}`, 422, "check"),
  ];
}
