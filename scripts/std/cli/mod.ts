/** The part of `@std/cli` that the project uses, over what Deno ships, for networks that do not reach JSR. */
export { parseArgs } from "./parse_args.ts";
