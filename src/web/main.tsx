/// <reference lib="dom" />
/** The page's own script. @module */

import { render } from "preact";
import { start } from "./page/start.ts";
import { reportError } from "./page/state.ts";
import { App } from "./view/app.tsx";

const embed = new URLSearchParams(location.search).get("embed");
document.documentElement.classList.toggle("embedded", embed !== null);
render(<App embed={embed === null ? undefined : embed || "attack"} />, document.body);
start().catch(reportError);
