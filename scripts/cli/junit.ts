/** Results as build servers read them. @module */

/** Test cases under one name. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly {
    readonly name: string;
    /** Why it failed, if it did. */
    readonly failure?: string;
  }[];
}

/** The JUnit XML file of `suite`. */
export async function junit({ name, cases }: Suite): Promise<string> {
  // loaded where it is asked for: few runs of the command line need it
  const { default: XMLBuilder } = await import("fast-xml-builder");
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  return new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true }).build({
    "?xml": { "@_version": "1.0", "@_encoding": "UTF-8" },
    testsuites: {
      testsuite: {
        "@_name": written(name),
        "@_tests": cases.length,
        "@_failures": failures,
        "@_errors": 0,
        testcase: cases.map(({ name: each, failure }) => ({
          "@_classname": written(name),
          "@_name": written(each),
          ...(failure !== undefined &&
            { failure: { "@_message": written(failure), "#text": written(failure) } }),
        })),
      },
    },
  });
}

/** XML has no way to write control characters, nor halves of pairs. */
function written(text: string): string {
  return text.replace(/\p{C}/gu, "�");
}
