/** The playground as one file. @module */

import { createRequire } from "node:module";
import { build, type BuildOptions, type Plugin, stop } from "esbuild";
// so that Deno has at hand what esbuild then looks for
import "@preact/signals";
import "preact";
import "uplot";

const root = new URL("../../", import.meta.url);
const page = new URL("src/web/", root);

/** Packages that become part of the page. */
const PACKAGES = ["preact", "@preact/signals", "uplot"];

const ICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#b2401a"/><path d="M4 8h8M8 4v8" stroke="#fff" stroke-width="2"/></svg>`;

/** Name of the picture beside the page; see `preview`. */
export const PREVIEW = "preview.png";

/**
 * The whole page: script, worker, kernels and style in one HTML text, which needs no server and asks for nothing.
 * `address`, where it will be found, makes the link to its picture absolute, which some that show links need.
 */
export async function bundle({ address = "" }: { address?: string } = {}): Promise<string> {
  try {
    const worker = await built("worker/main.ts");
    const [script, style, template] = await Promise.all([
      built("main.tsx", { define: { WORKER_SCRIPT: JSON.stringify(worker) } }),
      built("style/main.css"),
      Deno.readTextFile(new URL("page.html", page)),
    ]);
    const parts = {
      "script-hash": await hashed(script),
      "style-hash": await hashed(style),
      image: address && new URL(PREVIEW, address.endsWith("/") ? address : `${address}/`).href || PREVIEW,
      icon: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
    };
    return Object.entries(parts).reduce((html, [name, value]) => html.replace(`{{${name}}}`, value), template)
      .replace("<style></style>", () => `<style>${style}</style>`)
      .replace("<script></script>", () => `<script>${script}</script>`) + await licences();
  } finally {
    await stop();
  }
}

async function built(entry: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, page).pathname],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "inline",
    logLevel: "silent",
    plugins: [denoPackages],
    ...options,
  });
  return outputFiles![0].text.trim();
}

/** Packages from Deno's own cache: there is no folder of them that esbuild would look into. */
const denoPackages: Plugin = {
  name: "deno-packages",
  setup({ onResolve }) {
    onResolve(
      { filter: /^[@a-z]/ },
      ({ path, importer, kind }) =>
        kind === "entry-point" ? undefined : { path: createRequire(importer).resolve(path) },
    );
  },
};

/** What the page must carry along: the licences of what is in it. */
async function licences(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const texts = await Promise.all(PACKAGES.map(async (name) => {
    const folder = resolve(name).split("/dist/")[0];
    return `${name}\n\n${await Deno.readTextFile(`${folder}/LICENSE`)}`;
  }));
  return `<!-- This page contains:\n\n${texts.join("\n\n").replaceAll("--", "—")}-->\n`;
}

/** What a content security policy names an inline script or style by. */
async function hashed(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}
