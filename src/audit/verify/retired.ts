import type { Client } from "../../postgres/connect.ts";
import { isRetirementOf, type RetiredRows, type Retirement, readRetirement } from "../retire/record.ts";
import type { Trust } from "../seals/key-trust.ts";
import type { FaultList } from "./fault.ts";

/** Months that are gone by right, and what of which block that is. */
export interface RetiredMonths {
  readonly months: readonly Retirement[];
  of(block: bigint): readonly RetiredRows[];
}

/** Records in the database are believed for their signatures alone: a month without one was taken away. */
export async function retiredMonths(client: Client, trust: Trust, faults: FaultList): Promise<RetiredMonths> {
  const { rows } = await client.query<{ part: string; statement: string; signature: Buffer }>(
    "select part, statement, signature from audit.retirements order by from_moment",
  );
  const months: Retirement[] = [];
  const blocks = new Map<bigint, RetiredRows[]>();
  for (const { part, statement, signature } of rows) {
    const read = readRetirement(statement);
    const key = read === null ? undefined : trust.keys.get(read.keyId);
    const holds = key !== undefined && isRetirementOf({ statement, signature: signature.toString("hex") }, key.publicKey);
    if (read === null || !holds || read.part !== part) {
      faults.add("retirement_wrong", `the record that ${part} was retired is not signed by a key that is trusted here`);
      continue;
    }
    months.push(read);
    for (const one of read.blocks) blocks.set(one.block, [...(blocks.get(one.block) ?? []), one]);
  }
  return { months, of: (block) => blocks.get(block) ?? [] };
}
