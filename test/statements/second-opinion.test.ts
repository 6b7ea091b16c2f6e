import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { addDecimals, decimalOrNull, decimalText, negate, zero } from "../../src/money/decimal.ts";
import { xmlAmount } from "../../src/statements/formats/amount.ts";
import { collect } from "./collect.ts";
import { formats, models } from "./fuzz/generated.ts";

// fast-xml-parser reads the whole document as an object: another author, another algorithm, nothing shared with our reader but the file.
const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: 200,
});

interface Opinion {
  readonly entries: number;
  readonly details: number;
  readonly balances: number;
  readonly net: string;
}

type Node = Readonly<Record<string, unknown>>;

function opinions(bytes: Uint8Array): Opinion[] {
  const text = Buffer.from(bytes).toString(bytes[0] === 0xff || bytes[1] === 0 ? "utf16le" : "utf8");
  const root = parser.parse(text.slice(text.indexOf("<"))) as Node;
  const document = node(root["Document"] ?? root);
  const message = Object.entries(document).find(([name]) => /^BkToCstmr/.test(name))?.[1];
  const statements = ["Stmt", "Rpt", "Ntfctn"].flatMap((name) => list(node(message)[name]));
  return statements.map((statement) => {
    const entries = list(statement["Ntry"]);
    return {
      entries: entries.length,
      details: entries.reduce(
        (sum, entry) => sum + list(entry["NtryDtls"]).reduce((count, one) => count + list(one["TxDtls"]).length, 0),
        0,
      ),
      balances: list(statement["Bal"]).length,
      net: decimalText(entries.map(amountOf).reduce(addDecimals, zero)),
    };
  });
}

function amountOf(entry: Node) {
  const read = xmlAmount(String(entry["Amt"] ?? ""));
  const amount = (read === null ? null : decimalOrNull(read.digits)) ?? zero;
  return (String(entry["CdtDbtInd"]).trim() === "DBIT") !== (read?.negative ?? false) ? negate(amount) : amount;
}

function node(value: unknown): Node {
  return typeof value === "object" && value !== null ? (value as Node) : {};
}

/** Without the zeros behind that one of the two may have. */
function trimmed(net: string) {
  const { units, scale } = decimalOrNull(net) ?? zero;
  let digits = { units, scale };
  while (digits.scale > 0 && digits.units % 10n === 0n) digits = { units: digits.units / 10n, scale: digits.scale - 1 };
  return digits;
}

function list(value: unknown): Node[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(node);
}

async function compare(bytes: Uint8Array): Promise<"agreed" | "refused"> {
  const read = await collect(bytes);
  if (!read.accepted) return "refused";
  const others = opinions(bytes);
  const own = read.statements.map(({ entries, balances }) => ({
    entries: entries.length,
    details: entries.reduce((sum, { details }) => sum + details.length, 0),
    balances: balances.length,
    net: decimalText(entries.map(({ amount }) => decimalOrNull(amount) ?? zero).reduce(addDecimals, zero)),
  }));
  const counts = (all: readonly Opinion[]) => all.map(({ entries, details, balances }) => [entries, details, balances]);
  expect(counts(own)).toEqual(counts(others));
  const nets = (all: readonly Opinion[]) => all.map(({ net }) => decimalText(trimmed(net)));
  expect(nets(own)).toEqual(nets(others));
  return "agreed";
}

const corpora = fileURLToPath(new URL("../../../shared/corpora/files/camt/", import.meta.url));

describe("a second opinion on XML", () => {
  test("entries, details, balances and sums of generated files are those of an independent parser", async () => {
    const camt = formats.find(({ name }) => name === "camt") as (typeof formats)[number];
    await fc.assert(
      fc.asyncProperty(models, async (model) => {
        expect(await compare(camt.write(model))).toBe("agreed");
      }),
      { numRuns: 60 },
    );
  });

  test("and disagrees with a reader that lost an entry", async () => {
    const camt = formats.find(({ name }) => name === "camt") as (typeof formats)[number];
    const model = { opening: 0, entries: [1, 2].map((cents) => ({ cents, day: 1, text: "x" })) };
    const text = Buffer.from(camt.write(model)).toString();
    expect(opinions(Buffer.from(text))).toMatchObject([{ entries: 2, net: "0.03" }]);
    expect(opinions(Buffer.from(text.replace(/<Ntry>.*?<\/Ntry>/s, "")))).toMatchObject([{ entries: 1, net: "0.02" }]);
  });

  test.skipIf(!existsSync(corpora))(
    `every camt file of the corpora${existsSync(corpora) ? "" : " (skipped: ../shared/corpora is not there)"}`,
    { timeout: 60_000 },
    async () => {
      const files = readdirSync(corpora, { recursive: true, encoding: "utf8" }).filter((name) =>
        /\.(?:xml|camt|053|052|054|txt)$/i.test(name),
      );
      const verdicts = { agreed: 0, refused: 0 };
      for (const name of files) {
        const verdict = await compare(readFileSync(join(corpora, name))).catch((error: Error) => {
          throw new Error(`${name}: ${error.message}`, { cause: error });
        });
        verdicts[verdict] += 1;
      }
      expect(verdicts.agreed).toBeGreaterThan(100);
    },
  );
});
