import type { Client } from "../../postgres/connect.ts";
import { type FactQuery, factQueries } from "./fact-queries.ts";
import type { Ledger } from "./ledger.ts";
import type { ProofOptions } from "./prove.ts";
import { isWanted } from "./targets.ts";

interface Fact {
  readonly object: string;
  readonly table: string;
  /** Null where it is about nobody in particular. */
  readonly role: string | null;
  readonly evidence: string;
  readonly fault: boolean;
  readonly advice: string;
}

/** What no attack can show, or not on every object: read from the catalogue. Answers how many things were looked at. */
export async function gatherFacts(client: Client, ledger: Ledger, only: ProofOptions): Promise<number> {
  let looked = 0;
  for (const query of factQueries) {
    const { rows } = await client.query<Fact>(query.sql);
    const facts = rows.filter((fact) => isAskedFor(fact, only));
    looked += facts.length;
    for (const fact of facts.filter(({ fault }) => fault)) report(ledger, query, fact);
  }
  return looked;
}

function report(ledger: Ledger, { name }: FactQuery, { object, table, role, evidence, advice }: Fact): void {
  ledger.find({ table, objects: [object], role: role ?? "everybody", command: name, evidence, advice });
}

/** What is about no table is asked for when all tables are. */
function isAskedFor({ object, table, role }: Fact, { tables = [], roles = [] }: ProofOptions): boolean {
  return isWanted([object, table], tables) && (roles.length === 0 || role === null || roles.includes(role));
}
