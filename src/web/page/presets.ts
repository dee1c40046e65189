/// <reference lib="dom" />
/** Five steps through the paper: settings, and the part of the page that shows them. @module */

import { applyLink } from "./history.ts";
import { restoreTraining } from "./train.ts";

/** A step through the paper. */
export interface Preset {
  readonly title: string;
  readonly text: string;
  readonly link: string;
  /** The part of the page, by its id. */
  readonly part: string;
}

/** In the order of the paper. */
export const PRESETS: readonly Preset[] = [
  {
    title: "A small step",
    text: "Every pixel moves a little, and a 4 becomes a 9",
    link: "",
    part: "attack",
  },
  {
    title: "A straight line",
    text: "Why: scores are nearly linear along the step (section 3)",
    link: "v=2&epsilon=0.25&far=true&source=maxout",
    part: "scores",
  },
  {
    title: "It fools the others too",
    text: "A step made for one model fools the next (section 8)",
    link: "v=2&epsilon=0.25&source=maxout",
    part: "compare",
  },
  {
    title: "Train against it",
    text: "The same network with and without adversarial training (section 6)",
    link: "v=2&both=true&epochs=12&trained=12",
    part: "train",
  },
  {
    title: "Noise that is a digit",
    text: "Confident about what is no digit at all (appendix A)",
    link: "v=2&fooled=maxout&target=3&step=0.2",
    part: "rubbish",
  },
];

/** Shows a step: takes its settings and goes to its part. A training that it needs begins. */
export function showPreset({ link, part }: Preset): void {
  applyLink(link, { keepTraining: !link.includes("trained=") });
  restoreTraining();
  scrollToPart(part);
}

/** Scrolls to a part of the page without a change of the address, which holds the settings, and moves the focus there. */
export function scrollToPart(part: string): void {
  const element = document.getElementById(part);
  element?.scrollIntoView();
  element?.querySelector<HTMLElement>("h2, h3")?.focus({ preventScroll: true });
}
