import fc from "fast-check";
import { describe, test } from "vitest";
import { formats } from "./generated.ts";
import { properties } from "./properties.ts";

// A few seconds in all; npm run fuzz -- --seconds N goes on for as long as one likes.
const msPerProperty = 70;

describe.each(formats)("a generated file of $name", (format) => {
  for (const { name, of } of properties()) {
    const property = of(format);
    if (property !== null)
      test(name, () => fc.assert(property, { interruptAfterTimeLimit: msPerProperty, numRuns: 10_000, markInterruptAsFailure: false }));
  }
});
