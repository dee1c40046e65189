/** Test requests: wrong paths, methods and media types. @module */

import { type Case, input, JSON_TYPE, type Target } from "./case.ts";

/** Other paths, methods and types of bodies. */
export function routes({ model, inputs }: Target): Case[] {
  const body = JSON.stringify({ x: [input(0, inputs)] });
  const at = (path: string, status: number, method = "POST", headers: Case["headers"] = JSON_TYPE): Case => ({
    name: `${method} ${path.slice(0, 60)} ${JSON.stringify(headers).slice(0, 80)}`,
    method,
    path,
    headers,
    body: method === "GET" || method === "HEAD" ? undefined : body,
    status,
  });
  const classify = `/models/${model}/classify`;
  return [
    ...[
      "/",
      "/model",
      `/models/${model}`,
      `/models/${model}/`,
      `/models/${model}/train`,
      "/openapi",
    ]
      .flatMap((path) => [at(path, 404), at(path, 404, "GET")]),
    ...[
      "__proto__",
      "constructor",
      "toString",
      "%00",
      "%E0%A4%A",
      "..%2f..%2fetc",
      "nobody",
      "a".repeat(4000),
    ]
      .map((name) => at(`/models/${name}/classify`, 404)),
    ...["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => at(classify, 405, method)),
    ...["/models", "/openapi.json"].flatMap((path) =>
      ["POST", "PUT", "DELETE"].map((method) => at(path, 405, method))
    ),
    ...[
      "text/plain",
      "application/xml",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "json",
      ",",
    ]
      .map((type) => at(classify, 415, "POST", { "content-type": type })),
    ...["gzip", "br", "identity, gzip"].map((encoding) =>
      at(classify, 415, "POST", { ...JSON_TYPE, "content-encoding": encoding })
    ),
  ];
}
