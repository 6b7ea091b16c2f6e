import type { FileSource } from "../../src/statements/posting/deliveries.ts";

/** A small camt.053 for tests of what comes after reading; the readers have fixtures of their own. */
export interface TestStatement {
  readonly account?: string;
  readonly currency?: string;
  readonly id?: string;
  readonly sequence?: number;
  readonly page?: number;
  readonly lastPage?: boolean;
  readonly createdAt?: string;
  readonly from?: string;
  readonly day: string;
  readonly opening?: string;
  readonly closing?: string;
  readonly entries: ReadonlyArray<{
    readonly amount: string;
    readonly text?: string;
    readonly day?: string;
    readonly valueDay?: string;
    readonly reference?: string;
    readonly details?: readonly string[];
    readonly pending?: boolean;
  }>;
}

export function camt053(...statements: readonly TestStatement[]): string {
  return document(
    "camt.053.001.08",
    "BkToCstmrStmt",
    statements.map((statement) => stmt("Stmt", statement)),
  );
}

export function camt052(...statements: readonly TestStatement[]): string {
  return document(
    "camt.052.001.08",
    "BkToCstmrAcctRpt",
    statements.map((statement) => stmt("Rpt", statement)),
  );
}

export function fileOf(name: string, text: string | Buffer): FileSource {
  return {
    name,
    async *open() {
      yield Buffer.from(text);
    },
  };
}

function document(version: string, root: string, statements: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${version}"><${root}><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-01T00:00:00Z</CreDtTm></GrpHdr>
${statements.join("\n")}
</${root}></Document>`;
}

function stmt(element: string, statement: TestStatement): string {
  const currency = statement.currency ?? "EUR";
  const balance = (code: string, amount: string | undefined, day: string) =>
    amount === undefined
      ? ""
      : `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${signed(amount, currency)}<Dt><Dt>${day}</Dt></Dt></Bal>\n`;
  return `<${element}><Id>${statement.id ?? `S-${statement.day}`}</Id>${
    statement.page === undefined
      ? ""
      : `<StmtPgntn><PgNb>${statement.page}</PgNb><LastPgInd>${statement.lastPage === true}</LastPgInd></StmtPgntn>`
  }${statement.sequence === undefined ? "" : `<ElctrncSeqNb>${statement.sequence}</ElctrncSeqNb>`}${statement.createdAt === undefined ? "" : `<CreDtTm>${statement.createdAt}</CreDtTm>`}
<Acct><Id><IBAN>${statement.account ?? "DE02120300000000202051"}</IBAN></Id><Ccy>${currency}</Ccy></Acct>
${balance("OPBD", statement.opening, statement.from ?? statement.day)}${balance("CLBD", statement.closing, statement.day)}${statement.entries.map((entry) => ntry(entry, statement, currency)).join("\n")}
</${element}>`;
}

function ntry(entry: TestStatement["entries"][number], statement: TestStatement, currency: string): string {
  const day = entry.day ?? statement.day;
  const details = (entry.details ?? [""]).map(
    (detail) =>
      `<TxDtls>${detail === "" ? "" : `<Amt Ccy="${currency}">${detail}</Amt>`}<RmtInf><Ustrd>${entry.text ?? "payment"}</Ustrd></RmtInf></TxDtls>`,
  );
  return `<Ntry>${signed(entry.amount, currency)}<Sts><Cd>${entry.pending === true ? "PDNG" : "BOOK"}</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${entry.valueDay ?? day}</Dt></ValDt>${
    entry.reference === undefined ? "" : `<AcctSvcrRef>${entry.reference}</AcctSvcrRef>`
  }<NtryDtls>${details.join("")}</NtryDtls></Ntry>`;
}

function signed(amount: string, currency: string): string {
  const negative = amount.startsWith("-");
  return `<Amt Ccy="${currency}">${negative ? amount.slice(1) : amount}</Amt><CdtDbtInd>${negative ? "DBIT" : "CRDT"}</CdtDbtInd>`;
}
