import type { Day } from "../../time/day.ts";
import { type AccountStatement, accountStatements } from "./account-statement.ts";
import { addBankDays } from "./bank-days.ts";
import type { SimulatedBank } from "./company.ts";
import { withFaults } from "./faults.ts";
import type { Simulation } from "./simulate.ts";
import { writeBai2 } from "./writers/bai2.ts";
import { writeCamt } from "./writers/camt.ts";
import { writeMt940 } from "./writers/mt940.ts";

/** A file as a bank sends it. */
export interface StatementDelivery {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The key of the simulated bank. */
  readonly bank: string;
  /** The last day stated in it. */
  readonly day: Day;
}

/** So many bank days at the end come as a file a day; what is older comes as a file a month. */
const dailyBankDays = 30;

/** What the banks would have sent, in the order of the days: made one at a time, so that a year need not be held. */
export function* deliveries(simulation: Simulation): Generator<StatementDelivery> {
  const statements = withFaults(accountStatements(simulation), simulation.faults);
  const files = new Map<string, AccountStatement[]>();
  for (const statement of statements) {
    const key = `${statement.bank.key}/${statement.kind}/${periodOf(statement, simulation.to)}`;
    const file = files.get(key);
    if (file === undefined) files.set(key, [statement]);
    else file.push(statement);
  }
  const sorted = [...files.values()].sort((a, b) => (dayOfFile(a) < dayOfFile(b) ? -1 : dayOfFile(a) > dayOfFile(b) ? 1 : 0));
  for (const file of sorted) yield delivery(file, periodOf(first(file), simulation.to));
}

function periodOf({ bank, day }: AccountStatement, to: Day): string {
  return day >= addBankDays(bank.country, to, -dailyBankDays) ? day : day.slice(0, 7);
}

function delivery(statements: readonly AccountStatement[], period: string): StatementDelivery {
  const { bank, kind } = first(statements);
  const { text, format, extension } = write(
    bank,
    kind,
    statements,
    `${bank.bic.slice(0, 8)}${kind === "report" ? "R" : "S"}${period.replaceAll("-", "")}`,
  );
  const name = `${bank.bic.slice(0, 8)}_${format}_${period}.${extension}`;
  return { name, bytes: new TextEncoder().encode(text), bank: bank.key, day: dayOfFile(statements) };
}

function write(bank: SimulatedBank, kind: AccountStatement["kind"], statements: readonly AccountStatement[], messageId: string) {
  const { dialect } = bank;
  if (dialect.format === "camt" || kind === "report") {
    const camt = dialect.format === "camt" ? dialect : ({ format: "camt", version: "001.08", pretty: false, opening: "OPBD" } as const);
    return { text: writeCamt(statements, camt, messageId), format: kind === "report" ? "camt052" : "camt053", extension: "xml" };
  }
  if (dialect.format === "mt940") return { text: writeMt940(statements, dialect.dialect), format: "mt940", extension: "sta" };
  return { text: writeBai2(statements, messageId), format: "bai2", extension: "bai" };
}

function dayOfFile(statements: readonly AccountStatement[]): Day {
  return statements[statements.length - 1]?.day ?? first(statements).day;
}

function first(statements: readonly AccountStatement[]): AccountStatement {
  const [statement] = statements;
  if (statement === undefined) throw new RangeError("a delivery has at least one statement");
  return statement;
}
