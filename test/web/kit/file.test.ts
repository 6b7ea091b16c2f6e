import fc from "fast-check";
import { expect, test } from "vitest";
import { fileRows, rowOf } from "../../../web/proof/file.ts";

const long = `<Stmt>${Array.from({ length: 40 }, (_, index) => `<Ntry><AcctSvcrRef>REF${index}</AcctSvcrRef><Amt>${index}.00</Amt></Ntry>`).join("")}</Stmt>`;

test("the pieces of a long line together are the line, byte for byte, under its number", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constant(long))), (lines) => {
      const rows = fileRows(lines);
      const joined = lines.map((_, index) =>
        rows
          .filter((row) => row.line === index + 1)
          .map((row) => row.text)
          .join(""),
      );
      expect(joined).toEqual(lines);
    }),
  );
});

test("an entry is found on its line by its reference before its amount", () => {
  const rows = fileRows(["<xml/>", long]);
  const at = rowOf(rows, { line: 2, needles: ["REF17", "3.00"] });
  expect(rows[at]?.text).toBe("<AcctSvcrRef>REF17</AcctSvcrRef>");
});

test("without any needle in it the line itself is shown, and a line that is not there is not", () => {
  const rows = fileRows(["one", "two"]);
  expect(rowOf(rows, { line: 2, needles: ["", "three"] })).toBe(1);
  expect(rowOf(rows, { line: 9, needles: [] })).toBe(-1);
});
