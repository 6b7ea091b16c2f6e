import type { Client } from "../../postgres/connect.ts";
import { hashOfBlock, keyStatements, sealPlace, storedBlocks } from "../queries.ts";
import { type Block, lastPosition, type Position } from "../seals/block.ts";
import { forkOf } from "../seals/fork.ts";
import type { KnownHead, RecordedRestore } from "../seals/head-file.ts";
import type { SignedStatement } from "../seals/key-statement.ts";
import { type Trust, trustOf } from "../seals/key-trust.ts";
import { behind } from "../seals/seal.ts";
import type { TrustedKey } from "../seals/signing-key.ts";
import { BlockCheck, described, nameOf } from "./block-check.ts";
import { ChainCheck } from "./chain-check.ts";
import { type Fault, FaultList } from "./fault.ts";
import { PeopleCheck } from "./people-check.ts";
import { recordingFaults } from "./recording.ts";
import { type RetiredMonths, retiredMonths } from "./retired.ts";
import { readRows, type TrailRow, trailSource } from "./row-stream.ts";

export interface VerifyOptions {
  readonly trusted: readonly TrustedKey[];
  /** Statements about keys that lie outside the database, besides those that stand in it. */
  readonly statements?: readonly SignedStatement[];
  /** What the sealer remembers outside the database; null when this machine never sealed it. */
  readonly known: KnownHead | null;
  readonly restore: RecordedRestore | null;
  /** Block numbers; without them the whole chain, what is not sealed yet and whether changes are recorded. */
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
  readonly onProgress?: (rows: number, block: bigint) => void;
}

export interface Verdict {
  readonly intact: boolean;
  readonly blocks: number;
  readonly rows: number;
  readonly head: { readonly number: string; readonly hash: string; readonly sealedAt: string } | null;
  readonly forks: readonly { readonly number: string; readonly at: string; readonly reason: string; readonly lost: string | null }[];
  /** Signing keys that replaced others; one that was not endorsed is a break, trusted only because it was given. */
  readonly keys: readonly {
    readonly key: string;
    readonly replaces: string;
    readonly after: string;
    readonly at: string;
    readonly endorsed: boolean;
    readonly by: string;
    readonly reason: string;
  }[];
  /** Months that are gone by right: each with the record that was signed when it went. */
  readonly retired: readonly RetiredMonth[];
  readonly unsealed: Unsealed;
  readonly faults: readonly Fault[];
  /** Faults found; `faults` holds the first thousand. */
  readonly faultCount: number;
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

export interface RetiredMonth {
  readonly part: string;
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly firstBlock: string | null;
  readonly lastBlock: string | null;
}

export interface Unsealed {
  readonly rows: number;
  /** Of them, rows whose transaction is over, so that they could be sealed. */
  readonly sealable: number;
  /** When the oldest of those was written, and its place. */
  readonly oldest: string | null;
  readonly last: Position | null;
}

/**
 * Checks the trail against its seals, within the transaction the connection is in (or none). Rows are read in the order of
 * sealing, some at a time; memory does not grow with the trail.
 */
export async function verifyTrail(client: Client, options: VerifyOptions): Promise<Verdict> {
  const begun = performance.now();
  const faults = new FaultList();
  const notes: string[] = [];
  const trust = await trustIn(client, options, faults);
  const chain = new ChainCheck(faults, trust, options.from ?? 1n);
  const source = await trailSource(client);
  const people = new PeopleCheck(faults);
  const retired = await retiredMonths(client, trust, faults);
  const forks: Block[] = [];
  let rows = 0;
  for await (const batch of batches(client, options)) {
    for (const block of batch) chain.next(block);
    forks.push(...batch.filter((block) => block.kind === "fork"));
    rows += await checkRows(client, source, batch, faults, people, retired);
    await people.check(client);
    options.onProgress?.(rows, chain.last?.number ?? 0n);
  }
  const whole = options.from === undefined && options.to === undefined;
  if (whole) await checkHead(client, options, chain.last, faults, notes);
  const unsealed = whole ? await countUnsealed(client, source, chain.last, faults) : nothingUnsealed;
  if (whole) for (const what of await recordingFaults(client)) faults.add("recording_off", what);
  const seconds = (performance.now() - begun) / 1000;
  return {
    intact: faults.count === 0,
    blocks: chain.blocks,
    rows,
    head: headOf(chain.last),
    forks: forks.map((block) => ({
      number: `${block.number}`,
      at: block.sealedAt,
      reason: block.reason ?? "",
      lost: block.lost === null ? null : `${block.lost.number}`,
    })),
    keys: trust.taken.map(({ key, replaces, after, at, endorsed, by, reason }) => ({
      ...{ key: key.id, replaces, after: `${after.number}`, at, endorsed, by, reason },
    })),
    retired: retired.months.map(({ part, from, to, rows: gone, at, by, reason, blocks }) => ({
      ...{ part, from, to, rows: gone, at, by, reason },
      ...{
        firstBlock: blocks[0] === undefined ? null : `${blocks[0].block}`,
        lastBlock: blocks.length === 0 ? null : `${blocks.at(-1)?.block}`,
      },
    })),
    unsealed,
    faults: faults.faults,
    faultCount: faults.count,
    notes,
    seconds,
    rowsPerSecond: Math.round(rows / Math.max(seconds, 0.001)),
  };
}

/** Which keys may have signed what. Statements in the database prove themselves, or nothing. */
async function trustIn(client: Client, { trusted, statements = [] }: VerifyOptions, faults: FaultList): Promise<Trust> {
  const stored = await keyStatements(client);
  const known = new Set(stored.map(({ statement }) => statement));
  const trust = trustOf(trusted, [...stored, ...statements.filter(({ statement }) => !known.has(statement))]);
  for (const { statement } of trust.rejected) {
    const key = /^key ([0-9a-f]{16})$/m.exec(statement)?.[1] ?? "of no name";
    faults.add("key_statement_wrong", `the statement about key ${key} is not signed by the key it names, or another was before it`);
  }
  return trust;
}

type Batch = Awaited<ReturnType<typeof storedBlocks>>;

/** Blocks that follow each other in one epoch, so many that their rows are worth a question of their own. */
async function* batches(client: Client, { from = 1n, to = lastPosition.id }: VerifyOptions): AsyncGenerator<Batch> {
  for (let next = from; ; ) {
    const batch = await storedBlocks(client, next, to);
    const last = batch.at(-1);
    if (last === undefined) return;
    yield batch;
    next = last.number + 1n;
  }
}

/** Between two blocks that do not meet, nothing is read: those rows belong to a block that is gone. */
async function checkRows(
  client: Client,
  source: string,
  batch: Batch,
  faults: FaultList,
  people: PeopleCheck,
  retired: RetiredMonths,
): Promise<number> {
  const checks = batch.map((block) => new BlockCheck(block, faults, retired.of(block.number)));
  const [first, last] = [batch[0], batch.at(-1)];
  if (first === undefined || last === undefined) return 0;
  let at = 0;
  let read = 0;
  const range = { floor: first.floor, ceiling: last.ceiling, after: first.number === 1n ? beforeAll : first.after, upto: last.upto };
  for await (const rows of readRows(client, source, range))
    for (const row of rows) {
      if (row.id <= 0n) {
        tellUncovered(row, faults);
        continue;
      }
      while (at < checks.length - 1 && checks[at]?.covers(row) !== true) at += 1;
      const check = checks[at];
      if (check?.begins(row) === true) {
        check.row(row);
        people.row(row, check.block.number);
        read += 1;
      }
    }
  for (const check of checks) check.end();
  return read;
}

async function checkHead(client: Client, options: VerifyOptions, head: Block | null, faults: FaultList, notes: string[]): Promise<void> {
  const { known, restore } = options;
  if (known === null) {
    notes.push("this machine does not know how far the chain reached: whether its last blocks are missing cannot be said here");
    return;
  }
  try {
    const hashAtKnown = await hashOfBlock(client, known.number);
    const fork = forkOf({ head, known, hashAtKnown, place: await sealPlace(client), restore });
    if (fork !== null) notes.push(`the sealer will record a fork: ${fork.reason}`);
  } catch (error) {
    faults.add("chain_went_back", (error as Error).message, known.number);
  }
}

const nothingUnsealed: Unsealed = { rows: 0, sealable: 0, oldest: null, last: null };

async function countUnsealed(client: Client, source: string, head: Block | null, faults: FaultList): Promise<Unsealed> {
  const { floor, after } = behind(head);
  if (head === null) await findUncovered(client, source, beforeAll, faults);
  // A later epoch begins above ids that the blocks of the first have covered.
  else if (floor === 0n) await findUncovered(client, source, after, faults);
  const { below } = await sealPlace(client);
  const result = await client.query<{ rows: bigint; sealable: bigint; oldest: string | null; last: string | null; last_id: bigint | null }>(
    `select count(*) as rows,
       count(*) filter (where transaction_id < $4::text::xid8) as sealable,
       min(occurred_at) filter (where transaction_id < $4::text::xid8) as oldest,
       max(transaction_id::text::numeric) filter (where transaction_id < $4::text::xid8)::text as last,
       max(id) filter (where transaction_id < $4::text::xid8) as last_id
     from ${source} as entry
     where (transaction_id, id) > ($2::text::xid8, $3) and id > $1`,
    [floor, after.transaction.toString(), after.id, below.toString()],
  );
  const row = result.rows[0];
  if (row === undefined || row.rows === 0n) return nothingUnsealed;
  const last = row.last === null || row.last_id === null ? null : { transaction: BigInt(row.last), id: row.last_id };
  return { rows: Number(row.rows), sealable: Number(row.sealable), oldest: row.oldest, last };
}

/** Ids are positive and transactions have numbers: a row without either would stand outside of every block. */
const beforeAll: Position = { transaction: 0n, id: -(2n ** 63n) + 1n };

/** Behind the last block, where nothing else is read. */
async function findUncovered(client: Client, source: string, after: Position, faults: FaultList): Promise<void> {
  for await (const rows of readRows(client, source, { floor: 0n, ceiling: 0n, after, upto: lastPosition }))
    for (const row of rows) tellUncovered(row, faults);
}

function tellUncovered(row: TrailRow, faults: FaultList): void {
  const named = nameOf(row);
  faults.add("row_inserted", `${described(named)} was inserted outside of every block`, null, named);
}

function headOf(block: Block | null): Verdict["head"] {
  return block === null ? null : { number: `${block.number}`, hash: block.hash.toString("hex"), sealedAt: block.sealedAt };
}
