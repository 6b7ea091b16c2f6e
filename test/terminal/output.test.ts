import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { counted, jsonText, tableText } from "../../src/terminal/output.ts";
import { startProgress, timeLeft } from "../../src/terminal/progress.ts";

test("amounts stand below each other, with nothing to cut away around them", () => {
  const text = tableText(
    [{ title: "currency" }, { title: "amount", align: "right" }],
    [
      ["EUR", "1234.50"],
      ["JPY", "-7"],
    ],
  );
  expect(text).toBe(["currency   amount", "EUR       1234.50", "JPY            -7"].join("\n"));
});

test("a bigint goes out as its digits", () => {
  expect(JSON.parse(jsonText({ minor: 9007199254740993n }))).toEqual({ minor: "9007199254740993" });
});

test("one is not many", () => {
  expect([counted(1, "file"), counted(2n, "file"), counted(0, "entry", "entries")]).toEqual(["1 file", "2 files", "0 entries"]);
});

test("progress in a log is a line now and then, not a bar", () => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const progress = startProgress(2, { unit: "files", stream: stream as unknown as NodeJS.WriteStream, everyMs: 0 });
  progress.at(1, "a.xml");
  progress.end();
  expect(written).toEqual(["1/2 files: a.xml\n"]);
});

test("what is left is told by the pace so far, and not before there is one", () => {
  expect(timeLeft(10_000, 1_000, 3_000)).toBe(", about 30 s left");
  expect(timeLeft(60_000, 1_000, 60_000)).toBe(", about 60 min left");
  expect(timeLeft(60_000, 1_000, 600_000)).toBe(", about 10.0 h left");
  for (const [elapsed, done, toDo] of [
    [1_000, 10, 10],
    [10_000, 0, 10],
    [10_000, 10, 0],
  ] as const)
    expect(timeLeft(elapsed, done, toDo)).toBe("");
});
