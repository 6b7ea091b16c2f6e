import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { Problem } from "../errors/problem.ts";
import { tenantKeys } from "../keys/key-ring.ts";
import { places } from "../keys/places.ts";
import type { Pool } from "../postgres/connect.ts";
import { rows } from "../postgres/rows.ts";
import { type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import { contextOf } from "./guard.ts";

/** For the schema of a write that takes a key. */
export const idempotencyHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      pattern: "^[\\x21-\\x7e]{1,200}$",
      description: "A text of your choice, new for each write. The same write sent again with it is answered, not repeated.",
    }),
  ),
});

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Runs a write at most once for its Idempotency-Key: the same request again gets the stored answer, another request with the key is
 * refused. A write that failed leaves the key free. Without a key it simply runs.
 * @param content what makes the request the same as another: its body, or the digests of its files
 * @throws Problem `idempotency_key_reused`, `idempotency_key_in_use` while the first one still runs
 */
export async function answerOnce(pool: Pool, request: FastifyRequest, content: string, run: () => Promise<Answer>): Promise<Answer> {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string") return run();
  const context = contextOf(request);
  const digest = createHash("sha256").update(`${request.method} ${request.url}\n${content}`).digest("hex");
  const known = await tenantTransaction(pool, context, (tx) => claim(tx, key, digest));
  if (known !== null) return known;
  let answer: Answer;
  try {
    answer = await run();
  } catch (error) {
    await tenantTransaction(pool, context, (tx) => release(tx, key)).catch((cause: unknown) =>
      request.log.error({ err: cause }, "key not released"),
    );
    throw error;
  }
  await tenantTransaction(pool, context, (tx) => keep(tx, key, answer));
  return answer;
}

/** A process that died holding a key cannot release it: after so long the next one takes it over. Longer than any import runs. */
const abandonedAfter = "30 minutes";
const keptFor = "3 days";

interface KeyRow {
  readonly request: string;
  readonly status: number | null;
  readonly response: Buffer | null;
}

/** Null when the key is now ours; the stored answer when it was given before. */
async function claim(tx: TenantTransaction, key: string, digest: string): Promise<Answer | null> {
  const keys = await tenantKeys(tx);
  // Not the digest itself: it could confirm a guess at what was sent.
  const request = keys.index("request", digest);
  await tx.query(
    `delete from cash_management.cm_idempotency_keys
     where tenant_id = $1
       and (created_at < now() - $2::interval or (key = $3 and status is null and created_at < now() - $4::interval))`,
    [tx.tenantId, keptFor, key, abandonedAfter],
  );
  const made = await tx.query(
    `insert into cash_management.cm_idempotency_keys (tenant_id, key, actor, request_index)
     values ($1, $2, $3, $4)
     on conflict (tenant_id, key) do nothing`,
    [tx.tenantId, key, tx.actor, request],
  );
  if (made.rowCount === 1) return null;
  const [row] = await rows<KeyRow>(
    tx,
    `select request_index as request, status, response_encrypted as response
     from cash_management.cm_idempotency_keys
     where tenant_id = $1 and key = $2`,
    [tx.tenantId, key],
  );
  if (row === undefined) throw inUse(key);
  if (row.request !== request)
    throw new Problem("idempotency_key_reused", `the idempotency key ${key} was used for another request`, {
      hint: "Use a new key for each write, and the same key only to send the same write again.",
    });
  if (row.status === null || row.response === null) throw inUse(key);
  return { status: row.status, body: JSON.parse(keys.decryptText(places.storedAnswer, key, row.response)) };
}

async function keep(tx: TenantTransaction, key: string, answer: Answer): Promise<void> {
  const keys = await tenantKeys(tx);
  await tx.query("update cash_management.cm_idempotency_keys set status = $3, response_encrypted = $4 where tenant_id = $1 and key = $2", [
    tx.tenantId,
    key,
    answer.status,
    keys.encryptText(places.storedAnswer, key, JSON.stringify(answer.body)),
  ]);
}

async function release(tx: TenantTransaction, key: string): Promise<void> {
  await tx.query("delete from cash_management.cm_idempotency_keys where tenant_id = $1 and key = $2 and status is null", [
    tx.tenantId,
    key,
  ]);
}

function inUse(key: string): Problem {
  return new Problem("idempotency_key_in_use", `a request with the idempotency key ${key} is still running`, {
    hint: "Wait for its answer, or send the same request again in a moment.",
  });
}
