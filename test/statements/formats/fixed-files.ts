/** A fixed-width record: values at columns counted from 1, blanks between. */
export function record(width: number, fields: Readonly<Record<number, string>>): string {
  let text = " ".repeat(width);
  for (const [column, value] of Object.entries(fields)) {
    const from = Number(column) - 1;
    text = text.slice(0, from) + value + text.slice(from + value.length);
  }
  return text;
}

// CODA ------------------------------------------------------------------------------------------------------------------------

const codaCents = (cents: number) => `${cents < 0 ? 1 : 0}${String(Math.abs(cents) * 10).padStart(15, "0")}`;

export interface CodaMovement {
  readonly cents: number;
  readonly type?: string;
  readonly communication?: string;
  readonly structured?: boolean;
  readonly party?: { readonly name: string; readonly account: string; readonly bic?: string };
  readonly reference?: string;
  readonly information?: string;
}

export function codaFile(opening: number, movements: readonly CodaMovement[], closing: number, version = "2"): string {
  const body = movements.flatMap((movement, index) => codaMovement(movement, String(index + 1).padStart(4, "0")));
  const entries = movements.filter(({ type = "0" }) => type < "4");
  const sum = (sign: number) =>
    entries.filter(({ cents }) => Math.sign(cents) === sign).reduce((all, { cents }) => all + Math.abs(cents), 0);
  const total = (cents: number) => codaCents(cents).slice(1);
  const records = [
    record(128, {
      1: "00000",
      6: "010426",
      12: "725",
      15: "05",
      25: "REF0000001",
      35: "LINDENKADE NV",
      61: "KREDBEBB",
      84: "00000",
      128: version,
    }),
    record(128, {
      1: "12",
      3: "061",
      6: "BE68539007547034",
      40: "EUR",
      43: codaCents(opening),
      59: "310326",
      65: "LINDENKADE NV",
      91: "Zichtrekening",
      126: "061",
    }),
    ...body,
    record(128, { 1: "8061BE68539007547034", 39: "EUR", 42: codaCents(closing), 58: "010426", 128: "0" }),
    record(128, { 1: "9", 17: String(body.length + 2).padStart(6, "0"), 23: total(sum(-1)), 38: total(sum(1)), 128: "2" }),
  ];
  return records.map((line) => `${line}\r\n`).join("");
}

function codaMovement(movement: CodaMovement, sequence: string): string[] {
  const { cents, type = "0", communication = "", structured = false, party, reference = "", information } = movement;
  const lines = [
    record(128, {
      1: "21",
      3: `${sequence}0000`,
      11: `BANK${sequence}`,
      32: codaCents(cents),
      48: "020426",
      54: `${type}0150000`,
      62: structured ? "1" : "0",
      63: communication.slice(0, 53),
      116: "010426",
      122: "0610",
      126: "1",
      128: "0",
    }),
    record(128, { 1: "22", 3: `${sequence}0000`, 11: communication.slice(53, 106), 64: reference, 99: party?.bic ?? "" }),
  ];
  if (party !== undefined)
    lines.push(record(128, { 1: "23", 3: `${sequence}0000`, 11: party.account, 48: party.name, 83: communication.slice(106) }));
  if (information !== undefined) lines.push(record(128, { 1: "31", 3: `${sequence}0001`, 41: information }));
  return lines;
}

// CFONB 120 -------------------------------------------------------------------------------------------------------------------

/** The last digit carries the sign. */
export function overpunch(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(14, "0");
  const last = Number(digits.slice(-1));
  return digits.slice(0, -1) + (cents < 0 ? "}JKLMNOPQR" : "{ABCDEFGHI").charAt(last);
}

export interface CfonbMovement {
  readonly cents: number;
  readonly label?: string;
  readonly more?: ReadonlyArray<readonly [string, string]>;
}

export function cfonbFile(opening: number, movements: readonly CfonbMovement[], closing: number, account = "00012345678"): string {
  const head = { 3: "30004", 12: "00813", 17: "EUR2", 22: account };
  const balance = (kind: string, day: string, cents: number) => record(120, { ...head, 1: kind, 35: day, 91: overpunch(cents) });
  const lines = movements.flatMap(({ cents, label = "VIREMENT", more = [] }) => [
    record(120, {
      ...head,
      1: "04",
      8: "0001",
      33: "05",
      35: "010426",
      43: "020426",
      49: label,
      82: "0000042",
      91: overpunch(cents),
      105: "REF-1",
    }),
    ...more.map(([qualifier, text]) => record(120, { ...head, 1: "05", 35: "010426", 46: qualifier, 49: text })),
  ]);
  return [balance("01", "310326", opening), ...lines, balance("07", "010426", closing)].map((line) => `${line}\n`).join("");
}

// Norma 43 --------------------------------------------------------------------------------------------------------------------

const csbCents = (cents: number) => `${cents < 0 ? 1 : 2}${String(Math.abs(cents)).padStart(14, "0")}`;

export interface CsbMovement {
  readonly cents: number;
  readonly texts?: readonly string[];
}

export function csb43File(opening: number, movements: readonly CsbMovement[], closing: number): string {
  // A movement of zero is written as a credit.
  const sum = (sign: number) => movements.filter(({ cents }) => cents < 0 === sign < 0);
  const total = (sign: number) => csbCents(sum(sign).reduce((all, { cents }) => all + Math.abs(cents), 0)).slice(1);
  const count = (sign: number) => String(sum(sign).length).padStart(5, "0");
  const lines = [
    record(80, { 1: "11", 3: "210004180200051332", 21: "260401260401", 33: csbCents(opening), 48: "9783", 52: "LINDENKADE SL" }),
    ...movements.flatMap(({ cents, texts = [] }) => [
      record(80, {
        1: "22",
        7: "0418",
        11: "260401260402",
        23: "02",
        25: "040",
        28: csbCents(cents),
        43: "0000000042",
        53: "000000000000",
        65: "FACTURA 17",
      }),
      ...texts.map((text, index) => record(80, { 1: "23", 3: String(index + 1).padStart(2, "0"), 5: text })),
    ]),
    record(80, {
      1: "33",
      3: "210004180200051332",
      21: count(-1),
      26: total(-1),
      40: count(1),
      45: total(1),
      59: csbCents(closing),
      74: "978",
    }),
  ];
  const end = record(80, { 1: "88", 3: "9".repeat(18), 21: String(lines.length).padStart(6, "0") });
  return [...lines, end].map((line) => `${line.trimEnd()}\n`).join("");
}
