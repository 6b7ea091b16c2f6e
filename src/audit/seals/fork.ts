import { Problem } from "../../errors/problem.ts";
import type { SealPlace } from "../queries.ts";
import type { Block } from "./block.ts";
import type { KnownHead, RecordedRestore } from "./head-file.ts";

/** What the sealer finds when it compares the database with what it knew. */
export interface Found {
  readonly head: Block | null;
  readonly known: KnownHead | null;
  /** The hash of the block in the database that has the known head's number. */
  readonly hashAtKnown: Buffer | null;
  readonly place: Pick<SealPlace, "cluster" | "timeline">;
  readonly restore: RecordedRestore | null;
}

export interface Fork {
  readonly reason: string;
  readonly lost: { readonly number: bigint; readonly hash: Buffer } | null;
}

/**
 * Whether the chain simply goes on (null), or forked: the database was restored to an earlier time or moved to another cluster.
 * A known block that is gone without a restore that anybody recorded is an alarm.
 * @throws Problem `audit_chain_went_back`
 */
export function forkOf({ head, known, hashAtKnown, place, restore }: Found): Fork | null {
  const intact = known === null || hashAtKnown?.equals(known.hash) === true;
  const said = restore === null ? null : `${restore.actor} recorded a restore at ${restore.at}: ${restore.reason}`;
  if (intact) {
    if (said !== null && head !== null) return { reason: said, lost: null };
    if (head === null || (head.cluster === place.cluster && head.timeline === place.timeline)) return null;
    return { reason: moved(head, place), lost: null };
  }
  const lost = { number: known.number, hash: known.hash };
  if (said !== null) return { reason: said, lost };
  // PostgreSQL itself begins a new timeline when it ends a recovery to a point in time.
  if (place.cluster !== known.cluster || place.timeline > known.timeline) return { reason: moved(known, place), lost };
  throw wentBack(known, head);
}

export function wentBack(known: KnownHead, head: Pick<Block, "number"> | null): Problem {
  const now = head === null ? "the database has no block at all" : `the database ends at block ${head.number}, or has another in its place`;
  return new Problem(
    "audit_chain_went_back",
    `block ${known.number} of the audit trail was sealed at ${known.sealedAt} and is gone: ${now}`,
    {
      detail: { known: known.number.toString(), hash: known.hash.toString("hex"), head: head?.number.toString() ?? null },
      hint: "If the database was restored on purpose: apg audit restored --reason=TEXT. If not, somebody removed it: keep the data as it is.",
    },
  );
}

function moved(from: { readonly cluster: string; readonly timeline: number }, to: Found["place"]): string {
  return from.cluster === to.cluster
    ? `recovered to another point in time: timeline ${from.timeline} became ${to.timeline}`
    : `moved from cluster ${from.cluster} to ${to.cluster}`;
}
