/// <reference lib="dom" />
/** The page's own script. @module */

import { render } from "preact";
import { begin } from "./page/begin.ts";
import { complain } from "./page/state.ts";
import { App } from "./view/app.tsx";

render(<App />, document.body);
begin().catch(complain);
