import type { Guarded } from "../../access/approvals/approvals.ts";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { resolveAlert, subjectOfConnection } from "./alerts.ts";
import { type ChannelSurroundings, openChannel } from "./channels/open.ts";
import { type ConnectionInUse, connectionInUse } from "./connection.ts";
import { pinHostKey } from "./connections.ts";
import type { ConnectionTestAnswer } from "./contract.ts";
import { planJobs } from "./jobs.ts";
import { ofTheWay, problemOf } from "./problems.ts";
import { noteTest } from "./queries.ts";

/**
 * Goes the whole way once: reach, compare the key, sign in, list. On first contact it shows the server's key and stops; with that
 * fingerprint as `confirmHostKey` it is pinned, then tried.
 * @throws Problem `not_found`, `conflict` when the server shows another key than was confirmed
 */
export async function testConnection(
  pool: Pool,
  context: TenantContext,
  id: string,
  surroundings: ChannelSurroundings,
  confirmHostKey?: string,
): Promise<Guarded<ConnectionTestAnswer>> {
  const connection = await tenantRead(pool, context, (tx) => connectionInUse(tx, id));
  if (connection.kind === "upload")
    throw new Problem("invalid_input", `files of ${connection.name} are brought, not fetched: there is nothing to test`, {
      hint: `Send one: POST /api/v1/bank-connections/${id}/files`,
    });
  try {
    const waiting = confirmHostKey === undefined ? null : await confirm(pool, context, connection, surroundings, confirmHostKey);
    if (waiting !== null) return waiting;
    const hostKey = confirmHostKey ?? connection.hostKey;
    const channel = await openChannel({ ...connection, hostKey }, context.tenantId, surroundings);
    const files = await channel.list().finally(() => channel.close());
    await tenantTransaction(pool, context, async (tx) => {
      await noteTest(tx, id, true, null);
      await resolveAlert(tx, "connection", subjectOfConnection(id));
      // What was given up as hopeless begins again.
      await planJobs(tx, id);
    });
    return { done: { outcome: "connected", hostKey, files: files.length, problem: null } };
  } catch (error) {
    if (!(error instanceof Problem) || !ofTheWay.has(error.code)) throw error;
    const shown = typeof error.detail["hostKey"] === "string" ? error.detail["hostKey"] : null;
    if (error.code === "host_key_unconfirmed")
      return { done: { outcome: "confirm_host_key", hostKey: shown, files: null, problem: problemOf(error) } };
    await tenantTransaction(pool, context, (tx) => noteTest(tx, id, false, error.message));
    return { done: { outcome: "failed", hostKey: shown, files: null, problem: problemOf(error) } };
  }
}

/** Pins a key only while the server shows that very one. */
async function confirm(
  pool: Pool,
  context: TenantContext,
  connection: ConnectionInUse,
  surroundings: ChannelSurroundings,
  hostKey: string,
): Promise<Guarded<never> | null> {
  if (connection.hostKey === hostKey) return null;
  if (connection.kind !== "sftp")
    throw new Problem("invalid_input", `a connection of kind ${connection.kind} has no host key`, {
      hint: "Leave --confirm-host-key out.",
    });
  if (connection.hostKey !== null)
    throw new Problem("conflict", `the key ${connection.hostKey} is pinned: another is not put in its place`, {
      hint: "If the bank changed its key: apg bank edit --forget-host-key, then test again.",
    });
  const shown = await shownKey(() => openChannel(connection, context.tenantId, surroundings));
  if (shown !== hostKey)
    throw new Problem("conflict", `the server shows the key ${shown}, not ${hostKey}: it was not pinned`, {
      hint: "Compare it with what the bank published, and confirm that one.",
    });
  const pinned = await tenantTransaction(pool, context, (tx) => pinHostKey(tx, connection.id, hostKey));
  return "waiting" in pinned ? pinned : null;
}

async function shownKey(open: () => Promise<unknown>): Promise<unknown> {
  try {
    await open();
    throw new Error("a server without a pinned key was signed in to");
  } catch (error) {
    if (error instanceof Problem && error.code === "host_key_unconfirmed") return error.detail["hostKey"];
    throw error;
  }
}
