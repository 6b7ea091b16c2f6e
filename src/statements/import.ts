import { v7 as uuidv7 } from "uuid";
import { tenantKeys } from "../keys/key-ring.ts";
import type { TenantKeys } from "../keys/tenant-keys.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import type { UploadedFile } from "./contract.ts";
import type { TableSeen } from "./formats/table/seen.ts";
import {
  compressed,
  type DeliveryFacts,
  digestOf,
  type FileSource,
  finishDelivery,
  insertChunk,
  type KnownDelivery,
  knownDelivery,
  pieces,
  startDelivery,
} from "./posting/deliveries.ts";
import { EarlyMisjudged, EarlyPoster } from "./posting/early.ts";
import { Intake, type TakenRows } from "./posting/intake.ts";
import { postIntake } from "./posting/post.ts";
import { openStaging, stageRows } from "./posting/staging.ts";
import { statementsOfDelivery } from "./posting/statement-queries.ts";
import type { ReadTerms } from "./profiles/contract.ts";
import { saidOf } from "./profiles/terms.ts";
import { readStatements } from "./read.ts";
import type { Said } from "./said.ts";
import { verifyStatements } from "./verify.ts";

export interface ImportOptions {
  readonly channel?: "upload" | "command" | "demo" | "bank";
  /** What is said of the file, for where it is silent. */
  readonly terms?: ReadTerms;
  /** Called with the bytes read so far. */
  readonly progress?: (bytes: number) => void;
}

/**
 * Imports a file whole or not at all, in one transaction: stored byte for byte, read, verified, posted once, sealed. The same bytes
 * again change nothing and get the first answer. A file that cannot be read is kept as refused, with what was expected where.
 * @returns what happened to each statement in it
 */
export async function importFile(
  pool: Pool,
  context: TenantContext,
  source: FileSource,
  options: ImportOptions = {},
): Promise<UploadedFile> {
  const digest = await digestOf(source);
  const facts: DeliveryFacts = {
    id: uuidv7(),
    name: source.name,
    sha256: digest.sha256,
    bytes: digest.bytes,
    channel: options.channel ?? "upload",
    readerVersion,
  };
  try {
    const attempt = (early: boolean) => tenantTransaction(pool, context, (tx) => importInto(tx, source, facts, options, early));
    return await attempt(true).catch((error: unknown) => {
      if (error instanceof EarlyMisjudged) return attempt(false);
      throw error;
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const deliveryId = await tenantTransaction(pool, context, (tx) => keepRefused(tx, source, facts, error.intake));
    return answer(facts, deliveryId, "refused", error.intake, []);
  }
}

/** Rises when a reader would make something else of the same bytes. */
const readerVersion = "2";

/** Undoes the transaction of a file that turned out unreadable, carrying why. */
class Refusal extends Error {
  readonly intake: Intake;
  constructor(intake: Intake) {
    super("refused");
    this.intake = intake;
  }
}

async function importInto(
  tx: TenantTransaction,
  source: FileSource,
  facts: DeliveryFacts,
  options: ImportOptions,
  early: boolean,
): Promise<UploadedFile> {
  const keys = await tenantKeys(tx);
  const known = await knownDelivery(tx, keys, facts.sha256);
  if (known?.status === "imported") return repeated(tx, facts, known);
  const deliveryId = known?.id ?? facts.id;
  const { said, readWith } = await heard(tx, options.terms ?? {});
  await openStaging(tx);
  await startDelivery(tx, keys, facts);
  const intake = new Intake(keys);
  const poster = early ? new EarlyPoster(tx, keys, intake) : null;
  await readInto(tx, keys, source, deliveryId, intake, poster, { ...options, said });
  if (intake.refused) throw new Refusal(intake);
  const statements = await postIntake(tx, keys, intake, deliveryId, poster?.posted ?? null);
  if (intake.refused) throw new Refusal(intake);
  await finishDelivery(tx, deliveryId, {
    status: "imported",
    format: intake.format,
    variant: intake.variant,
    statements: intake.drafts.length,
    entries: intake.entries,
    problems: intake.problems,
    readWith: readWith(),
  });
  return answer(facts, deliveryId, "imported", intake, statements);
}

/** What is said of the file, and afterwards what of it is kept with the delivery: not the account's number. */
async function heard(tx: TenantTransaction, terms: ReadTerms): Promise<{ said: Said; readWith: () => ReadTerms | null }> {
  let savedProfile: string | null = null;
  const said = { ...(await saidOf(tx, terms)), ask: true, onTable: (seen: TableSeen) => (savedProfile = seen.savedProfile) };
  const readWith = (): ReadTerms | null => {
    const { account: _number, ...rest } = terms;
    const profile = said.profiles?.find(({ id }) => id === savedProfile);
    const used = profile === undefined ? { ...rest, table: said.choices } : { ...rest, profileId: profile.id, table: profile.choices };
    const stated = Object.entries(used).filter(([, value]) => value !== undefined);
    return stated.length === 0 ? null : Object.fromEntries(stated);
  };
  return { said, readWith };
}

/** How many pieces may wait for the server while the next are parsed. */
const piecesInFlight = 12;

/** Reads, stages and keeps the file piece by piece: while one piece is parsed, the server takes in those before. */
async function readInto(
  tx: TenantTransaction,
  keys: TenantKeys,
  source: FileSource,
  deliveryId: string,
  intake: Intake,
  poster: EarlyPoster | null,
  options: ImportOptions & { readonly said: Said },
): Promise<void> {
  let read = 0;
  let ordinal = 0;
  let flight: Promise<void> = Promise.resolve();
  const flights: Promise<void>[] = [];
  let waiting = 0;
  const take = async (rows: TakenRows, zipped: Promise<Buffer> | null, number: number): Promise<void> => {
    await stageRows(tx, rows.text);
    await poster?.staged(rows);
    if (zipped !== null) await insertChunk(tx, keys, deliveryId, number, await zipped);
    waiting -= 1;
  };
  // The oldest piece in flight, so that the server never waits for the parser nor the parser for an empty line.
  const landed = () => flights.shift() ?? flight;
  const send = (zipped: Promise<Buffer> | null): void => {
    const rows = intake.takeRows();
    const number = ++ordinal;
    waiting += 1;
    flight = flight.then(() => take(rows, zipped, number));
    flights.push(flight);
    flight.catch(() => undefined);
  };
  async function* paced(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces(source)) {
      const zipped = compressed(piece);
      zipped.catch(() => undefined);
      yield piece;
      send(zipped);
      while (waiting > piecesInFlight) await landed();
      read += piece.byteLength;
      options.progress?.(read);
    }
  }
  const verification = verifyStatements(intake);
  await readStatements(paced(), verification, { said: options.said });
  verification.finish();
  send(null);
  await flight;
}

async function keepRefused(tx: TenantTransaction, source: FileSource, facts: DeliveryFacts, intake: Intake): Promise<string> {
  const keys = await tenantKeys(tx);
  const known = await knownDelivery(tx, keys, facts.sha256);
  // Somebody else's attempt may have come right in the meantime.
  if (known?.status === "imported") return known.id;
  const id = known?.id ?? facts.id;
  await startDelivery(tx, keys, facts);
  let ordinal = 0;
  if (known === null) for await (const piece of pieces(source)) await insertChunk(tx, keys, id, ++ordinal, await compressed(piece));
  await finishDelivery(tx, id, {
    status: "refused",
    format: intake.format,
    variant: intake.variant,
    statements: 0,
    entries: 0,
    problems: intake.problems,
    readWith: null,
  });
  return id;
}

async function repeated(tx: TenantTransaction, facts: DeliveryFacts, known: KnownDelivery): Promise<UploadedFile> {
  const statements = await statementsOfDelivery(tx, known.id);
  return {
    file: facts.name,
    outcome: "duplicate",
    deliveryId: known.id,
    sha256: facts.sha256.toString("hex"),
    bytes: facts.bytes,
    format: known.format,
    variant: known.variant,
    statements: statements.map((statement) => ({ ...statement, outcome: "duplicate", newEntries: 0 })),
    entries: statements.reduce((sum, statement) => sum + statement.entries, 0),
    newEntries: 0,
    problems: known.problems,
  };
}

function answer(
  facts: DeliveryFacts,
  deliveryId: string,
  outcome: UploadedFile["outcome"],
  intake: Intake,
  statements: UploadedFile["statements"],
): UploadedFile {
  return {
    file: facts.name,
    outcome,
    deliveryId,
    sha256: facts.sha256.toString("hex"),
    bytes: facts.bytes,
    format: intake.format,
    variant: intake.variant,
    statements,
    entries: intake.entries,
    newEntries: statements.reduce((sum, statement) => sum + statement.newEntries, 0),
    problems: intake.problems.map((problem) => ({ ...problem })),
  };
}
