import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readFiles } from "../../src/statements/read-files.ts";
import { sampleFiles } from "./sample-files.ts";

const folder = mkdtempSync(join(tmpdir(), "apg-read-"));
afterAll(() => rmSync(folder, { recursive: true }));

mkdirSync(join(folder, "inbox/older"), { recursive: true });
writeFileSync(join(folder, "inbox/b.pdf"), sampleFiles.get("camt.053") ?? "");
writeFileSync(join(folder, "inbox/a.csv"), sampleFiles.get("mt940") ?? "");
writeFileSync(join(folder, "inbox/older/c"), sampleFiles.get("bai2") ?? "");
writeFileSync(join(folder, "inbox/.hidden"), "no statement");
writeFileSync(join(folder, "broken.xml"), (sampleFiles.get("camt.053") ?? "").slice(0, -40));
writeFileSync(join(folder, "off.sta"), (sampleFiles.get("mt940") ?? "").replaceAll("90,25", "90,26"));

async function read(names: string[], json = true) {
  let text = "";
  const answer = await readFiles(
    names.map((name) => join(folder, name)),
    json,
    async (piece) => {
      text += piece;
    },
  );
  return { ...answer, text };
}

describe("apg statement read --json", () => {
  test("is one array with an object a file, folders in the order of names", async () => {
    const { text, files, refused } = await read(["inbox"]);
    expect({ files, refused }).toEqual({ files: 3, refused: 0 });
    const objects = JSON.parse(text);
    expect(objects.map((one: { file: string; format: string }) => [one.file.slice(folder.length + 1), one.format])).toEqual([
      ["inbox/a.csv", "mt940"],
      ["inbox/b.pdf", "camt.053"],
      ["inbox/older/c", "bai2"],
    ]);
  });

  test("gives statements with exact amounts and what they add up to", async () => {
    const [object] = JSON.parse((await read(["inbox/b.pdf"])).text);
    expect(object).toMatchObject({ format: "camt.053", variant: "camt.053.001.08", accepted: true, problems: [] });
    expect(object.statements).toHaveLength(2);
    expect(object.statements[1]).toMatchObject({
      account: "DE89370400440532013000",
      currency: "EUR",
      kind: "statement",
      opening: "112.50",
      openingDate: "2026-03-31",
      closing: "90.25",
      closingDate: "2026-03-31",
      credits: "0.00",
      debits: "22.25",
      balanced: true,
      entries: [
        { bookingDate: "2026-03-31", valueDate: "2026-04-01", amount: "-20.00", currency: "EUR", reference: "Née" },
        { amount: "-2.25" },
      ],
    });
    expect(object.statements[0].entries[0].details).toMatchObject([
      { amount: "10.00", endToEndId: "Ä-1", text: "Größe <€> 𝄞" },
      { amount: "2.50" },
    ]);
  });

  test("of a file that breaks off is refused and still JSON; the other files stand", async () => {
    const { text, refused } = await read(["broken.xml", "inbox/a.csv"]);
    expect(refused).toBe(1);
    expect(JSON.parse(text)).toMatchObject([
      { accepted: false, problems: [{ severity: "refusal", code: "SYNTAX", line: expect.any(Number) }] },
      { accepted: true },
    ]);
  });

  test("of a file that does not add up is accepted, and says so", async () => {
    const [object] = JSON.parse((await read(["off.sta"])).text);
    expect(object).toMatchObject({ accepted: true, problems: [{ code: "BALANCE_BREAK" }] });
    expect(object.statements.map((one: { balanced: boolean }) => one.balanced)).toEqual([true, false]);
  });
});

describe("apg statement read", () => {
  test("is a table a file, with a line for each problem", async () => {
    const { text } = await read(["off.sta", "broken.xml"], false);
    expect(text).toMatch(/off\.sta: MT940, 2 statements, 3 entries\n\n {2}account/);
    expect(text).toMatch(/DE89370400440532013000 +statement +2026-03-31 +1 +100\.00 +12\.50 +0\.00 +112\.50 +EUR +yes\n/);
    expect(text).toMatch(/ NO\n/);
    expect(text).toContain(
      "  break BALANCE_BREAK, line 23: opening 112.50 + entries -22.25 = 90.25, the file states closing 90.26 (difference 0.01)",
    );
    expect(text).toMatch(/broken\.xml: refused \(camt\.053\.001\.08\)\n\n {2}refused SYNTAX, line/);
  });

  test("refuses what is not there, and folders without files", async () => {
    await expect(read(["nowhere"])).rejects.toMatchObject({ code: "not_found" });
    mkdirSync(join(folder, "empty"), { recursive: true });
    await expect(read(["empty"])).rejects.toMatchObject({ code: "invalid_input" });
  });
});

test("every problem a reader can tell is on its reference page", () => {
  const page = readFileSync(new URL("../../docs/reference/statement-problems.md", import.meta.url), "utf8");
  const root = new URL("../../src/statements/", import.meta.url);
  const sources = ["read.ts", "verify.ts", "pages.ts", "read-json.ts"].concat(
    readdirSync(new URL("formats", root), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `formats/${name}`),
  );
  const told = sources.flatMap((name) =>
    [
      ...readFileSync(new URL(name, root), "utf8").matchAll(
        /(?:note\(|refuse\(\s*|code: |tell\([^"]*"(?:warning|break)", |warn\(|Unclear\(\s*|tell\(floor \? "warning" : "break", )"([A-Z_]{5,})"/g,
      ),
    ].map((match) => match[1] ?? ""),
  );
  expect(new Set(told).size).toBeGreaterThan(30);
  expect([...new Set(told)].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
