/** Options that make long attacks short, for laws that need no strength. @module */

/** The options by the attack's name; the short forms have all laws that the long ones have. */
export const SHORT: Readonly<Record<string, object>> = {
  carliniWagner: { binarySearchSteps: 2, iterations: 4, refinements: 2 },
  ddn: { iterations: 8, refinements: 2 },
  deepFool: { iterations: 4, refinements: 2 },
  fab: { iterations: 4, refinements: 2 },
  fmn: { iterations: 8, refinements: 2 },
  apgd: { iterations: 12 },
  lbfgs: { binarySearchSteps: 4, iterations: 6, refinements: 2 },
  square: { queries: 12 },
  jsma: { steps: 2, refinements: 2 },
  greedyTabular: { moves: 2 },
  hopSkipJump: { steps: 2, probes: 8 },
  boundary: { steps: 12 },
};
