import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import { type Client, type Pool, withClient } from "../../postgres/connect.ts";
import * as queries from "../queries.ts";
import type { Block } from "./block.ts";
import { type KeyStatement, type SignedStatement, signStatement } from "./key-statement.ts";
import { type KeyPlace, makeNextKey, openSigningKey, type SigningKey, takeNextKey } from "./signing-key.ts";
import { rememberStatement } from "./statement-file.ts";

export interface RotationOptions {
  readonly place: KeyPlace;
  readonly reason: string;
  readonly actor: string;
  /** The key in use cannot sign any more: the new one is trusted by nobody until it is handed over anew. */
  readonly oldKeyLost: boolean;
  /** How long to wait for a block that is being sealed. */
  readonly waitMs?: number;
}

/**
 * Replaces the signing key from the next block on: the old key signs that the new one follows it. A sealer that runs takes the new key up
 * by itself. Killed between its commit and the renaming of the file, the next seal completes it.
 * @throws Problem `conflict`, `audit_key_unusable`
 */
export async function rotateSigningKey(sealer: Pool, options: RotationOptions): Promise<KeyStatement> {
  return withClient(sealer, async (client) => {
    await client.query("begin");
    try {
      await client.query("set local synchronous_commit = on");
      await holdSealing(client, options.waitMs ?? 30_000);
      const { statement, signed } = await replace(client, options);
      await client.query("commit");
      rememberStatement(options.place.dataDir, signed);
      takeNextKey(options.place, statement.key.id);
      return statement;
    } catch (error) {
      await client.query("rollback").catch(() => {});
      throw error;
    }
  });
}

async function replace(client: Client, options: RotationOptions): Promise<{ statement: KeyStatement; signed: SignedStatement }> {
  const head = await queries.lastBlock(client);
  if (head === null)
    throw new Problem("conflict", "nothing was sealed yet: there is no key to replace", { hint: "Run apg audit seal first." });
  const current = await keyToSignNext(client, head);
  const old = options.oldKeyLost ? null : oldKey(options.place, current);
  const next = makeNextKey(options.place);
  const statement: KeyStatement = {
    chain: head.chain,
    key: next,
    replaces: current,
    endorsed: old !== null,
    after: { number: head.number, hash: head.hash.toString("hex") },
    by: options.actor,
    reason: options.reason,
    at: new Date().toISOString(),
  };
  const signed = signStatement(statement, old ?? next);
  await queries.recordRotation(client, next.publicPem, statement, signed);
  return { statement, signed };
}

/** Of rotations that nothing was sealed after, the key that came by the last. */
async function keyToSignNext(client: Client, head: Block): Promise<string> {
  let key = head.keyId;
  for (let next: string | null = key; next !== null; next = await queries.replacementOfKey(client, key)) key = next;
  return key;
}

function oldKey(place: KeyPlace, current: string): SigningKey {
  // A rotation before this one may have been interrupted.
  takeNextKey(place, current);
  const key = openSigningKey(place);
  if (key.id === current) return key;
  throw new Problem("conflict", `the key of this machine is ${key.id}; the trail is signed with ${current}`, {
    hint: "Rotate where that key lies. If it is lost for good: apg audit keys rotate --old-key-lost --reason=TEXT.",
  });
}

async function holdSealing(client: Client, waitMs: number): Promise<void> {
  for (const until = Date.now() + waitMs; !(await queries.becomeSealer(client)); await delay(100))
    if (Date.now() > until)
      throw new Problem("conflict", "a block is being sealed and does not end", {
        hint: "Give the command again; apg audit status says more.",
      });
}
