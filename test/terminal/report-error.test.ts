import { expect, test } from "vitest";
import { Problem } from "../../src/errors/problem.ts";
import { reportError } from "../../src/terminal/report-error.ts";

function report(error: unknown): { code: number; text: string } {
  let text = "";
  const code = reportError(error, (written) => {
    text += written;
  });
  return { code, text };
}

test("a problem is a fact, then a hint, and its exit code comes from the vocabulary", () => {
  const problem = new Problem("port_taken", "port 4400 is taken", { hint: "Choose another with --port." });
  expect(report(problem)).toEqual({ code: 3, text: "error: port 4400 is taken\nhint: Choose another with --port.\n" });
});

test("refused input says so", () => {
  expect(report(new Problem("invalid_input", "no such column"))).toEqual({ code: 2, text: "refused: no such column\n" });
});

test("what nobody foresaw is a defect, shown with its stack and its cause", () => {
  const { code, text } = report(new TypeError("undefined is not a function", { cause: new Error("the reason") }));
  expect(code).toBe(4);
  expect(text).toMatch(/^defect: TypeError: undefined is not a function\n\s+at /);
  expect(text).toContain("caused by: Error: the reason");
});
