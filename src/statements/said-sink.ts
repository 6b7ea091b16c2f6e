import type { StatementSink } from "./reader.ts";
import { type Contradiction, currencyOr, type Said, withSaid } from "./said.ts";
import type { DeclaredTotals, StatementBalance, StatementEntry, StatementFormat, StatementHeader, StatementProblem } from "./statement.ts";

/** The sink itself, or before it one that says account and currency where the file does not. */
export function hearingSaid(sink: StatementSink, said: Said): StatementSink {
  return (said.account ?? null) === null && (said.currency ?? null) === null ? sink : new SaidSink(sink, said);
}

class SaidSink implements StatementSink {
  private readonly sink: StatementSink;
  private readonly said: Said;
  private refused = false;

  constructor(sink: StatementSink, said: Said) {
    this.sink = sink;
    this.said = said;
  }

  file(format: StatementFormat, variant: string): void {
    this.sink.file(format, variant);
  }

  openStatement(header: StatementHeader): void {
    const filled = withSaid(header, this.said);
    if ("code" in filled) this.refuse(filled, header.line);
    else if (!this.refused) this.sink.openStatement(filled);
  }

  balance(balance: StatementBalance): void {
    const currency = this.currencyOf(balance.currency, balance.line);
    if (currency !== null) this.sink.balance({ ...balance, currency });
  }

  entry(entry: StatementEntry): void {
    const currency = this.currencyOf(entry.currency, entry.line);
    if (currency === null) return;
    const details = entry.details.map((one) => (one.currency === entry.currency ? { ...one, currency } : one));
    this.sink.entry(currency === entry.currency ? entry : { ...entry, currency, details });
  }

  declared(totals: DeclaredTotals): void {
    if (!this.refused) this.sink.declared(totals);
  }

  closeStatement(end: { readonly line: number; readonly lastPage: boolean | null }): void {
    if (!this.refused) this.sink.closeStatement(end);
  }

  problem(problem: StatementProblem): void {
    this.sink.problem(problem);
  }

  private currencyOf(stated: string, line: number): string | null {
    if (this.refused) return null;
    const currency = currencyOr(stated, this.said);
    if (typeof currency === "string") return currency;
    if (currency !== null) this.refuse(currency, line);
    return null;
  }

  private refuse({ code, message }: Contradiction, line: number): void {
    if (!this.refused) this.sink.problem({ severity: "refusal", code, message, line });
    this.refused = true;
  }
}
