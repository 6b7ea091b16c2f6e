import { Problem } from "../../errors/problem.ts";
import { type Client, type Pool, withClient } from "../../postgres/connect.ts";
import { keyStatements, lastBlock, type StoredBlock, storedBlocks } from "../queries.ts";
import { trustOf } from "../seals/key-trust.ts";
import { leafHash, rootOf, sha256 } from "../seals/merkle.ts";
import { digestOfRow, entryBytes, saltOfRow } from "../seals/row.ts";
import type { SigningKey, TrustedKey } from "../seals/signing-key.ts";
import { ChainCheck } from "../verify/chain-check.ts";
import { FaultList } from "../verify/fault.ts";
import { readRows } from "../verify/row-stream.ts";
import { type Archive, type ArchivedRow, archiveFault, writeArchive } from "./archive.ts";
import type { Candidate } from "./candidates.ts";
import { type RetiredRows, type Retirement, rangesOf, signRetirement } from "./record.ts";

export interface RetireOptions {
  readonly key: SigningKey;
  /** Keys whose blocks are believed. */
  readonly trusted: readonly TrustedKey[];
  readonly archiveFolder: string;
  readonly keptMonths: number;
  readonly actor: string;
  readonly reason: string;
}

export interface Retired {
  readonly retirement: Retirement;
  readonly archive: Archive;
}

/**
 * One month: every row is held against its seal and written to an archive, the archive is read again, the record is signed, and the
 * partition goes in the same transaction that keeps the record. Killed at any moment, either all of it or nothing happened, but for an
 * archive that the next attempt writes anew.
 * @throws Problem `audit_not_sealed`, `audit_not_intact`, `legal_hold`, `audit_retention`, `database_busy`
 */
export async function retirePart(admin: Pool, candidate: Candidate, options: RetireOptions): Promise<Retired> {
  return withClient(admin, async (client) => {
    await client.query("begin isolation level repeatable read");
    try {
      await client.query("set local search_path = pg_catalog");
      const head = await lastBlock(client);
      const blocks: RetiredRows[] = [];
      const counted = { rows: 0 };
      const archive = await writeArchive(
        options.archiveFolder,
        candidate.part,
        sealedRows(client, candidate, options.trusted, blocks, counted),
      );
      await requireAll(client, candidate, counted.rows);
      const fault = await archiveFault(archive.path, blocks);
      if (fault !== null) throw notIntact(candidate, `the archive was not read as it was written: ${fault}`);
      const retirement: Retirement = {
        chain: head?.chain ?? "",
        part: candidate.part,
        from: `${candidate.from}T00:00:00Z`,
        to: `${candidate.to}T00:00:00Z`,
        rows: counted.rows,
        keptMonths: options.keptMonths,
        by: options.actor,
        reason: options.reason,
        at: new Date().toISOString(),
        archive: archive.sha256,
        blocks,
        keyId: options.key.id,
      };
      await drop(client, retirement, options.key);
      await client.query("commit");
      return { retirement, archive };
    } catch (error) {
      await client.query("rollback").catch(() => {});
      throw error;
    }
  });
}

/** The rows of the partition in the order of their blocks, each held against its seal; `blocks` is told what will be gone of which. */
async function* sealedRows(
  client: Client,
  candidate: Candidate,
  trusted: readonly TrustedKey[],
  blocks: RetiredRows[],
  counted: { rows: number },
): AsyncGenerator<ArchivedRow> {
  const faults = new FaultList();
  const { rows } = await client.query<{ first: bigint | null }>(
    // The clock may have been wrong by a day; a block made before the month has none of its rows.
    "select min(number) as first from audit.blocks where sealed_at >= $1::timestamp at time zone 'UTC' - interval '1 day'",
    [candidate.from],
  );
  const first = rows[0]?.first ?? null;
  if (first === null) return;
  const chain = new ChainCheck(faults, trustOf(trusted, await keyStatements(client)), first);
  const total = await countOf(client, candidate);
  for (let next = first; counted.rows < total; ) {
    const batch = await storedBlocks(client, next, 2n ** 63n - 1n);
    const [head, last] = [batch[0], batch.at(-1)];
    if (head === undefined || last === undefined) return;
    for (const block of batch) chain.next(block);
    requireIntact(candidate, faults);
    const readers = batch.map((block) => new BlockReader(block));
    let at = 0;
    const range = { floor: head.floor, ceiling: last.ceiling, after: head.after, upto: last.upto };
    for await (const some of readRows(client, `cm_parts.${candidate.part}`, range))
      for (const row of some) {
        while (at < readers.length - 1 && readers[at]?.covers(row) !== true) at += 1;
        const sealed = readers[at]?.read(row) ?? null;
        if (sealed === null) throw notIntact(candidate, `row ${row.id} is not what was sealed`);
        counted.rows += 1;
        yield sealed;
      }
    for (const reader of readers) if (reader.places.length > 0) blocks.push(reader.retired());
    next = last.number + 1n;
  }
}

/** What one block has of the partition. */
class BlockReader {
  readonly places: number[] = [];
  readonly #block: StoredBlock;
  readonly #leaves: Buffer[] = [];
  readonly #entries: Buffer;
  #placeOf: Map<bigint, number> | null = null;

  constructor(block: StoredBlock) {
    this.#block = block;
    this.#entries = block.leaves ?? Buffer.alloc(0);
  }

  covers({ transaction, id }: { readonly transaction: bigint; readonly id: bigint }): boolean {
    const { upto } = this.#block;
    return transaction === upto.transaction ? id <= upto.id : transaction < upto.transaction;
  }

  read(row: { readonly id: bigint; readonly text: Buffer }): ArchivedRow | null {
    const { salt, saltCommitment, root, number } = this.#block;
    if (this.#placeOf === null) {
      // Once for each block that has rows of the month: its salt and its list must be the sealed ones.
      if (salt === null || !sha256(salt).equals(saltCommitment)) return null;
      const count = this.#entries.length / entryBytes;
      const leaves = Array.from({ length: count }, (_, at) => leafHash(this.#entries.subarray(at * entryBytes, (at + 1) * entryBytes)));
      if (!rootOf(leaves).equals(root)) return null;
      this.#placeOf = new Map(Array.from({ length: count }, (_, at) => [this.#entries.readBigInt64BE(at * entryBytes), at]));
    }
    const place = this.#placeOf.get(row.id);
    if (place === undefined || salt === null) return null;
    const own = saltOfRow(salt, row.id);
    const entry = this.#entries.subarray(place * entryBytes, (place + 1) * entryBytes);
    if (digestOfRow(own, row.text).compare(entry, 8) !== 0) return null;
    this.places.push(place);
    this.#leaves.push(leafHash(entry));
    return { block: `${number}`, place, salt: own.toString("hex"), row: row.text.toString("utf8") };
  }

  retired(): RetiredRows {
    return { block: this.#block.number, root: rootOf(this.#leaves).toString("hex"), places: rangesOf(this.places) };
  }
}

async function drop(client: Client, retirement: Retirement, key: SigningKey): Promise<void> {
  const signed = signRetirement(retirement, key);
  try {
    await client.query("select audit.retire_partition($1, $2, $3, $4, $5)", [
      ...[retirement.part, retirement.rows, signed.statement, Buffer.from(signed.signature, "hex"), key.id],
    ]);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "55P03") throw error;
    throw new Problem("database_busy", `${retirement.part} could not be taken out of the trail within five seconds: others write to it`, {
      hint: "Give the command again; apg audit status shows a transaction that runs long.",
      cause: error,
    });
  }
}

async function countOf(client: Client, { part }: Candidate): Promise<number> {
  const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from cm_parts.${part}`);
  return Number(rows[0]?.count ?? 0n);
}

async function requireAll(client: Client, candidate: Candidate, sealed: number): Promise<void> {
  const there = await countOf(client, candidate);
  if (there !== sealed)
    throw new Problem("audit_not_sealed", `${there - sealed} of the ${there} rows of ${candidate.part} are not sealed`, {
      hint: "Seal them first (apg audit seal), and see apg audit verify.",
    });
}

function requireIntact(candidate: Candidate, faults: FaultList): void {
  const [fault] = faults.faults;
  if (fault !== undefined) throw notIntact(candidate, fault.what);
}

function notIntact({ part }: Candidate, what: string): Problem {
  return new Problem("audit_not_intact", `${part} is not retired: ${what}`, {
    hint: "Run apg audit verify: what does not hold must not be thrown away.",
  });
}
