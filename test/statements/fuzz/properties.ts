import fc from "fast-check";
import { expectedOf, type Format, models } from "./generated.ts";
import { mutated, mutations } from "./mutations.ts";
import { type Reading, readNow } from "./read-now.ts";

/** No file of a few hundred kilobytes may take longer; generous, because machines are busy. */
const mostMs = 5_000;
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });

export interface Property {
  readonly name: string;
  readonly of: (format: Format) => fc.IProperty<unknown[]> | null;
}

/** What holds of every reader. `before` is told each case before it runs, so that one that never ends can be named. */
export function properties(before: (bytes: Uint8Array) => void = () => {}): readonly Property[] {
  const read = (bytes: Uint8Array, cuts: readonly number[] = []): Reading => {
    before(bytes);
    const started = performance.now();
    const reading = readNow(bytes, cuts);
    const took = performance.now() - started;
    if (took > mostMs) throw new Error(`${bytes.length} bytes took ${Math.round(took)} ms`);
    return reading;
  };
  return [
    {
      name: "says what was written",
      of: (format) => fc.property(models, (model) => saysTheModel(read(format.write(model)), format, model)),
    },
    {
      name: "never crashes, and says the same however its bytes are cut",
      of: (format) =>
        fc.property(models, mutations, shares, (model, changes, cuts) => {
          const bytes = mutated(format.write(model), changes);
          same(
            read(bytes),
            read(
              bytes,
              cuts.map((share) => Math.floor(share * bytes.length)),
            ),
            "cut into pieces",
          );
        }),
    },
    {
      name: "cut off inside, is refused or told",
      of: (format) =>
        !format.ends && !format.proven
          ? null
          : fc.property(models, fc.double({ min: 0, max: 1, noNaN: true }), (model, share) => {
              const whole = format.write(model);
              const part = whole.subarray(0, Math.floor(share * whole.length));
              const reading = read(part);
              if (reading.accepted && told(reading).length === 0 && !equal(reading, read(whole)))
                throw new Error(`cut off behind ${part.length} of ${whole.length} bytes: accepted, and nothing said`);
            }),
    },
    {
      name: "without one of its lines, or with one twice, is refused, told or says the same amounts",
      of: (format) =>
        !format.lines || !format.proven
          ? null
          : fc.property(models, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.boolean(), (model, share, twice) => {
              const whole = Buffer.from(format.write(model)).toString();
              const lines = whole.split(/(?<=\n)/);
              const at = Math.floor(share * lines.length);
              lines.splice(at, twice ? 0 : 1, ...(twice ? [lines[at] as string] : []));
              const reading = read(Buffer.from(lines.join("")));
              const first = read(Buffer.from(whole));
              if (!reading.accepted || told(reading).length > told(first).length) return;
              if (!equal(reading, first))
                throw new Error(`line ${at + 1} ${twice ? "twice" : "dropped"}: accepted with other amounts, and nothing said`);
            }),
    },
    {
      name: "behind another of its kind, says what both say",
      of: (format) =>
        !format.joins
          ? null
          : fc.property(models, models, (one, other) => {
              const [a, b] = [format.write(one), format.write(other)];
              const both = read(Buffer.concat([a, b]));
              const amounts = (reading: Reading) => reading.statements.flatMap((statement) => statement.amounts);
              const expected = [...amounts(read(a)), ...amounts(read(b))];
              if (both.accepted && JSON.stringify(amounts(both)) !== JSON.stringify(expected))
                throw new Error("two files in one say something else than each of them");
              if (!both.accepted) throw new Error(`two files in one are refused: ${JSON.stringify(both.problems)}`);
            }),
    },
  ];
}

function saysTheModel(reading: Reading, format: Format, model: Parameters<Format["write"]>[0]): void {
  const expected = expectedOf(format, model);
  const cents = (amount: string) => Math.round(Number(amount) * 100);
  const amounts = reading.statements.flatMap((statement) => statement.amounts.map(cents)).sort((a, b) => a - b);
  const severe = reading.problems.filter(({ severity }) => severity !== "warning");
  if (!reading.accepted || severe.length > 0) throw new Error(`not read as written: ${JSON.stringify(severe)}`);
  if (JSON.stringify(amounts) !== JSON.stringify(expected.amounts))
    throw new Error(`says ${amounts.join()} in place of ${expected.amounts.join()}`);
  const closing = reading.statements.at(-1)?.closing ?? null;
  if (expected.closing !== null && (closing === null || cents(closing) !== expected.closing))
    throw new Error(`closes with ${closing} in place of ${expected.closing}`);
}

/** Notes that only say how it was read (which code page, which order of days) tell nobody of a loss. */
function told({ problems }: Reading): readonly string[] {
  return problems.map(({ code }) => code).filter((code) => !/_GUESSED$/.test(code));
}

function equal(a: Reading, b: Reading): boolean {
  return JSON.stringify(a.statements.map(essence)) === JSON.stringify(b.statements.map(essence));
}

/** Amounts and balances; whose they are and what is said of them may change with a line. */
function essence({ opening, closing, amounts }: Reading["statements"][number]): unknown {
  return [opening, closing, [...amounts].sort()];
}

function same(a: Reading, b: Reading, how: string): void {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  if (one !== other) throw new Error(`${how} it says something else:\n${one.slice(0, 1500)}\n${other.slice(0, 1500)}`);
}
